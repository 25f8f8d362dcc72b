// How fast particles are led, and how time grows with their number, with the network's width and with the batch: the
// exponent of a power law, fitted to the best time at each size. Sampling runs on both engines, training on the CPU's.

import { link, visitReady } from "./flowlab.mjs";

const SAMPLED = [1000, 3162, 10_000, 31_623, 100_000];
/// Steps of the midpoint rule.
const SOLVER_STEPS = 10;
const BASE = { width: 64, depth: 3, batch: 256 };
const TRAINED = { width: [32, 64, 128, 256], batch: [64, 256, 1024, 4096] };
const ENGINES = { cpu: "CPU", webgpu: "WebGPU" };

export async function growth(bench) {
  for (const [backend, name] of Object.entries(ENGINES)) {
    bench.record.declare(`sampling/${backend}`, `particle-steps/s, ${SOLVER_STEPS} of midpoint, 10,000 particles: ${name} engine`, "/s");
    bench.record.declare(`growth/particles/${backend}`, `time to sample against particles, 10^3 to 10^5, exponent: ${name} engine`, "");
  }
  for (const [what, sizes] of Object.entries(TRAINED))
    bench.record.declare(`growth/${what}`, `time of a training step against ${what}, ${sizes[0]} to ${sizes.at(-1)}, exponent: CPU engine`, "");
  for (const backend of Object.keys(ENGINES)) await sampling(bench, backend);
  for (const [what, sizes] of Object.entries(TRAINED)) if (bench.wants(`growth/${what}`)) await trained(bench, what, sizes);
}

async function sampling(bench, backend) {
  const ids = [`sampling/${backend}`, `growth/particles/${backend}`];
  if (!ids.some(bench.wants)) return;
  await bench.record.attempt(ids, () => visitReady(bench.browser, bench.site, { backend, hash: link(BASE) }, async (page) => {
    const best = new Map();
    // The first two are not counted: the engine finds out which of its processors is quicker.
    for (let round = -2; round < bench.rounds; round++)
      for (const n of SAMPLED.slice(0, round < 0 ? 3 : undefined)) {
        const seconds = await page.evaluate(sample, [n, SOLVER_STEPS]);
        if (round < 0) continue;
        best.set(n, Math.min(seconds, best.get(n) ?? Infinity));
        if (n === 10_000) bench.record.add(ids[0], (n * SOLVER_STEPS) / seconds);
      }
    bench.log(`${backend}: ${[...best].map(([n, s]) => `${n} ${s.toPrecision(3)} s`).join(", ")}`);
    bench.record.add(ids[1], exponent([...best]));
  }));
}

async function sample([n, steps]) {
  const start = performance.now();
  const { nfe } = await window.flowlab.sample({ n, seed: 1, lane: 0, steps, solver: "midpoint", trajectories: false });
  if (nfe !== 2 * steps) throw new Error(`it took ${nfe} evaluations`);
  return (performance.now() - start) / 1000;
}

async function trained(bench, what, sizes) {
  const id = `growth/${what}`;
  const best = new Map();
  await bench.record.attempt([id], async () => {
    // Rounds outside, so that a busy minute hits all sizes alike.
    for (let round = 0; round < bench.rounds; round++)
      for (const size of sizes) {
        const hash = link({ ...BASE, [what]: size });
        const seconds = await visitReady(bench.browser, bench.site, { backend: "cpu", hash }, (page) => page.evaluate(step, bench.timing));
        best.set(size, Math.min(seconds, best.get(size) ?? Infinity));
      }
    bench.log(`${what}: ${[...best].map(([size, s]) => `${size} ${(1000 * s).toPrecision(3)} ms`).join(", ")}`);
    bench.record.add(id, exponent([...best]));
  });
}

/// Seconds a training step takes.
async function step({ seconds }) {
  const time = async (steps) => {
    const start = performance.now();
    await window.flowlab.train({ steps, lane: 0 });
    return (performance.now() - start) / 1000 / steps;
  };
  const pace = await time(20);
  return time(Math.max(10, Math.round(seconds / pace)));
}

/// The slope of the least-squares line through the logarithms.
export function exponent(pairs) {
  const logs = pairs.map((pair) => pair.map(Math.log));
  const mean = (k) => logs.reduce((sum, log) => sum + log[k], 0) / logs.length;
  const [x, y] = [mean(0), mean(1)];
  const over = logs.reduce((sum, log) => sum + (log[0] - x) * (log[1] - y), 0);
  return over / logs.reduce((sum, log) => sum + (log[0] - x) ** 2, 0);
}

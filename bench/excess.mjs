// How long a target takes to an excess loss on the CPU engine: the shortest training found that ends below it.
//
// Waiting for the page to report such an excess would measure the reports, which come every few seconds: the excess is
// instead asked for once, after the clock has stopped.

import { link, visitReady } from "./flowlab.mjs";

/// The rate falls to 0 as the square of the share of steps left. Two moons: at 0.01, 1,000 steps end at 0.05; at 0.03, 700 end at 0.038.
const RECIPES = {
  moons: { what: "two moons", excess: 0.05, target: "moons", width: 64, depth: 3, batch: 256, lr: 0.03, limit: 700 },
  checkerboard: { what: "checkerboard", excess: 0.03, target: "checkerboard", width: 64, depth: 3, batch: 256, features: "fourier", lr: 0.01, limit: 2200 },
};

export async function excesses(bench) {
  for (const [key, recipe] of Object.entries(RECIPES)) {
    const ids = [`${key}/seconds`, `${key}/excess`];
    if (!ids.some(bench.wants)) continue;
    const how = `${recipe.limit} steps, rate ${recipe.lr} falling to 0`;
    bench.record.declare(ids[0], `${recipe.what} to an excess loss of ${recipe.excess}, CPU: ${how}`, "s");
    bench.record.declare(ids[1], "the excess loss it ends at", "");
    for (let round = 0; round < bench.rounds; round++) await bench.record.attempt(ids, () => once(bench, ids, recipe, round + 1));
  }
}

async function once(bench, ids, { what, excess: most, ...recipe }, seed) {
  const { seconds, excess } = await visitReady(bench.browser, bench.site, { backend: "cpu", hash: link({ ...recipe, seed }) },
    (page) => page.evaluate(train, recipe.limit));
  bench.log(`${what}: ${seconds.toFixed(2)} s, excess ${excess.toFixed(4)}`);
  if (excess > most) throw new Error(`with seed ${seed} the excess is ${excess}`);
  bench.record.add(ids[0], seconds);
  bench.record.add(ids[1], excess);
}

async function train(steps) {
  const start = performance.now();
  await window.flowlab.train({ steps, lane: 0 });
  const seconds = (performance.now() - start) / 1000;
  const { excess } = await window.flowlab.metrics({ lane: 0 });
  return { seconds, excess };
}

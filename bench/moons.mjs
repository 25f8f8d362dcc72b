// How long two moons take to an excess loss of 0.05 on the CPU engine, from the first step.

import { link, visitReady } from "./flowlab.mjs";

const EXCESS = 0.05;
/// The learning rate falls to 0 over `limit` steps; see ../design for what a reference trainer reaches with it.
const HASH = (seed) => link({ width: 64, depth: 3, batch: 256, lr: 0.01, limit: 2000, seed });

export async function moons(bench) {
  const ids = ["moons/seconds", "moons/steps"];
  bench.record.declare(ids[0], `two moons to an excess loss of ${EXCESS}, CPU`, "s");
  bench.record.declare(ids[1], "steps it took", "steps");
  for (let round = 0; round < bench.rounds; round++)
    await bench.record.attempt(ids, async () => {
      const found = await visitReady(bench.browser, bench.site, { backend: "cpu", hash: HASH(round + 1) },
        (page) => page.evaluate(untilExcess, EXCESS));
      bench.log(`two moons: ${found.seconds.toFixed(2)} s, step ${found.step}`);
      bench.record.add(ids[0], found.seconds);
      bench.record.add(ids[1], found.step);
    });
}

async function untilExcess(wanted) {
  const start = performance.now();
  let done = false;
  const training = window.flowlab.train({ steps: 2000, lane: 0 }).then((end) => ((done = true), end));
  for (;;) {
    const [figures] = (await window.flowlab.get()).figures;
    if (figures.excess !== null && figures.excess <= wanted) return { seconds: (performance.now() - start) / 1000, step: figures.step };
    if (done) throw new Error(`after ${(await training).step} steps the excess is still ${(await training).excess}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

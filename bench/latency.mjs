// From a control moved to a new picture. The stage is at rest (time stands, nothing trains), one value is set through
// the API as a control sets it, and the clock stops after the first frame in which the stage's pixels are others.
// It therefore includes the wait for that frame and the looking at it: about 16 ms and 2 ms.

import { link, visitReady } from "./flowlab.mjs";

/// What is moved, and between which values; each changes the picture at t = 1.
const CONTROLS = {
  t: { what: "time slider", verb: "seek", values: [{ t: 0.7 }, { t: 1 }] },
  steps: { what: "solver steps, sampled anew by the engine", verb: "set", values: [{ steps: 2 }, { steps: 50 }] },
  target: { what: "another target", verb: "set", values: [{ target: "rings" }, { target: "moons" }] },
};
const HASH = link({ width: 64, depth: 3, batch: 256, t: 1 });

export async function latency(bench) {
  for (const [key, { what }] of Object.entries(CONTROLS)) bench.record.declare(`latency/${key}`, `control to picture: ${what}`, "ms");
  const ids = Object.keys(CONTROLS).map((key) => `latency/${key}`);
  const prepare = (page) => page.addInitScript({ path: `${bench.folder}probes/picture.js` });
  await bench.record.attempt(ids, () => visitReady(bench.browser, bench.site, { backend: "cpu", hash: HASH }, async (page) => {
    await page.evaluate(() => window.flowlab.train({ steps: 200, lane: 0 }));
    await page.evaluate(() => window.flowlab.pause());
    for (const [key, control] of Object.entries(CONTROLS))
      await bench.record.attempt([`latency/${key}`], () => oneControl(bench, page, key, control));
  }, { prepare }));
}

async function oneControl(bench, page, key, { verb, values }) {
  for (let round = 0; round < bench.rounds; round++)
    for (const value of values) bench.record.add(`latency/${key}`, await page.evaluate(move, [verb, value]));
  bench.log(`${key}: ${bench.record.rows.get(`latency/${key}`).samples.map((ms) => ms.toFixed(0)).join(" ")} ms`);
}

async function move([verb, value]) {
  const before = await window.benchPicture.still();
  const start = performance.now();
  const changed = window.benchPicture.changed(before);
  await window.flowlab[verb](value);
  return (await changed) - start;
}

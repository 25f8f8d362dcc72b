// One visit on the CPU path, the same in every browser: the page opens, an engine becomes ready, trains and samples.
//
// `run` evaluates a function in the page, with one argument that can be written as JSON, and gives what it resolves to.

import assert from "node:assert/strict";

const STEPS = 300;
const PARTICLES = 500;

export const ADDRESS = { query: "autoplay=0&backend=cpu", hash: "v=1&target=moons&lr=0.01&limit=0" };

export async function visitOnCpu(run) {
  const ready = await run(async () => {
    while (!window.flowlab) await new Promise((resolve) => setTimeout(resolve, 50));
    return window.flowlab.ready();
  });
  assert.equal(ready.backend, "cpu");

  const excess = () => run(() => window.flowlab.metrics({ lane: 0 }).then((metrics) => metrics.excess));
  const before = await excess();
  const { step } = await run((steps) => window.flowlab.train({ steps, lane: 0 }), STEPS);
  assert.equal(step, STEPS);
  const after = await excess();
  assert.ok(after < before / 4, `the excess loss went from ${before} to ${after} only`);

  const { x0, x1 } = await run(sampled, PARTICLES);
  assert.deepEqual([x0.length, x1.length], [2 * PARTICLES, 2 * PARTICLES]);
  assert.ok([...x0, ...x1].every(Number.isFinite), "every coordinate is a number");
  assert.ok(await run(hasPicture), "the stage shows more than its background");
}

/// As plain arrays: neither protocol carries a typed one.
async function sampled(n) {
  const { x0, x1 } = await window.flowlab.sample({ n, seed: 1, lane: 0 });
  return { x0: Array.from(x0), x1: Array.from(x1) };
}

/// Whether the pixels of lane A are of many colours.
function hasPicture() {
  const canvas = document.querySelector('#stage .lane[data-lane="0"] canvas');
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return new Set(new Uint32Array(data.buffer)).size > 10;
}

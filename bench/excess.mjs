// How long a target takes to an excess loss, on every side: the shortest training found that ends below it.
//
// Waiting for the page to report such an excess would measure the reports, which come every few seconds: the excess is
// instead asked for once, after the clock has stopped. Flowlab judges the others as well: it is given their weights.

import { link, visitReady } from "./flowlab.mjs";
import { safetensors } from "./safetensors.mjs";
import { baseline, onTensorFlow } from "./training.mjs";

const NETWORK = { width: 64, depth: 3, batch: 256 };

/// Rates fall to 0 as the square of the share of steps left. The baselines have no Fourier features, and first weights as
/// PyTorch draws them: they need more steps, of which the fewest found are here.
const TARGETS = {
  moons: {
    what: "two moons",
    most: 0.05,
    flowlab: { lr: 0.02, limit: 350 },
    baselines: { lr: 0.02, limit: 800 },
    rounds: (rounds) => rounds,
  },
  checkerboard: {
    what: "checkerboard",
    most: 0.03,
    flowlab: { features: "fourier", lr: 0.02, limit: 1700 },
    baselines: { lr: 0.02, limit: 5600 },
    // Half a minute each.
    rounds: () => 1,
  },
};

const SIDES = [
  { key: "webgpu", name: "Flowlab, WebGPU", recipe: "flowlab", run: (bench, recipe, target) => flowlab(bench, recipe, target, "webgpu") },
  // The best of TensorFlow.js's backends at this size.
  { key: "tfjs-wasm", name: "TensorFlow.js, wasm", recipe: "baselines", run: (bench, recipe, target) => judged(bench, recipe, target, onTensorFlow(bench, shape(recipe, target), "wasm", byTensorFlow)) },
  { key: "plain", name: "plain JavaScript", recipe: "baselines", run: (bench, recipe, target) => judged(bench, recipe, target, baseline(bench, shape(recipe, target), plainly)) },
];

const shape = (recipe, target) => ({ ...NETWORK, target, ...recipe });

export async function excesses(bench) {
  for (const [target, { what, most, rounds, ...recipes }] of Object.entries(TARGETS)) {
    const how = ({ lr, limit }) => `${limit} steps, rate ${lr} falling to 0`;
    const said = `${what} to an excess loss of ${most}`;
    const own = [`${target}/seconds`, `${target}/excess`];
    bench.record.declare(own[0], `${said}, CPU: ${how(recipes.flowlab)}`, "s");
    bench.record.declare(own[1], "the excess loss it ends at", "");
    const run = (recipe) => flowlab(bench, recipe, target, "cpu");
    await measure(bench, own, { what, most, recipe: recipes.flowlab, rounds: bench.rounds, run });
    for (const side of SIDES) {
      const recipe = recipes[side.recipe];
      const id = `${target}/${side.key}/seconds`;
      bench.record.declare(id, `${said}: ${side.name}, ${how(recipe)}`, "s");
      await measure(bench, [id], { what: side.name, most, recipe, rounds: rounds(bench.rounds), run: (recipe) => side.run(bench, recipe, target) });
    }
  }
}

async function measure(bench, ids, { what, most, recipe, rounds, run }) {
  if (!ids.some(bench.wants)) return;
  for (let round = 0; round < rounds; round++)
    await bench.record.attempt(ids, async () => {
      const seed = round + 1;
      const { seconds, excess } = await run({ ...recipe, seed });
      bench.log(`${what}: ${seconds.toFixed(2)} s, excess ${excess.toFixed(4)}`);
      if (!(excess <= most)) throw new Error(`with seed ${seed} the excess is ${excess}`);
      [seconds, excess].slice(0, ids.length).forEach((sample, i) => bench.record.add(ids[i], sample));
    });
}

function flowlab(bench, recipe, target, backend) {
  return visitReady(bench.browser, bench.site, { backend, hash: link(shape(recipe, target)) }, (page) => page.evaluate(train, recipe.limit));
}

async function train(steps) {
  const start = performance.now();
  await window.flowlab.train({ steps, lane: 0 });
  const seconds = (performance.now() - start) / 1000;
  const { excess } = await window.flowlab.metrics({ lane: 0 });
  return { seconds, excess };
}

/// What a baseline has trained, by Flowlab's measure.
async function judged(bench, recipe, target, training) {
  const { seconds, weights } = await training;
  const excess = await visitReady(bench.browser, bench.site, { backend: "cpu", hash: link(shape({ ...recipe, features: "plain" }, target)) },
    (page) => page.evaluate(excessOf, safetensors(weights).toString("base64")));
  return { seconds, excess };
}

async function excessOf(base64) {
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  await window.flowlab.load({ lane: 0, bytes });
  return (await window.flowlab.metrics({ lane: 0 })).excess;
}

// These run in the baselines' pages.

async function byTensorFlow({ size, backend, wasmFolder }) {
  const [{ complete }, { tensorflow }] = await Promise.all([import("/web/clock.mjs"), import("/web/tensorflow.mjs")]);
  return complete(() => tensorflow(backend, size, wasmFolder), size.limit);
}

async function plainly({ size }) {
  const [{ complete }, { plain }] = await Promise.all([import("/web/clock.mjs"), import("/web/plain.mjs")]);
  return complete(() => plain(size), size.limit);
}

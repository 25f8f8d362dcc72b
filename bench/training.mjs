// Training steps per second of every side on every size, taking turns, so that a busy minute hits all of them alike.

import { countFlowlab, countTensorFlow, countedRow, counts } from "./dispatches.mjs";
import { link, visitReady } from "./flowlab.mjs";

const TENSORFLOW = "../node_modules/@tensorflow/";
const WASM_FOLDER = "/node_modules/@tensorflow/tfjs-backend-wasm/dist/";

export const SIZES = [
  { key: "64x3", width: 64, depth: 3, batch: 256 },
  { key: "128x3", width: 128, depth: 3, batch: 1024 },
  { key: "512x4", width: 512, depth: 4, batch: 4096 },
];

/// Seconds a step above which a side is measured once only: its rounds would take most of the benchmark's time.
const SLOW = 10;
const slow = new Set();

/// From this size on, the loss of one batch is near enough to its mean.
const LARGE = 4096;

/// Each side: its key in row ids, its name, and how one measurement is taken.
const SIDES = [
  { key: "flowlab-cpu", name: "Flowlab, CPU", run: (bench, size) => flowlab(bench, size, "cpu") },
  { key: "flowlab-webgpu", name: "Flowlab, WebGPU", run: (bench, size) => flowlab(bench, size, "webgpu") },
  ...["cpu", "wasm", "webgl", "webgpu"].map((backend) => ({
    key: `tfjs-${backend}`,
    name: `TensorFlow.js, ${backend}`,
    run: (bench, size) => tensorflow(bench, size, backend),
  })),
  { key: "plain", name: "plain JavaScript", run: (bench, size) => baseline(bench, size, plainTrainer) },
];

export const title = ({ width, depth, batch }) => `3-${width}x${depth}-2, batch ${batch}`;

/// `beside` is called once a round.
export async function training(bench, sizes, beside) {
  for (const size of sizes) {
    for (const side of SIDES) bench.record.declare(row(size, side), `steps/s, ${title(size)}: ${side.name}`, "steps/s");
    for (let round = 0; round < bench.rounds; round++) {
      await beside();
      await oneRound(bench, size, round);
    }
  }
}

const row = (size, side) => `train/${size.key}/${side.key}`;

/// A side's dispatches are counted on the way.
const wanted = (bench, size, side) => bench.wants(row(size, side)) || (counts(size, side.key) && bench.wants(countedRow(side.key)));

async function oneRound(bench, size, round) {
  // Every round begins with another side: none is always the one that meets a cold or a hot machine.
  const sides = SIDES.map((_, i) => SIDES[(i + round) % SIDES.length]).filter((side) => wanted(bench, size, side));
  for (const side of sides) {
    const id = row(size, side);
    // What failed once, after minutes perhaps, fails again.
    if (bench.record.rows.get(id).failed || slow.has(id)) continue;
    await bench.record.attempt([id], async () => {
      const result = await side.run(bench, size);
      bench.log(`${title(size)} ${side.name}: ${result.stepsPerSecond.toPrecision(3)} steps/s (${result.steps} steps, loss ${result.lossBefore.toFixed(3)} -> ${result.lossAfter.toFixed(3)})`);
      if (!result.lossFell) throw new Error(`its loss did not fall: ${result.lossBefore} -> ${result.lossAfter}`);
      bench.record.add(id, result.stepsPerSecond);
      if (result.seconds / result.steps > SLOW) slow.add(id);
    });
  }
}

function flowlab(bench, size, backend) {
  return visitReady(bench.browser, bench.site, { backend, hash: link(size) }, async (page) => {
    // The clock is the baselines'; the page may not load it from their server, so it travels as text.
    const result = await page.evaluate(flowlabTrainer, [bench.clock, bench.timing, size.batch < LARGE]);
    if (backend === "webgpu") await countFlowlab(bench, size, page, result.stepsPerSecond);
    return result;
  });
}

/// Runs in the page.
export async function flowlabTrainer([clock, timing, small]) {
  const { measure } = await import(URL.createObjectURL(new Blob([clock], { type: "text/javascript" })));
  let last;
  const run = async (steps) => (last = await window.flowlab.train({ steps, lane: 0 }));
  // On the engine's fixed set where a batch is small and a slow side makes few steps; else of the last batches, for the
  // figures of a wide network take minutes.
  const metrics = async () => (await window.flowlab.metrics({ lane: 0 })).loss;
  const loss = small ? metrics : async () => (last ?? (await run(1))).loss;
  return measure({ run, loss }, timing);
}

function tensorflow(bench, size, backend) {
  return onTensorFlow(bench, size, backend, tensorflowTrainer);
}

/// Opens a page with a backend of TensorFlow.js and runs a trainer on it.
export function onTensorFlow(bench, size, backend, trainer) {
  return baseline(bench, size, trainer, { backend, wasmFolder: WASM_FOLDER }, async (page) => {
    await page.addScriptTag({ url: `${TENSORFLOW}tfjs/dist/tf.es2017.min.js` });
    // The others are part of the union package.
    if (["wasm", "webgpu"].includes(backend))
      await page.addScriptTag({ url: `${TENSORFLOW}tfjs-backend-${backend}/dist/tf-backend-${backend}.es2017.min.js` });
  });
}

/// Opens an empty page of the baselines' server and runs a trainer on it.
export function baseline(bench, size, trainer, options = {}, prepare = () => {}) {
  return bench.browser.visit(`${bench.baselines.url}web/`, async (page) => {
    await prepare(page);
    const result = await page.evaluate(trainer, { ...options, size, timing: bench.timing });
    if (options.backend === "webgpu") await countTensorFlow(bench, size, page, result.stepsPerSecond);
    return result;
  });
}

async function plainTrainer({ size, timing }) {
  const [{ measure }, { plain }] = await Promise.all([import("/web/clock.mjs"), import("/web/plain.mjs")]);
  return measure(plain(size), timing);
}

async function tensorflowTrainer({ size, timing, backend, wasmFolder }) {
  const [{ measure }, { tensorflow }] = await Promise.all([import("/web/clock.mjs"), import("/web/tensorflow.mjs")]);
  window.trainer = await tensorflow(backend, size, wasmFolder);
  return measure(window.trainer, timing);
}

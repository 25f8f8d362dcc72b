// Dispatches and submits a training step, counted where they are made: in the engine's worker, or on TensorFlow.js's
// page. The counter is installed after the timing, so that it costs nothing there.

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const COUNTER = await readFile(fileURLToPath(new URL("probes/gpu.js", import.meta.url)), "utf8");
/// Only on the first size: the number does not depend on it, or hardly.
const COUNTED = "64x3";
/// Counting takes about this many seconds.
const SECONDS = 3;

const NAMES = { flowlab: "Flowlab, WebGPU", tfjs: "TensorFlow.js, webgpu" };

/// Whether a training side's calls are counted at this size, and the row of the first count.
export const counts = (size, side) => size.key === COUNTED && side.endsWith("-webgpu");
export const countedRow = (side) => `dispatches/${side.replace("-webgpu", "")}`;

export function declareDispatches(record) {
  for (const [side, name] of Object.entries(NAMES))
    for (const what of ["dispatches", "submits"]) record.declare(`${what}/${side}`, `${what} a step: ${name}`, "a step");
}

/// Everything that the page's workers ask of the GPU while they train.
export async function countFlowlab(bench, size, page, pace) {
  const workers = page.workers();
  const run = (steps) => page.evaluate((steps) => window.flowlab.train({ steps, lane: 0 }), steps);
  await count(bench, size, "flowlab", workers, run, pace);
}

export async function countTensorFlow(bench, size, page, pace) {
  await count(bench, size, "tfjs", [page], (steps) => page.evaluate((steps) => window.trainer.run(steps), steps), pace);
}

async function count(bench, size, side, realms, run, pace) {
  const ids = [`dispatches/${side}`, `submits/${side}`];
  if (size.key !== COUNTED || !ids.some(bench.wants)) return;
  await bench.record.attempt(ids, async () => {
    for (const realm of realms) await realm.evaluate(COUNTER);
    const steps = Math.max(8, Math.round(pace * SECONDS));
    await run(steps);
    const found = await Promise.all(realms.map((realm) => realm.evaluate(() => globalThis.benchGpu)));
    const sum = (what) => found.reduce((total, one) => total + (one?.[what] ?? 0), 0);
    if (sum("dispatches") === 0) throw new Error("no dispatch was seen");
    bench.record.add(ids[0], sum("dispatches") / steps);
    bench.record.add(ids[1], sum("submits") / steps);
  });
}

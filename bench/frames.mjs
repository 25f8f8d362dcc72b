// The page's main-thread work while it draws much and the engine trains.

import { address, link } from "./flowlab.mjs";
import { longestTasks } from "./trace.mjs";

const SECONDS = 6;
const ROWS = {
  "frame/p50": ["main thread a frame, median: 5,000 particles, trajectories, density, training", "ms"],
  "frame/p95": ["main thread a frame, 95th percentile", "ms"],
  "frame/rate": ["frames a second", "1/s"],
  "frame/longest": ["longest task on the main thread meanwhile", "ms"],
  "frame/script": ["longest call into the page's script meanwhile", "ms"],
};
const HASH = link({ width: 64, depth: 3, batch: 256, particles: 5000, layers: "density,trajectories,particles" });

export async function frames(bench) {
  for (const [id, [what, unit]] of Object.entries(ROWS)) bench.record.declare(id, what, unit);
  for (let round = 0; round < bench.rounds; round++)
    await bench.record.attempt(Object.keys(ROWS), () => oneVisit(bench));
}

function oneVisit(bench) {
  const prepare = (page) => page.addInitScript({ path: `${bench.folder}probes/frames.js` });
  return bench.browser.visit(address(bench.site, { query: { backend: "cpu" }, hash: HASH }), async (page) => {
    await page.waitForFunction(async () => (await window.flowlab?.get())?.figures?.[0]?.step > 100);
    const { work, times } = await page.evaluate(watch, SECONDS);
    // Tracing costs time itself, so it watches other seconds than those whose frames are timed.
    const { task, script } = await longestTasks(bench.browser.browser, page, () => page.waitForTimeout(SECONDS * 1000));
    const sorted = work.toSorted((a, b) => a - b);
    bench.record.add("frame/p50", quantile(sorted, 0.5));
    bench.record.add("frame/p95", quantile(sorted, 0.95));
    bench.record.add("frame/rate", ((times.length - 1) * 1000) / (times.at(-1) - times[0]));
    bench.record.add("frame/longest", task);
    bench.record.add("frame/script", script);
    bench.log(`${work.length} frames, p95 ${quantile(sorted, 0.95).toFixed(2)} ms, longest task ${task.toFixed(1)} ms, of script ${script.toFixed(1)} ms`);
  }, { prepare });
}

async function watch(seconds) {
  window.benchFrames.clear();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  return { work: window.benchFrames.work(), times: window.benchFrames.times() };
}

/// The value that a share `q` of the sorted ones does not exceed.
export function quantile(sorted, q) {
  if (!sorted.length) throw new Error("no frame was drawn");
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)];
}

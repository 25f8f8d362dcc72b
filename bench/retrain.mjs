// A slider moved while a lane trains: what the lane that starts anew has learned a second later, on the CPU engine.

import { link, visitReady } from "./flowlab.mjs";

const ROWS = {
  "retrain/steps": ["a slider moved in a training lane, two moons, CPU: training steps one second later", "steps"],
  "retrain/excess": ["the excess loss it has then (an untrained network has about 1)", ""],
};
const SECOND = 1000;
/// Moved to and fro, so that each move starts the lane anew; rate and limit are those that the page opens with.
const WIDTHS = [48, 64];

export async function retrain(bench) {
  for (const [id, [what, unit]] of Object.entries(ROWS)) bench.record.declare(id, what, unit);
  const hash = link({ width: 64, depth: 3, batch: 256, lr: 0.005, limit: 5000 });
  await bench.record.attempt(Object.keys(ROWS), () => visitReady(bench.browser, bench.site, { backend: "cpu", hash }, async (page) => {
    for (let round = 0; round < bench.rounds; round++)
      for (const width of WIDTHS) {
        const { step, excess } = await page.evaluate(moved, [width, SECOND]);
        bench.log(`${step} steps, excess ${excess.toFixed(3)}`);
        bench.record.add("retrain/steps", step);
        bench.record.add("retrain/excess", excess);
      }
  }));
}

async function moved([width, second]) {
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  // Not waited for: the slider interrupts it.
  window.flowlab.train({ steps: 1e6, lane: 0 }).catch(() => {});
  await pause(second);
  await window.flowlab.set({ width });
  await pause(second);
  const { step } = await window.flowlab.stop();
  return { step, excess: (await window.flowlab.metrics({ lane: 0 })).excess };
}

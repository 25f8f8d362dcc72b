// The most that one core does in WebAssembly, and which share of it training reaches.

import { flops } from "./web/task.mjs";

const PEAK = "peak/simd";
/// The sides that compute in WebAssembly on one core.
const SHARES = { "flowlab-cpu": "Flowlab, CPU", "tfjs-wasm": "TensorFlow.js, wasm" };

/// Called once a round, so that the peak is of the same minutes as the training beside it.
export async function peakOfRound(bench) {
  if (!bench.wants(PEAK)) return;
  bench.record.declare(PEAK, "peak of one core, SIMD multiply and add in registers", "GFLOP/s");
  await bench.record.attempt([PEAK], async () => {
    const found = await bench.browser.visit(`${bench.baselines.url}web/`, (page) =>
      page.evaluate(async () => (await import("/web/peak.mjs")).peak()));
    bench.record.add(PEAK, found);
  });
}

/// Training's arithmetic over the peak, round by round.
export function shares(bench, sizes) {
  const peaks = bench.record.rows.get(PEAK)?.samples ?? [];
  for (const size of sizes)
    for (const [side, name] of Object.entries(SHARES)) {
      const paces = bench.record.rows.get(`train/${size.key}/${side}`)?.samples ?? [];
      if (!paces.length || !peaks.length) continue;
      const id = `share/${size.key}/${side}`;
      bench.record.declare(id, `share of that peak, ${size.width}x${size.depth}: ${name}`, "%");
      const best = Math.max(...peaks);
      for (const pace of paces) bench.record.add(id, (100 * pace * flops(size)) / 1e9 / best);
    }
}

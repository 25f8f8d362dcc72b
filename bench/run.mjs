// The benchmark's browser side: measures everything and writes the samples as JSON. `cargo xtask bench` starts it and
// makes the table; what is set in the environment is listed in README.md.

import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { launch } from "./browser.mjs";
import { device, load } from "./device.mjs";
import { declareDispatches } from "./dispatches.mjs";
import { frames } from "./frames.mjs";
import { latency } from "./latency.mjs";
import { excesses } from "./excess.mjs";
import { growth } from "./growth.mjs";
import { matching } from "./matching.mjs";
import { Record } from "./record.mjs";
import { retrain } from "./retrain.mjs";
import { serve } from "./server.mjs";
import { peakOfRound, shares } from "./simd.mjs";
import { programs, startup } from "./startup.mjs";
import { SIZES, training } from "./training.mjs";

const { env } = process;
const quick = env.FLOWLAB_BENCH_QUICK === "1";
const only = (env.FLOWLAB_BENCH_ONLY ?? "").split(",");
const folder = fileURLToPath(new URL(".", import.meta.url));

const bench = {
  folder,
  site: required("FLOWLAB_URL"),
  sizeReport: env.FLOWLAB_BENCH_SIZES,
  baselines: await serve(),
  browser: await launch({ executable: required("FLOWLAB_CHROMIUM"), gpuFlags: env.FLOWLAB_BENCH_GPU_FLAGS }),
  clock: await readFile(`${folder}web/clock.mjs`, "utf8"),
  record: new Record(),
  rounds: 3,
  timing: quick ? { seconds: 1.5, warmup: 1 } : { seconds: 4, warmup: 2 },
  wants: (id) => only.some((text) => id.startsWith(text)),
  log: (line) => console.error(`  ${line}`),
};

function required(name) {
  if (!env[name]) throw new Error(`${name} is not set: run \`cargo xtask bench\``);
  return env[name];
}

/// Sections by the beginning of their rows' ids.
const sizes = quick ? SIZES.slice(0, 1) : SIZES;
const sections = [
  ["start/ bytes/", "first visits", startup],
  ["bytes/", "sizes", programs],
  ["frame/", "frames", frames],
  ["latency/", "controls", latency],
  ["retrain/", "a slider in a training lane", retrain],
  ["matching/", "matched pairs", matching],
  ["moons/ checkerboard/", "times to an excess loss", excesses],
  ["sampling/ growth/", "sampling and growth", growth],
  ["train/ dispatches/ submits/ peak/ share/", "training", trainingAndPeak],
];

async function trainingAndPeak() {
  declareDispatches(bench.record);
  await training(bench, sizes, () => peakOfRound(bench));
  shares(bench, sizes);
}

const about = await device(bench.browser, bench.site);
for (const [ids, name, section] of sections) {
  if (!ids.split(" ").some((id) => only.some((text) => id.startsWith(text) || text.startsWith(id)))) continue;
  console.error(name);
  await section(bench);
}
bench.record.note(...wasmNote());
await bench.browser.close();
bench.baselines.close();
const report = { about: { ...about, loadAfter: load(), quick, rounds: bench.rounds }, ...bench.record.toJSON() };
report.rows = report.rows.filter((row) => bench.wants(row.id));
if (!report.rows.length) throw new Error(`no row's id begins with "${only.join('", "')}"`);
await writeFile(required("FLOWLAB_BENCH_OUT"), JSON.stringify(report, null, 1));

/// Which of its three programs TensorFlow.js chose, as the server saw it.
function wasmNote() {
  const programs = new Set(bench.baselines.asked.filter((path) => path.endsWith(".wasm")).map((path) => path.split("/").at(-1)));
  return [programs.size ? `TensorFlow.js wasm ran ${[...programs].join(", ")}.` : "TensorFlow.js wasm was not run."];
}

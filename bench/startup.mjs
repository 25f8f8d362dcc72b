// A first visit, as a reader makes it: no options but the backend. When does it move, when can it train, when has it
// trained, and how much was downloaded until it moved.

import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";
import { readFile } from "node:fs/promises";
import { address } from "./flowlab.mjs";

const ROWS = {
  "start/moved": ["navigation to the first frame in motion", "ms"],
  "start/ready": ["navigation to an engine that can train (CPU)", "ms"],
  "start/trained": ["navigation to the first training step", "ms"],
  "bytes/moved": ["downloaded before the page moves, brotli", "kB"],
  "bytes/files": ["files downloaded before the page moves", "files"],
};

export async function startup(bench) {
  for (const [id, [what, unit]] of Object.entries(ROWS)) bench.record.declare(id, what, unit);
  for (let round = 0; round < bench.rounds; round++)
    await bench.record.attempt(Object.keys(ROWS), () => firstVisit(bench));
}

async function firstVisit(bench) {
  const files = [];
  const prepare = async (page, context) => {
    for (const probe of ["picture", "start"]) await page.addInitScript({ path: `${bench.folder}probes/${probe}.js` });
    context.on("requestfinished", (request) => files.push(finished(request)));
  };
  // `backend=cpu`: the gpu flavour is fetched later and would only share the cores.
  const stages = await bench.browser.visit(address(bench.site, { query: { backend: "cpu" }, hash: "" }),
    (page) => page.evaluate(() => window.benchStart), { prepare });
  for (const stage of ["moved", "ready", "trained"]) bench.record.add(`start/${stage}`, stages[stage]);
  const before = files.filter((file) => file.end <= stages.origin + stages.moved).map((file) => file.url);
  const sizes = await Promise.all([...new Set(before)].map((url) => small(bench, url)));
  bench.record.add("bytes/moved", sizes.reduce((sum, size) => sum + size, 0) / 1000);
  bench.record.add("bytes/files", sizes.length);
  bench.log(`moved ${stages.moved.toFixed(0)} ms, ready ${stages.ready.toFixed(0)} ms, trained ${stages.trained.toFixed(0)} ms; before it moved: ${before.map((url) => new URL(url).pathname).join(" ")}`);
}

/// When a download was over, on the clock of `performance.timeOrigin`.
function finished(request) {
  const { startTime, responseEnd } = request.timing();
  return { url: request.url(), end: startTime + Math.max(0, responseEnd) };
}

/// Size of a file as a good server sends it, whether or not this one compresses.
async function small(bench, url) {
  bench.sizes ??= new Map();
  if (!bench.sizes.has(url)) bench.sizes.set(url, brotli(Buffer.from(await (await fetch(url)).arrayBuffer())));
  return bench.sizes.get(url);
}

/// As `cargo xtask package` compresses: the highest quality, the largest usual window.
export async function brotli(bytes) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  return (await promisify(brotliCompress)(bytes, { params })).length;
}

/// The programs' sizes: from the packager's report where there is one, else of the site as it is served.
export async function programs(bench) {
  const report = bench.sizeReport && JSON.parse(await readFile(bench.sizeReport, "utf8"));
  const names = { page: "page program", engine_cpu: "engine, cpu flavour", engine_gpu: "engine, gpu flavour" };
  for (const [program, what] of Object.entries(names)) {
    const id = `bytes/${program}`;
    bench.record.declare(id, `${what}, brotli`, "kB");
    await bench.record.attempt([id], async () => bench.record.add(id, (report ? report[program].brotli : await served(bench, program)) / 1000));
  }
  bench.record.note(report
    ? "Program sizes are of the last `cargo xtask package` (target/size-report.json)."
    : "Program sizes are of the development build, which is not optimised for size: run with --package for those that ship.");
}

async function served(bench, program) {
  const urls = [`${program}.js`, `${program}_bg.wasm`].map((name) => new URL(name, bench.site).href);
  return (await Promise.all(urls.map((url) => small(bench, url)))).reduce((sum, size) => sum + size, 0);
}

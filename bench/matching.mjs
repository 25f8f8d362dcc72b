// Training with the helpers that the CPU engine starts and without: on independent pairs, where they draw, and on pairs
// that are matched anew for every batch, where they do that.

import { flowlabTrainer, title } from "./training.mjs";
import { link, visitReady } from "./flowlab.mjs";

const SIZE = { width: 64, depth: 3, batch: 256 };
/// What is trained on, and how many processors the engine believes in: the machine's own, if nothing is said.
const ROWS = {
  "matching/free": ["independent pairs", "independent"],
  "matching/free-four": ["independent pairs, a helper draws", "independent", 4],
  "matching/free-alone": ["independent pairs, without helpers", "independent", 1],
  "matching/ot": ["exact OT", "ot"],
  "matching/ot-alone": ["exact OT, without helpers", "ot", 1],
  "matching/sinkhorn": ["entropic OT", "sinkhorn"],
  "matching/sinkhorn-alone": ["entropic OT, without helpers", "sinkhorn", 1],
};

export async function matching(bench) {
  for (const [id, [name]] of Object.entries(ROWS)) bench.record.declare(id, `steps/s on two moons, ${title(SIZE)}, CPU: ${name}`, "steps/s");
  for (let round = 0; round < bench.rounds; round++)
    for (const [id, [name, coupling, processors]] of Object.entries(ROWS))
      if (bench.wants(id))
        await bench.record.attempt([id], async () => {
          const { stepsPerSecond, helpers } = await trained(bench, coupling, processors);
          bench.log(`${name}: ${stepsPerSecond.toPrecision(3)} steps/s, ${helpers} helpers`);
          bench.record.add(id, stepsPerSecond);
        });
}

function trained(bench, coupling, processors) {
  let helpers = 0;
  const prepare = async (page, context) => {
    if (processors) await context.route(/engine_worker/, (route) => believing(route, processors));
    context.on("request", (request) => (helpers += request.url().includes("role=helper")));
  };
  const hash = link({ ...SIZE, coupling });
  return visitReady(bench.browser, bench.site, { backend: "cpu", hash }, async (page) => {
    const result = await page.evaluate(flowlabTrainer, [bench.clock, bench.timing, true]);
    return { ...result, helpers };
  }, { prepare });
}

/// The worker's script, which believes to be on a machine with so many processors.
async function believing(route, processors) {
  const response = await route.fetch();
  const body = `Object.defineProperty(navigator, "hardwareConcurrency", { value: ${processors} });\n${await response.text()}`;
  return route.fulfill({ response, body });
}

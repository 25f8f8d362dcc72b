// Training with the helpers that the CPU engine starts and without: on independent pairs, where they draw, and on pairs
// that are matched anew for every batch, where they do that.

import { flowlabTrainer, title } from "./training.mjs";
import { link, visitReady } from "./flowlab.mjs";

const SIZE = { width: 64, depth: 3, batch: 256 };
const ROWS = {
  "matching/free": ["independent pairs", "independent", true],
  "matching/free-alone": ["independent pairs, without helpers", "independent", false],
  "matching/ot": ["exact OT", "ot", true],
  "matching/ot-alone": ["exact OT, without helpers", "ot", false],
  "matching/sinkhorn": ["entropic OT", "sinkhorn", true],
  "matching/sinkhorn-alone": ["entropic OT, without helpers", "sinkhorn", false],
};

export async function matching(bench) {
  for (const [id, [name]] of Object.entries(ROWS)) bench.record.declare(id, `steps/s on two moons, ${title(SIZE)}, CPU: ${name}`, "steps/s");
  for (let round = 0; round < bench.rounds; round++)
    for (const [id, [name, coupling, helped]] of Object.entries(ROWS))
      if (bench.wants(id))
        await bench.record.attempt([id], async () => {
          const { stepsPerSecond, helpers } = await trained(bench, coupling, helped);
          bench.log(`${name}: ${stepsPerSecond.toPrecision(3)} steps/s, ${helpers} helpers`);
          bench.record.add(id, stepsPerSecond);
        });
}

function trained(bench, coupling, helped) {
  let helpers = 0;
  const prepare = async (page, context) => {
    if (!helped) await context.route(/engine_worker/, alone);
    context.on("request", (request) => (helpers += request.url().includes("role=helper")));
  };
  const hash = link({ ...SIZE, coupling });
  return visitReady(bench.browser, bench.site, { backend: "cpu", hash }, async (page) => {
    const result = await page.evaluate(flowlabTrainer, [bench.clock, bench.timing, true]);
    return { ...result, helpers };
  }, { prepare });
}

/// The worker's script, which believes to be on a machine with one processor.
async function alone(route) {
  const response = await route.fetch();
  const body = `Object.defineProperty(navigator, "hardwareConcurrency", { value: 1 });\n${await response.text()}`;
  return route.fulfill({ response, body });
}

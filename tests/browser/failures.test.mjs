// What can fail does so with a plain sentence, and the exact flow goes on.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openPage, address, visiting, until, says } from "./harness.mjs";

const call = (page, verb, args = {}) =>
  page.evaluate(([verb, args]) => window.flowlab[verb](args), [verb, args]);

/// The exact flow is on the stage: the ensemble is there, and it is not a network's.
const showsExactFlow = (page) =>
  until(page, async () => (await window.flowlab.get()).figures[0].exact);

/// Opens a page that something was done to, and asks for a sentence and the exact flow.
async function withoutEngine(prepare, options = {}) {
  const visit = await openPage({ ...options, query: "backend=cpu", goto: false });
  const { page } = visit;
  await prepare(visit);
  await page.goto(address({ query: "backend=cpu" }));
  await page.waitForSelector('#badge[data-state="lost"]', { timeout: 60_000 });
  const notice = await page.innerText("#notices");
  assert.ok(notice.length > 20, notice);
  await showsExactFlow(page);
  await assert.rejects(call(page, "ready"));
  // Controls still work, on the exact flow.
  await call(page, "set", { target: "rings" });
  await showsExactFlow(page);
  assert.deepEqual(visit.pageErrors, []);
  await visit.close();
}

test("no worker: a sentence, and the exact flow", { timeout: 90_000 }, () =>
  withoutEngine(({ page }) => page.addInitScript(() => {
    window.Worker = class { constructor() { throw new Error("workers are off"); } };
  })));

test("the engine's file does not exist: a sentence, and the exact flow", { timeout: 90_000 }, () =>
  withoutEngine(({ context }) => context.route(/engine_cpu.*\.wasm/, (route) => route.fulfill({ status: 404, body: "gone" }))));

test("the engine's file is broken: a sentence, and the exact flow", { timeout: 90_000 }, () =>
  withoutEngine(({ context }) => context.route(/engine_cpu.*\.wasm/, (route) =>
    route.fulfill({ status: 200, contentType: "application/wasm", body: "not wasm at all" }))));

test("a lost engine is started again by a button", { timeout: 90_000 }, async () => {
  const visit = await openPage({ query: "backend=cpu", goto: false });
  const { page, context } = visit;
  const gone = (route) => route.fulfill({ status: 404, body: "gone" });
  await context.route(/engine_cpu.*\.wasm/, gone);
  await page.goto(address({ query: "backend=cpu" }));
  await page.waitForSelector('#badge[data-state="lost"]', { timeout: 60_000 });
  await context.unroute(/engine_cpu.*\.wasm/, gone);
  await page.click("#badge-retry");
  await page.waitForSelector('#badge[data-state="ready"]', { timeout: 60_000 });
  assert.equal(await page.isVisible("#badge-retry"), false);
  assert.ok((await call(page, "train", { steps: 20 })).step >= 20);
  await visit.close();
});

test("no WebGPU: the CPU trains, and the badge says so", { timeout: 90_000 }, () =>
  visiting({ gpu: false, query: "autoplay=0&backend=webgpu" }, async (page) => {
    const { backend } = await call(page, "ready");
    assert.equal(backend, "cpu");
    await says(page, "#badge-text", /CPU/);
    await says(page, "#badge-text", /WebGPU|adapter/i);
  }));

test("before the engine arrives the page moves, and says what it shows", { timeout: 90_000 }, () =>
  visiting({ goto: false }, async (page, visit) => {
    let release;
    const held = new Promise((resolve) => { release = resolve; });
    await visit.context.route(/engine_cpu.*\.wasm/, async (route) => {
      await held;
      await route.continue();
    });
    await page.goto(address({ query: "backend=cpu" }));
    await showsExactFlow(page);
    await says(page, '.lane[data-lane="0"] .overlay', /exact/i);
    const t = () => page.evaluate(async () => (await window.flowlab.get()).t);
    const before = await t();
    await page.waitForTimeout(500);
    assert.notEqual(await t(), before);
    release();
    await call(page, "ready");
    await until(page, async () => (await window.flowlab.get()).figures[0].step > 5);
  }));

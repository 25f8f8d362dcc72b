// What the page does not need to begin to move comes later, in chunks; one that cannot be had says so and is asked for
// again.

import assert from "node:assert/strict";
import { test } from "node:test";
import { address, openPage, says, until } from "./harness.mjs";

const CALM = "autoplay=0&backend=cpu";
const gone = (route) => route.fulfill({ status: 404, body: "gone" });

/// Opens the page without some of its files; `again` gives them back.
async function without(files, locale) {
  const visit = await openPage({ goto: false, locale });
  await visit.context.route(files, gone);
  await visit.page.goto(address({ query: CALM }));
  return { visit, page: visit.page, again: () => visit.context.unroute(files, gone) };
}

for (const [what, files] of [
  ["the chunk beside the picture", /split_beside[^/]*\.wasm/],
  ["the texts of things beside the picture", /\.rest[^/]*\.json/],
]) {
  test(`${what}: missing, it is told, and comes at the next click`, { timeout: 60_000 }, async () => {
    const { visit, page, again } = await without(files);
    await says(page, "#notices", /could not be loaded/);
    assert.equal(await page.locator("#keys tr").count(), 0);
    // The picture does without.
    await until(page, () => document.querySelector("#stage canvas").width > 1);
    await again();
    await page.click("#all-charts");
    await page.waitForFunction(() => document.querySelectorAll("#keys tr").length > 5);
    await page.waitForFunction(() => document.querySelector("[data-chart='schedule'] .legend").textContent.length > 0);
    assert.deepEqual(visit.pageErrors, []);
    await visit.close();
  });
}

test("what goes in and out: a missing chunk is told in the visitor's language, and asked for again", { timeout: 60_000 }, async () => {
  const { visit, page, again } = await without(/split_exchange[^/]*\.wasm/, "zh-CN");
  await page.click("[data-do='export']");
  await says(page, "#notices", /未能加载/);
  await assert.rejects(page.evaluate(() => window.flowlab.get()), /未能加载/);
  await again();
  assert.equal((await page.evaluate(() => window.flowlab.get())).figures[0].exact, true);
  await page.click("[data-do='export']");
  await page.waitForSelector("#export-dialog[open]");
  assert.deepEqual(visit.pageErrors, []);
  await visit.close();
});

test("the page moves before any chunk is there", { timeout: 60_000 }, async () => {
  const visit = await openPage({ goto: false });
  const early = [];
  let release;
  const held = new Promise((resolve) => { release = resolve; });
  await visit.context.route(/(split_|chunk_)[^/]*\.wasm|\.rest[^/]*\.json|formulas/, async (route) => {
    early.push(route.request().url());
    await held;
    await route.continue();
  });
  await visit.page.goto(address({ query: "backend=cpu" }));
  await visit.page.waitForFunction(() => Number(document.getElementById("time").value) > 0.2);
  assert.ok(early.length > 0);
  release();
  await visit.page.waitForFunction(() => document.querySelectorAll("#keys tr").length > 5);
  assert.deepEqual(visit.pageErrors, []);
  await visit.close();
});

// The least that must hold: the page opens, cleanly, from any base; and the harness sees what it should.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DEEP_BASE, address, openPage, visiting } from "./harness.mjs";

/// Gives the page program a moment to run into trouble. (Not "networkidle": an answer that nobody reads never ends.)
async function settle(page) {
  await page.waitForLoadState("load");
  await page.waitForTimeout(700);
}

for (const base of ["", DEEP_BASE]) {
  test(`the page opens at /${base}`, () =>
    visiting({ base, goto: false }, async (page) => {
      const program = page.waitForResponse((response) => response.url().endsWith(".wasm"));
      await page.goto(address({ base }));
      assert.equal((await program).status(), 200);
      await settle(page);
      assert.match(await page.title(), /Flowlab/);
    }));
}

test("the harness records what goes wrong", async () => {
  const visit = await openPage();
  await visit.page.evaluate(() => {
    console.error("on purpose");
    setTimeout(() => { throw new Error("thrown on purpose"); });
    fetch("does-not-exist.txt");
    fetch("http://foreign.invalid/x").catch(() => {});
  });
  await settle(visit.page);
  assert.throws(() => visit.assertClean());
  await visit.close();
  assert.ok(visit.consoleErrors.includes("on purpose"));
  assert.match(visit.pageErrors.join(), /thrown on purpose/);
  assert.match(visit.badRequests.join(), /404 .*does-not-exist/);
  assert.deepEqual(visit.foreignRequests, ["http://foreign.invalid/x"]);
});

const adapter = async () => {
  const found = await navigator.gpu?.requestAdapter();
  return found ? { timestamps: found.features.has("timestamp-query") } : null;
};

test("with a GPU there is an adapter that can measure time", () =>
  visiting({ gpu: true }, async (page) => {
    assert.deepEqual(await page.evaluate(adapter), { timestamps: true });
  }));

test("without a GPU there is none", () =>
  visiting({ gpu: false }, async (page) => {
    assert.equal(await page.evaluate(adapter), null);
  }));

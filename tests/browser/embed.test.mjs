// The page inside another one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { address, openPage } from "./harness.mjs";

/// A page of another origin with Flowlab in a frame, and everything the frame says to it.
async function embedded(frame, { style = "width:600px;height:500px", before = "" } = {}) {
  const visit = await openPage({ goto: false });
  const { page } = visit;
  // Any file of the server will do for a start: a page made out of nothing may not frame a local one.
  await page.goto(address({ path: "style.css", origin: "other" }));
  await page.evaluate(() => { window.heard = []; addEventListener("message", ({ data }) => window.heard.push(data)); });
  await page.evaluate(([before, style, src]) => {
    document.body.innerHTML = `${before}<iframe id="lab" style="${style}"></iframe>`;
    const frame = document.getElementById("lab");
    return new Promise((resolve) => { frame.onload = resolve; frame.src = src; });
  }, [before, style, address(frame)]);
  const heard = (type) => page.waitForFunction(
    (type) => window.heard.find((message) => message?.type === type), `flowlab:${type}`, { timeout: 40_000 },
  ).then((handle) => handle.jsonValue());
  const ask = (verb, args = {}) => page.evaluate(([verb, args]) => new Promise((resolve) => {
    const id = Math.random();
    addEventListener("message", ({ data }) => { if (data?.type === "flowlab:reply" && data.id === id) resolve(data); });
    document.getElementById("lab").contentWindow.postMessage({ type: `flowlab:${verb}`, id, ...args }, "*");
  }), [verb, args]);
  return { visit, page, heard, ask };
}

test("an embed has no bar, says how high it is, and answers", { timeout: 90_000 }, async () => {
  const { visit, page, heard, ask } = await embedded({ query: "embed=1&backend=cpu&hide=panel,story,charts" });
  const { height } = await heard("resize");
  assert.ok(height > 100, `${height}`);
  await heard("ready");
  const frame = page.frames()[1];
  for (const part of ["#bar", "#panel", "#story", "#charts"]) assert.ok(await frame.isHidden(part), part);
  const { value } = await ask("seek", { t: 0.5 });
  assert.equal(value.t, 0.5);
  assert.equal((await ask("train", { steps: 5 })).ok, true);
  const refused = await ask("set", { lr: null });
  assert.equal(refused.ok, false);
  assert.deepEqual(visit.pageErrors, []);
  await visit.close();
});

test("an embed far down the page begins when it is seen", { timeout: 90_000 }, async () => {
  const before = '<div style="height:3000px"></div>';
  const { visit, page, ask } = await embedded({ query: "embed=1&backend=cpu" }, { before });
  assert.equal((await ask("get")).value.engine.state, "loading");
  await page.waitForTimeout(1500);
  const { value } = await ask("get");
  assert.deepEqual([value.playing, value.engine.state], [false, "loading"]);
  await page.evaluate(() => document.getElementById("lab").scrollIntoView());
  await page.waitForFunction(() => window.heard.some((message) => message?.type === "flowlab:ready"), null, { timeout: 40_000 });
  assert.equal((await ask("get")).value.playing, true);
  await visit.close();
});

test("a click begins where the host asks for one", { timeout: 90_000 }, async () => {
  const { visit, page, heard, ask } = await embedded({ query: "embed=1&backend=cpu&start=click" });
  await page.waitForTimeout(1500);
  assert.equal((await ask("get")).value.engine.state, "loading");
  await page.frames()[1].click("#stage canvas");
  await heard("ready");
  await visit.close();
});

test("where storage is forbidden the page works all the same", { timeout: 90_000 }, async () => {
  const visit = await openPage({ goto: false });
  await visit.page.addInitScript(() => {
    Object.defineProperty(window, "localStorage", { get() { throw new DOMException("no", "SecurityError"); } });
    Object.defineProperty(navigator, "clipboard", { get: () => undefined });
  });
  await visit.page.goto(address({ query: "autoplay=0&backend=cpu" }));
  await visit.page.selectOption("#theme", "dark");
  await visit.page.click('[data-do="share"]');
  assert.match(await visit.page.innerText('[data-do="share"]'), /address bar/);
  assert.deepEqual(visit.pageErrors, []);
  await visit.close();
});

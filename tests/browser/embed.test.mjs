// The page inside another one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { address, openPage, until, says } from "./harness.mjs";

/// A page of another origin with Flowlab in a frame, and everything the frame says to it.
async function embedded(frame, { style = "width:600px;height:500px", before = "" } = {}) {
  const visit = await openPage({ goto: false });
  const { page } = visit;
  // Any file of the server will do for a start: a page made out of nothing may not frame a local one.
  await page.goto(address({ path: "embed.js", origin: "other" }));
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
  await says(visit.page, '[data-do="share"]', /address bar/);
  assert.deepEqual(visit.pageErrors, []);
  await visit.close();
});

/// A page with a `<flow-lab>` element on it.
async function withElement(attributes, { before = "" } = {}) {
  const visit = await openPage({ goto: false });
  const { page } = visit;
  const listen = '["ready", "resize"].forEach((name) => addEventListener(`flowlab:${name}`, ({ detail }) => heard.push([name, detail])));';
  await visit.context.route("**/host.html", (route) => route.fulfill({
    contentType: "text/html",
    body: `<!doctype html><script>window.heard = []; ${listen}</script><script type="module" src="embed.js"></script>
      ${before}<flow-lab ${attributes}></flow-lab>`,
  }));
  await page.goto(address({ path: "host.html" }));
  const call = (verb, args) => page.evaluate(([verb, args]) => document.querySelector("flow-lab")[verb](args), [verb, args]);
  return { visit, page, call };
}

test("the element has every verb, and is as high as what it shows", { timeout: 90_000 }, async () => {
  const { visit, page, call } = await withElement('hash="v=1&target=moons" backend="cpu" autoplay="0" hide="panel,charts,story"');
  const { backend } = await call("ready");
  assert.equal(backend, "cpu");
  assert.equal((await call("get")).target, "moons");
  const missing = await page.frames()[1].evaluate((verbs) => Object.keys(window.flowlab).filter((verb) => !verbs.includes(verb)),
    await page.evaluate(() => Object.getOwnPropertyNames(customElements.get("flow-lab").prototype)));
  assert.deepEqual(missing, []);
  await page.waitForFunction(() => window.heard.some(([name]) => name === "ready"));
  const [height, said] = await page.evaluate(() =>
    [document.querySelector("iframe").clientHeight, window.heard.findLast(([name]) => name === "resize")[1].height]);
  assert.equal(height, said);
  await assert.rejects(call("seek", { t: 7 }), /`t`/);
  await page.evaluate(() => document.querySelector("flow-lab").setAttribute("hash", "v=1&target=rings"));
  await until(page, async () => (await document.querySelector("flow-lab").get()).target === "rings");
  assert.deepEqual(visit.pageErrors, []);
  await visit.close();
});

test("the element far down the page loads nothing until it is near or called", { timeout: 90_000 }, async () => {
  const { visit, page, call } = await withElement('backend="cpu"', { before: '<div style="height:4000px"></div>' });
  await page.waitForTimeout(800);
  assert.equal(await page.locator("iframe").count(), 0);
  assert.equal((await call("get")).target, "checkerboard");
  assert.equal(await page.locator("iframe").count(), 1);
  await visit.close();
});

test("slides start and stop it", { timeout: 90_000 }, async () => {
  const { visit, page, call } = await withElement('backend="cpu" autoplay="0"');
  await call("get");
  // What reveal.js does to the frames of a slide.
  const slide = (word) => page.evaluate((word) => document.querySelector("iframe[src]").contentWindow.postMessage(`slide:${word}`, "*"), word);
  await slide("start");
  await until(page, async () => (await document.querySelector("flow-lab").get()).playing);
  await slide("stop");
  await until(page, async () => !(await document.querySelector("flow-lab").get()).playing);
  await visit.close();
});

test("long out of sight the engine is let go, and it goes on where it was", { timeout: 90_000 }, async () => {
  const visit = await openPage({ goto: false });
  const { page } = visit;
  // Long is soon here.
  await visit.context.addInitScript(() => {
    const later = window.setTimeout.bind(window);
    window.setTimeout = (f, ms, ...rest) => later(f, ms === 60_000 ? 400 : ms === 15_000 ? 100 : ms, ...rest);
  });
  await page.goto(address({ path: "embed.js", origin: "other" }));
  await page.evaluate((src) => new Promise((resolve) => {
    document.body.innerHTML = '<iframe id="lab" style="width:600px;height:500px"></iframe><div style="height:4000px"></div>';
    const frame = document.getElementById("lab");
    frame.onload = resolve;
    frame.src = src;
  }), address({ query: "embed=1&backend=cpu", hash: "v=1&limit=0" }));
  const ask = (verb) => page.evaluate((verb) => new Promise((resolve) => {
    const id = Math.random();
    addEventListener("message", ({ data }) => { if (data?.type === "flowlab:reply" && data.id === id) resolve(data.value); });
    document.getElementById("lab").contentWindow.postMessage({ type: `flowlab:${verb}`, id }, "*");
  }), verb);
  const when = async (holds) => { while (!holds(await ask("get"))) await page.waitForTimeout(100); };
  await when((state) => state.figures[0].step > 50);
  await page.evaluate(() => scrollTo(0, 4000));
  await when((state) => state.engine.state === "loading");
  const { step } = (await ask("get")).figures[0];
  assert.ok(step > 50);
  await page.evaluate(() => scrollTo(0, 0));
  await when((state) => state.engine.state === "ready" && state.figures[0].step > step);
  assert.deepEqual(visit.pageErrors, []);
  await visit.close();
});

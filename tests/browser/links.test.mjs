// Links: every state has one, and it brings the picture back.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DEEP_BASE, visiting, until } from "./harness.mjs";

const call = (page, verb, args = {}) =>
  page.evaluate(([verb, args]) => window.flowlab[verb](args), [verb, args]);

const sample = async (page) => {
  const { x0, x1 } = await page.evaluate(async () => {
    const { x0, x1 } = await window.flowlab.sample({ n: 64, seed: 11 });
    return { x0: Array.from(x0), x1: Array.from(x1) };
  });
  return { x0, x1 };
};

test("a link reopened shows the same state and the same points", { timeout: 120_000 }, async () => {
  const query = "autoplay=0&backend=cpu";
  let first;
  await visiting({ query }, async (page) => {
    await call(page, "ready");
    await call(page, "set", { target: "spirals", schedule: "cosine", width: 32, layers: "particles,data", seed: 42, lanes: 2, "b.coupling": "ot" });
    await call(page, "seek", { t: 0.4 });
    await page.waitForTimeout(600);
    await call(page, "train", { steps: 20, lane: 0 });
    const state = await call(page, "get");
    const address = await page.evaluate(() => location.hash);
    assert.equal(address, state.hash);
    first = { state, sample: await sample(page) };
  });
  await visiting({ query, hash: first.state.hash, base: DEEP_BASE }, async (page) => {
    await call(page, "ready");
    const state = await call(page, "get");
    for (const gone of [state, first.state]) {
      delete gone.figures;
      delete gone.engine;
    }
    assert.deepEqual(state, first.state);
    await call(page, "train", { steps: 20, lane: 0 });
    assert.deepEqual(await sample(page), first.sample);
  });
});

test("absurd values are clamped with one notice, unknown keys ignored", { timeout: 60_000 }, () =>
  visiting({ query: "autoplay=0&backend=cpu", hash: "v=1&width=1e9&steps=-4&target=atlantis&colour=red&particles=100000000000" }, async (page) => {
    const state = await call(page, "get");
    assert.deepEqual([state.width, state.steps, state.target, state.particles], [512, 1, "checkerboard", 100000]);
    await page.locator("#notices li").nth(1).waitFor();
    const notices = await page.locator("#notices li").allInnerTexts();
    assert.equal(notices.length, 2);
    assert.match(notices[0], /width=512.*steps=1/);
    assert.match(notices[1], /atlantis/);
    await page.click("#notices button");
    await page.waitForSelector("#notices", { state: "hidden" });
  }));

test("a link from a newer version is told, and what is known of it is opened", { timeout: 60_000 }, () =>
  visiting({ query: "autoplay=0&backend=cpu", hash: "v=99&target=moons&shimmer=3" }, async (page) => {
    const state = await call(page, "get");
    assert.equal(state.target, "moons");
    const notice = page.locator("#notices li").first();
    await notice.waitFor();
    assert.match(await notice.innerText(), /newer version.*v=99/);
  }));

test("the back button goes back", { timeout: 60_000 }, () =>
  visiting({ query: "autoplay=0&backend=cpu" }, async (page) => {
    await call(page, "get");
    await page.evaluate(() => { location.hash = "#v=1&target=rings"; });
    await until(page, async () => (await window.flowlab.get()).target === "rings");
    await page.goBack();
    await until(page, async () => (await window.flowlab.get()).target === "checkerboard");
  }));

test("a drawing travels in the link", { timeout: 60_000 }, () =>
  visiting({ query: "autoplay=0&backend=cpu", hash: "v=1&target=drawn" }, async (page) => {
    await page.waitForSelector(".overlay.problem:not([hidden])");
    const box = await page.locator('.lane[data-lane="0"] canvas').boundingBox();
    await page.mouse.move(box.x + box.width * 0.3, box.y + box.height * 0.5);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.7, box.y + box.height * 0.5, { steps: 12 });
    await page.mouse.up();
    await page.waitForSelector(".overlay.problem", { state: "hidden" });
    const { hash, drawn } = await call(page, "get");
    assert.ok(drawn.length >= 40 && drawn.length % 4 === 0, `${drawn.length} characters`);
    assert.ok(hash.includes(drawn));
    await call(page, "ready");
    const { step } = await call(page, "train", { steps: 10 });
    assert.equal(step, 10);
  }));

test("the API refuses bad arguments with a sentence", { timeout: 60_000 }, () =>
  visiting({ query: "autoplay=0&backend=cpu" }, async (page) => {
    await call(page, "ready");
    const refused = (verb, args) =>
      page.evaluate(async ([verb, args]) => {
        try {
          await window.flowlab[verb](args);
          return null;
        } catch (error) {
          return error.message;
        }
      }, [verb, args]);
    assert.match(await refused("seek", { t: "soon" }), /\bt\b/);
    assert.match(await refused("sample", { n: -5 }), /\bn\b/);
    assert.match(await refused("field", { points: [1, 2, 3], t: 0.5, which: "model" }), /points/);
    assert.match(await refused("metrics", { lane: 1 }), /lane/i);
    const { notices } = await call(page, "set", { target: "atlantis" });
    assert.equal(notices.length, 1);
  }));

test("messages to the window do what the verbs do", { timeout: 60_000 }, () =>
  visiting({ query: "autoplay=0&backend=cpu" }, async (page) => {
    const ask = (message) =>
      page.evaluate((message) => new Promise((resolve) => {
        addEventListener("message", function heard({ data }) {
          if (data?.type !== "flowlab:reply" || data.id !== message.id) return;
          removeEventListener("message", heard);
          resolve(data);
        });
        postMessage(message, "*");
      }), message);
    const seek = await ask({ type: "flowlab:seek", id: 5, t: 0.25 });
    assert.equal(seek.ok, true);
    assert.equal(seek.value.t, 0.25);
    const wrong = await ask({ type: "flowlab:explode", id: 6 });
    assert.equal(wrong.ok, false);
    assert.match(wrong.error, /explode/);
  }));

// Two lanes: what they share, and what they differ in.

import assert from "node:assert/strict";
import { test } from "node:test";
import { visiting, until, says } from "./harness.mjs";

const call = (page, verb, args = {}) =>
  page.evaluate(async ([verb, args]) => {
    const plain = (value) =>
      ArrayBuffer.isView(value)
        ? Array.from(value)
        : value && typeof value === "object"
          ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, plain(v)]))
          : value;
    return plain(await window.flowlab[verb](args));
  }, [verb, args]);

test("optimal transport pairs more cheaply and crosses less", { timeout: 120_000 }, () =>
  visiting({ query: "autoplay=0&backend=cpu", hash: "v=1&source=8gaussians&target=moons&lanes=2&b.coupling=ot" }, async (page) => {
    await call(page, "ready");
    const a = await call(page, "couple", { n: 512, seed: 1, lane: 0 });
    const b = await call(page, "couple", { n: 512, seed: 1, lane: 1 });
    assert.ok(b.cost < 0.6 * a.cost, `${b.cost} against ${a.cost}`);
    assert.ok(b.crossings < 0.5 * a.crossings, `${b.crossings} against ${a.crossings}`);
    // The same points, paired otherwise.
    assert.deepEqual(a.x0, b.x0);
    const sorted = (points) => [...points].sort((x, y) => x - y);
    assert.deepEqual(sorted(a.x1), sorted(b.x1));
    // Both lanes start from the same weights and the same noise.
    const field = { points: [1, 1, -2, 0], t: 0.3, which: "model" };
    assert.deepEqual(await call(page, "field", { ...field, lane: 0 }), await call(page, "field", { ...field, lane: 1 }));
    const sample = { n: 50, seed: 9 };
    assert.deepEqual((await call(page, "sample", { ...sample, lane: 0 })).x0, (await call(page, "sample", { ...sample, lane: 1 })).x0);
  }));

test("each lane trains its own network, and OT's paths become straighter", { timeout: 240_000 }, () =>
  visiting({ query: "autoplay=0&backend=cpu", hash: "v=1&source=8gaussians&target=moons&lanes=2&b.coupling=ot&limit=1200" }, async (page) => {
    await call(page, "ready");
    await page.evaluate(() => Promise.all([0, 1].map((lane) => window.flowlab.train({ steps: 1200, lane }))));
    const [a, b] = [await call(page, "metrics", { lane: 0 }), await call(page, "metrics", { lane: 1 })];
    assert.equal(a.step, 1200);
    assert.equal(b.step, 1200);
    assert.ok(b.straightness < a.straightness / 2, `${b.straightness} against ${a.straightness}`);
  }));

test("a transferred field ends where the original does", { timeout: 240_000 }, () =>
  visiting({ query: "autoplay=0&backend=cpu", hash: "v=1&target=moons&lanes=2&borrow=1&b.sample_schedule=cosine&steps=100&solver=rk4&limit=1500" }, async (page) => {
    await call(page, "ready");
    await call(page, "train", { steps: 1500, lane: 0 });
    await until(page, async () => (await window.flowlab.get()).figures[1].gap !== null);
    await page.waitForTimeout(1500);
    const { gap } = (await call(page, "get")).figures[1];
    assert.ok(gap < 1e-2, `gap ${gap}`);
    const sample = { n: 200, seed: 4 };
    const [a, b] = [await call(page, "sample", { ...sample, lane: 0 }), await call(page, "sample", { ...sample, lane: 1 })];
    // The transferred flow starts where its schedule is first defined, 1e-9 after 0.
    assert.ok(a.x0.every((x, i) => Math.abs(x - b.x0[i]) < 1e-5));
    const apart = Math.max(...a.x1.map((x, i) => Math.abs(x - b.x1[i])));
    assert.ok(apart < 2e-2, `ends are ${apart} apart`);
    // Not the same path, though: half way the two are far from each other.
    const field = { points: [1, 0.5], t: 0.3, which: "model" };
    assert.notDeepEqual(await call(page, "field", { ...field, lane: 0 }), await call(page, "field", { ...field, lane: 1 }));
  }));

test("the difference between the lanes is named, and C goes to and fro", { timeout: 60_000 }, () =>
  visiting({ query: "autoplay=0&backend=cpu" }, async (page) => {
    await call(page, "ready");
    await page.focus("#stage");
    await page.keyboard.press("c");
    await page.waitForSelector('.lane[data-lane="1"]:not([hidden])');
    await says(page, '.lane[data-lane="0"] .difference', /independent/i);
    await says(page, '.lane[data-lane="1"] .difference', /OT/);
    await page.keyboard.press("c");
    await page.waitForSelector('.lane[data-lane="1"]', { state: "hidden" });
  }));

// Verbs that carry files and points, and what a host has locked.

import assert from "node:assert/strict";
import { test } from "node:test";
import { visiting, says } from "./harness.mjs";

const quiet = "autoplay=0&backend=cpu";
const small = "v=1&width=16&depth=2";

test("weights survive a file, are sampled, and go on training", { timeout: 90_000 }, () =>
  visiting({ query: quiet, hash: small }, async (page) => {
    const same = await page.evaluate(async () => {
      await window.flowlab.train({ steps: 30 });
      const file = await window.flowlab.weights();
      const points = [0.5, 0.5, -1, 2];
      const before = await window.flowlab.field({ points, t: 0.5 });
      await window.flowlab.reset();
      const reset = await window.flowlab.field({ points, t: 0.5 });
      await window.flowlab.load({ bytes: file });
      const after = await window.flowlab.field({ points, t: 0.5 });
      const again = await window.flowlab.weights();
      const { step } = await window.flowlab.train({ steps: 5 });
      const close = (a, b) => a.every((x, i) => Math.abs(x - b[i]) < 1e-6);
      return { back: close(before, after), other: !close(before, reset), length: file.length === again.length, step };
    });
    assert.deepEqual(same, { back: true, other: true, length: true, step: 5 });
  }));

test("the header of a file of weights is what the format says", { timeout: 90_000 }, () =>
  visiting({ query: quiet, hash: small }, async (page) => {
    const bytes = Buffer.from(await page.evaluate(async () => [...await window.flowlab.weights()]));
    const header = JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0))));
    assert.deepEqual(header["layer.0.weight"].shape, [3, 16]);
    assert.deepEqual(header["layer.2.bias"].shape, [2]);
    assert.equal(header.__metadata__.activation, "silu");
  }));

test("weights of another shape are refused with the reason", { timeout: 90_000 }, () =>
  visiting({ query: quiet, hash: small }, async (page) => {
    const refused = await page.evaluate(async () => {
      const file = await window.flowlab.weights();
      await window.flowlab.set({ width: 24 });
      const wrong = await window.flowlab.load({ bytes: file }).catch((error) => error.message);
      const none = await window.flowlab.load({ bytes: [1, 2, 3] }).catch((error) => error.message);
      return [wrong, none];
    });
    assert.match(refused[0], /layer\.0\.weight.*\[3,16\].*\[3,24\]/);
    assert.match(refused[1], /safetensors/);
  }));

test("points that are brought are counted", { timeout: 60_000 }, () =>
  visiting({ query: quiet }, async (page) => {
    const outcome = await page.evaluate(() =>
      window.flowlab.data({ role: "source", points: [1, 2, NaN, 0, 3, 1, 7] }));
    assert.deepEqual([outcome.kept, outcome.read, outcome.fitted], [2, 2, false]);
    assert.deepEqual(outcome.refused.map(({ count }) => count), [1, 1]);
    assert.equal((await page.evaluate(() => window.flowlab.get())).source, "drawn");
    const refused = await page.evaluate(() => window.flowlab.data({ points: [] }).catch((error) => error.message));
    assert.match(refused, /no point/);
  }));

test("locked values are refused by set and by the controls, with a sentence", { timeout: 60_000 }, () =>
  visiting({ query: `${quiet}&lock=lr,drawn,t` }, async (page) => {
    const { lr, batch, notices } = await page.evaluate(() => window.flowlab.set({ lr: 0.1, batch: 64 }));
    assert.deepEqual([lr, batch], [0.005, 64]);
    assert.match(notices[0], /lr/);
    await page.evaluate(() => document.querySelectorAll("#groups details").forEach((group) => { group.open = true; }));
    for (const control of ["#param-lr", "#time"]) await page.waitForSelector(`${control}:disabled`);
    await page.focus("#stage");
    await page.keyboard.press(".");
    assert.equal((await page.evaluate(() => window.flowlab.get())).t, 0);
    await says(page, "#notices", /as they are: t\b/);
  }));

test("a score of a source that is no Gaussian is refused", { timeout: 60_000 }, () =>
  visiting({ query: quiet }, async (page) => {
    const { predict, source, notices } = await page.evaluate(() => window.flowlab.set({ predict: "score", source: "moons" }));
    assert.deepEqual([predict, source], ["velocity", "gaussian"]);
    assert.match(notices[0], /Gaussian/);
  }));

// What users bring along, and what they take hold of.

import assert from "node:assert/strict";
import { test } from "node:test";
import { until, visiting, says } from "./harness.mjs";

const get = (page) => page.evaluate(() => window.flowlab.get());
const started = (options, test) =>
  visiting(options, async (page) => {
    await get(page);
    await test(page);
  });
const quiet = "autoplay=0&backend=cpu";
const file = (name, mimeType, text) => ({ name, mimeType, buffer: Buffer.from(text) });

test("a table becomes the target, and what was left out is told", { timeout: 60_000 }, () =>
  started({ query: quiet }, async (page) => {
    await page.setInputFiles("#own-file", file("points.csv", "text/csv", "x,y\n1,2\n-1;0,5\nthree,4\n# a remark\n2,2\n"));
    await until(page, async () => (await window.flowlab.get()).drawn.length === 12);
    assert.equal((await get(page)).target, "drawn");
    await says(page, "#notices", /1 left out/);
  }));

test("far and many points are thinned and fitted, and it says so", { timeout: 60_000 }, () =>
  started({ query: quiet }, async (page) => {
    const lines = Array.from({ length: 3000 }, (_, i) => `${1e6 + i} ${Math.sin(i) * 1000}`);
    await page.evaluate((text) => {
      const data = new DataTransfer();
      data.setData("text", text);
      document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
    }, lines.join("\n"));
    await until(page, async () => (await window.flowlab.get()).drawn.length === 4000);
    await says(page, "#notices", /1000 of the 3000|of the 3000/);
    await says(page, "#notices", /centred and scaled/);
  }));

test("an image that is dropped is sampled where it is dark; a white one is refused", { timeout: 60_000 }, () =>
  started({ query: quiet }, async (page) => {
    const drop = (color) => page.evaluate(async (color) => {
      const canvas = Object.assign(document.createElement("canvas"), { width: 40, height: 40 });
      const context = canvas.getContext("2d");
      context.fillStyle = "white";
      context.fillRect(0, 0, 40, 40);
      context.fillStyle = color;
      context.fillRect(0, 0, 20, 20);
      const blob = await new Promise((resolve) => canvas.toBlob(resolve));
      const data = new DataTransfer();
      data.items.add(new File([blob], "dark.png", { type: "image/png" }));
      document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
    }, color);
    await drop("white");
    await page.waitForSelector("#notices:not([hidden])");
    await says(page, "#notices", /white/);
    assert.equal((await get(page)).target, "checkerboard");
    await drop("black");
    await until(page, async () => (await window.flowlab.get()).drawn.length === 4000);
    // Only the upper left quarter was dark: each point's first digits name an x below and a y above 0.
    const { drawn } = await get(page);
    const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (let i = 0; i < drawn.length; i += 4) {
      const level = (at) => digits.indexOf(drawn[at]) * 64 + digits.indexOf(drawn[at + 1]);
      assert.ok(level(i) <= 2048 && level(i + 2) >= 2047, drawn.slice(i, i + 4));
    }
  }));

test("centres are dragged, moved by key, added and removed", { timeout: 60_000 }, () =>
  started({ query: quiet, hash: "v=1&target=gmm" }, async (page) => {
    await page.waitForSelector(".lane[data-lane='0'] .handle");
    const before = (await get(page)).centres;
    const handles = page.locator(".lane[data-lane='0'] .handle");
    assert.equal(await handles.count(), 5);
    const box = await handles.first().boundingBox();
    assert.ok(box.width >= 24 && box.height >= 24);
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + 60, box.y + 60, { steps: 4 });
    await page.mouse.up();
    const dragged = (await get(page)).centres;
    assert.notEqual(dragged.slice(0, 4), before.slice(0, 4));
    assert.equal(dragged.slice(4), before.slice(4));
    await handles.nth(1).focus();
    await page.keyboard.press("ArrowRight");
    assert.notEqual((await get(page)).centres.slice(4, 8), before.slice(4, 8));
    assert.equal((await get(page)).t, 0, "the arrow moved the centre, not time");
    await page.keyboard.press("Delete");
    assert.equal((await get(page)).centres.length, 16);
    await page.click("#add-target");
    assert.equal((await get(page)).centres.length, 20);
  }));

test("a curve is bent by key and by pointer, and has to rise", { timeout: 60_000 }, () =>
  started({ query: quiet, hash: "v=1&schedule=custom" }, async (page) => {
    await page.waitForSelector(".plate");
    await page.click("[data-curve=more]");
    assert.equal((await get(page)).curve, "0.5,0.5");
    const handle = page.locator(".plate .handle").first();
    await handle.focus();
    for (let i = 0; i < 5; i += 1) await page.keyboard.press("ArrowDown");
    assert.equal((await get(page)).curve, "0.5,0.4");
    for (let i = 0; i < 25; i += 1) await page.keyboard.press("ArrowDown");
    const [, value] = (await get(page)).curve.split(",").map(Number);
    assert.ok(value > 0 && value < 0.05, `${value}`);
    await says(page, ".field.wide .remark", /rise/);
    await page.keyboard.press("Delete");
    assert.equal((await get(page)).curve, "line");
  }));

test("a word keeps its letters and refuses the rest", { timeout: 60_000 }, () =>
  started({ query: quiet, hash: "v=1&target=letters" }, async (page) => {
    await page.fill("#param-letters", "b2u");
    await until(page, async () => (await window.flowlab.get()).letters === "BU");
    await page.waitForFunction(() => document.querySelector(".field:has(#param-letters) .remark").textContent.includes("2"));
    await page.fill("#param-letters", "burn");
    await until(page, async () => (await window.flowlab.get()).letters === "BURN");
    await page.waitForFunction(() => document.querySelector(".field:has(#param-letters) .remark").textContent === "");
  }));

test("source and target are drawn apart, and erased", { timeout: 60_000 }, () =>
  started({ query: quiet, hash: "v=1&target=drawn&source=drawn" }, async (page) => {
    const canvas = page.locator(".lane[data-lane='0'] canvas");
    await canvas.click({ position: { x: 200, y: 200 } });
    await page.click("#draw-role [data-role=source]");
    await canvas.click({ position: { x: 120, y: 120 } });
    const state = await get(page);
    assert.deepEqual([state.drawn.length, state.drawn_source.length], [4, 4]);
    await page.click("#erase");
    await canvas.click({ position: { x: 122, y: 121 } });
    assert.equal((await get(page)).drawn_source, "");
    assert.equal((await get(page)).drawn.length, 4);
  }));

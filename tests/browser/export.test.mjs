// Files to take home: what they are is read off their first bytes, and what a decoder makes of them.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { until, visiting } from "./harness.mjs";

const quiet = "autoplay=0&backend=cpu";
/// There are particles of the engine's on the stage.
const ready = (page) => until(page, async () => {
  const { figures: [{ nfe, exact }] } = await window.flowlab.get();
  return nfe > 0 && !exact;
});

/// The bytes of an export, or its text.
const exported = (page, args) => page.evaluate(async (args) => {
  const made = await window.flowlab.export(args);
  if (typeof made === "string") return made;
  return { type: made.type, bytes: [...new Uint8Array(await made.arrayBuffer())] };
}, args);

test("pictures are what they say they are", { timeout: 90_000 }, () =>
  visiting({ query: quiet, hash: "v=1&lanes=2&b.solver=euler&borrow=1" }, async (page) => {
    await ready(page);
    const size = await page.evaluate(async () => {
      const bitmap = await createImageBitmap(await window.flowlab.export({ what: "png", side: 200 }));
      return [bitmap.width, bitmap.height];
    });
    assert.deepEqual(size, [408, 200], "two lanes and the gap between them");
    const svg = await exported(page, { what: "svg", side: 300 });
    const errors = await page.evaluate((svg) =>
      new DOMParser().parseFromString(svg, "image/svg+xml").querySelectorAll("parsererror").length, svg);
    assert.equal(errors, 0);
    assert.ok(svg.includes("<path"));
  }));

test("a GIF has a frame for each time, and the page goes on meanwhile", { timeout: 90_000 }, () =>
  visiting({ query: quiet }, async (page) => {
    await ready(page);
    const before = (await page.evaluate(() => window.flowlab.get())).t;
    const { type, bytes } = await exported(page, { what: "gif", side: 96, seconds: 1 });
    assert.equal(type, "image/gif");
    assert.equal(String.fromCharCode(...bytes.slice(0, 6)), "GIF89a");
    assert.deepEqual([bytes[6] + 256 * bytes[7], bytes[8] + 256 * bytes[9]], [96, 96]);
    const frames = await page.evaluate(async (bytes) => {
      const data = new Uint8Array(bytes);
      const decoder = new ImageDecoder({ data, type: "image/gif" });
      await decoder.tracks.ready;
      await decoder.completed;
      return decoder.tracks.selectedTrack.frameCount;
    }, bytes);
    assert.equal(frames, 20);
    assert.equal((await page.evaluate(() => window.flowlab.get())).t, before);
  }));

test("a video is recorded, or a sentence says that it cannot be", { timeout: 90_000 }, () =>
  visiting({ query: quiet }, async (page) => {
    await ready(page);
    const made = await page.evaluate(() =>
      window.flowlab.export({ what: "webm", side: 128, seconds: 1 }).then(
        async (blob) => [...new Uint8Array(await blob.arrayBuffer())].slice(0, 4), (error) => error.message));
    if (typeof made === "string") assert.match(made, /WebM/);
    // The first bytes of every EBML file.
    else assert.deepEqual(made, [0x1a, 0x45, 0xdf, 0xa3]);
  }));

test("tables and the state are text", { timeout: 90_000 }, () =>
  visiting({ query: quiet }, async (page) => {
    await ready(page);
    const samples = await exported(page, { what: "csv" });
    assert.equal(samples.split("\n")[0], "x0,y0,x1,y1");
    assert.equal(samples.trim().split("\n").length, 2001);
    const state = JSON.parse(await exported(page, { what: "json" }));
    assert.equal(state.target, "checkerboard");
    const refused = await page.evaluate(() =>
      window.flowlab.export({ what: "csv", table: "history" }).catch((error) => error.message));
    assert.match(refused, /trained/);
    await page.evaluate(() => window.flowlab.train({ steps: 20 }));
    assert.match(await exported(page, { what: "csv", table: "history" }), /^step,loss,excess,straightness\n\d+,\d/);
  }));

test("the dialog saves a file", { timeout: 60_000 }, () =>
  visiting({ query: quiet }, async (page) => {
    await ready(page);
    await page.click("[data-do=export]");
    await page.selectOption("#export-what", "csv");
    assert.ok(await page.isVisible("#export-table-field") && await page.isHidden("#export-side-field"));
    const [download] = await Promise.all([page.waitForEvent("download"), page.click("#export-save")]);
    assert.equal(download.suggestedFilename(), "samples.csv");
    assert.match(await readFile(await download.path(), "utf8"), /^x0,y0,x1,y1\n/);
    await page.waitForFunction(() => document.querySelector("#export-said").textContent.length > 3);
  }));

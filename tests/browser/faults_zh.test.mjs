// Every fault that can be provoked from outside, in Chinese: no sentence on the page is in another language.

import assert from "node:assert/strict";
import { test } from "node:test";
import { address, openPage, says, until } from "./harness.mjs";

/// Three Latin words in a row are a sentence; names (WebGPU, Burn, CPU) stand alone.
const SENTENCE = /\b[A-Za-z]{2,}[ ,]+[A-Za-z]{2,}[ ,]+[A-Za-z]{2,}/;

/// What the page says of a fault: notices, the badge with what stands behind it, and the words over the stage. What a
/// driver or a browser says of itself is told as a technical detail, in its own words.
const said = (page) => page.evaluate(() => {
  const places = [...document.querySelectorAll("#notices, #badge-text, #badge-more, .overlay")];
  const lines = places.flatMap((place) => place.textContent.split("\n"));
  return lines.filter((line) => !line.startsWith("技术细节")).join("\n");
});

const inChinese = async (page) => {
  const words = await said(page);
  assert.match(words, /[\u4e00-\u9fff]/);
  assert.doesNotMatch(words, SENTENCE, words);
};

/// Opens the page in Chinese, after `prepare`.
async function visiting({ query = "backend=cpu", hash = "", gpu = false, prepare = async () => {} }, act) {
  const where = { query: `lang=zh&${query}`, hash };
  const visit = await openPage({ ...where, gpu, goto: false });
  await prepare(visit);
  await visit.page.goto(address(where));
  await act(visit.page);
  await visit.close();
}

const notice = (page) => until(page, () => document.querySelector("#notices").textContent.replace(/[\s×]/g, "").length > 5);
const lost = (page) => page.waitForSelector('#badge[data-state="lost"]', { timeout: 60_000 });
const ready = (page) => page.waitForSelector('#badge[data-state="ready"]', { timeout: 60_000 });

test("no WebGPU where it was asked for", { timeout: 90_000 }, () =>
  visiting({ query: "autoplay=0&backend=webgpu" }, async (page) => {
    await ready(page);
    await says(page, "#badge-text", /CPU/);
    await inChinese(page);
  }));

test("the engine's file is missing", { timeout: 90_000 }, () =>
  visiting({
    prepare: ({ context }) => context.route(/engine_cpu.*\.wasm/, (route) => route.fulfill({ status: 404, body: "gone" })),
  }, async (page) => {
    await lost(page);
    await notice(page);
    await inChinese(page);
  }));

test("the worker dies", { timeout: 90_000 }, () =>
  visiting({
    prepare: ({ page }) => page.addInitScript(() => {
      const Worker = window.Worker;
      window.Worker = class extends Worker {
        constructor(...args) {
          super(...args);
          window.lastWorker = this;
        }
      };
    }),
  }, async (page) => {
    await ready(page);
    await page.evaluate(() => window.lastWorker.dispatchEvent(new ErrorEvent("error", { message: "it died" })));
    await lost(page);
    await notice(page);
    await inChinese(page);
  }));

test("training diverges", { timeout: 90_000 }, () =>
  visiting({ query: "backend=cpu&autoplay=0", hash: "v=1&width=16&depth=2" }, async (page) => {
    await ready(page);
    // Weights so large that the loss is no number after the first step.
    await page.evaluate(async () => {
      const file = await window.flowlab.weights();
      const header = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
      const data = new DataView(file.buffer, file.byteOffset + 8 + header);
      for (let at = 0; at + 4 <= data.byteLength; at += 4) data.setFloat32(at, 3e38, true);
      await window.flowlab.load({ bytes: file });
      await window.flowlab.train({ steps: 50 }).catch(() => {});
    });
    await notice(page);
    await inChinese(page);
    await says(page, "#notices", /学习率/);
  }));

test("a file that is none", { timeout: 90_000 }, () =>
  visiting({ query: "backend=cpu&autoplay=0" }, async (page) => {
    await ready(page);
    for (const [name, type] of [["weights.safetensors", ""], ["picture.png", "image/png"], ["table.csv", "text/csv"]]) {
      await page.setInputFiles("#own-file", { name, mimeType: type, buffer: Buffer.from("nothing of that kind here") });
      await notice(page);
      await inChinese(page);
      await page.evaluate(() => document.querySelectorAll("#notices button").forEach((button) => button.click()));
    }
  }));

test("a link with values that are none", { timeout: 60_000 }, () =>
  visiting({ query: "backend=cpu&autoplay=0", hash: "v=1&lr=fast&width=99999&guide=cfg&target=letters" }, async (page) => {
    await notice(page);
    await inChinese(page);
  }));

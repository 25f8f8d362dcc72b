// `flow` gives the same bits in wasm as natively: `tests/digest.rs` holds the same record against the native build.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { visiting } from "./harness.mjs";

test("flow computes the same bits in wasm as natively", { timeout: 120_000 }, () =>
  visiting({ query: "autoplay=0&backend=cpu" }, async (page) => {
    const expected = (await readFile(new URL("../digest.txt", import.meta.url), "utf8")).trim();
    assert.equal(await page.evaluate(digest), expected, "the engine");
    assert.equal(await page.evaluate(ownDigest), expected, "the page");
  }));

/// Runs in the page: asks its own program, which is the module that has been loaded.
async function ownDigest() {
  const names = JSON.parse(document.getElementById("assets").textContent);
  const program = await import(new URL(names["page.js"], document.baseURI));
  return program.digest();
}

/// Runs in the page: asks the engine program, in a worker as it expects to be in, for its digest.
function digest() {
  const names = JSON.parse(document.getElementById("assets").textContent);
  const program = JSON.stringify(new URL(names["engine_cpu.js"], document.baseURI).href);
  const script = `self.inbox = [];
    import(${program}).then(async ({ default: init, digest }) => {
      await init();
      postMessage(digest());
    });`;
  const worker = new Worker(URL.createObjectURL(new Blob([script], { type: "text/javascript" })), { type: "module" });
  return new Promise((resolve, reject) => {
    // The engine's own words are buffers.
    worker.onmessage = ({ data }) => typeof data === "string" && resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
  });
}

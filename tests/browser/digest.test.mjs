// `flow` gives the same bits in wasm as natively: `tests/digest.rs` holds the same record against the native build.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { visiting } from "./harness.mjs";

test("flow computes the same bits in wasm as natively", { timeout: 120_000 }, () =>
  visiting({ query: "autoplay=0&backend=cpu" }, async (page) => {
    const expected = (await readFile(new URL("../digest.txt", import.meta.url), "utf8")).trim();
    await page.waitForSelector("#param-target");
    const digest = await page.evaluate(async () => (await import(new URL("page.js", location.href).href)).digest());
    assert.equal(digest, expected);
  }));

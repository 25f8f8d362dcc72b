// The CPU path in WebKit, the engine of Safari: WebKitGTK's own small browser, driven by its WebDriver.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ADDRESS, visitOnCpu } from "./cpu_visit.mjs";
import { address } from "./harness.mjs";
import { withWebKit } from "./webkit.mjs";

test("WebKit trains and samples on the CPU", { timeout: 180_000 }, () =>
  withWebKit(async ({ goto, run }) => {
    await goto(address(ADDRESS));
    await run(watch);
    await visitOnCpu(run);
    assert.deepEqual(await run(() => window.wrong), []);
  }));

/// WebDriver keeps no record of the console, so the page does, from its load on. What happened before would leave no
/// engine that is ready.
function watch() {
  window.wrong = [];
  const { error } = console;
  console.error = (...words) => {
    window.wrong.push(words.join(" "));
    error(...words);
  };
  addEventListener("error", (event) => window.wrong.push(event.message));
  addEventListener("unhandledrejection", (event) => window.wrong.push(String(event.reason)));
}

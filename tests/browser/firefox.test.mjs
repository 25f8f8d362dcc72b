// The CPU path in Firefox, driven by WebDriver BiDi. (Playwright, which drives Chromium here, asks of Firefox what
// Debian's release does not know yet.)

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import puppeteer from "puppeteer-core";
import { ADDRESS, visitOnCpu } from "./cpu_visit.mjs";
import { address, required } from "./harness.mjs";

let browser;
before(async () => {
  browser = await puppeteer.launch({ browser: "firefox", executablePath: required("FLOWLAB_FIREFOX"), protocolTimeout: 120_000 });
});
after(() => browser?.close());

test("Firefox trains and samples on the CPU", { timeout: 180_000 }, async () => {
  const page = await browser.newPage();
  const wrong = watch(page);
  await page.goto(address(ADDRESS));
  await visitOnCpu((script, argument) => page.evaluate(script, argument));
  assert.deepEqual(wrong, []);
});

/// Everything that should not happen on a page, as it happens.
function watch(page) {
  const wrong = [];
  page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
  page.on("pageerror", (error) => wrong.push(String(error.stack ?? error)));
  page.on("response", (response) => response.status() >= 400 && wrong.push(`${response.status()} ${response.url()}`));
  return wrong;
}

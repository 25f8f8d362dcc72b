// Opens the built site in a real browser, and keeps a record of everything that should not happen.
//
// `cargo xtask test` sets FLOWLAB_URL (a server of the site) and FLOWLAB_CHROMIUM (the browser to start).
// By hand: `cargo xtask serve` in one terminal, and in another
// `FLOWLAB_URL=http://127.0.0.1:8080/ FLOWLAB_CHROMIUM=$(which chromium) node --test smoke.test.mjs`

import assert from "node:assert/strict";
import { after } from "node:test";
import { chromium } from "playwright-core";

const SITE = required("FLOWLAB_URL");
const EXECUTABLE = required("FLOWLAB_CHROMIUM");

/// The server answers below this path as well: to test that the site works from any base.
export const DEEP_BASE = "any/base%20path/";

const ALWAYS = [
  // Root, as in containers, may not sandbox. Nothing but our own pages is loaded.
  "--no-sandbox",
  // A request to another host is recorded, and fails at once instead of going out.
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
];
// WebGPU on the software adapter. Without these, a headless Chromium without a GPU offers no adapter at all.
const SOFTWARE_GPU = [
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--enable-unsafe-swiftshader",
];

// One browser for each way to start it, shared by all tests of a file.
const browsers = new Map();

after(async () => {
  for (const browser of browsers.values()) await (await browser).close();
});

export function required(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run these tests with \`cargo xtask test --browser-only\``);
  return value;
}

function browserFor(gpu) {
  if (!browsers.has(gpu)) {
    const args = gpu ? [...ALWAYS, ...SOFTWARE_GPU] : ALWAYS;
    browsers.set(gpu, chromium.launch({ executablePath: EXECUTABLE, args }));
  }
  return browsers.get(gpu);
}

/// The address of the site. `origin: "other"` reaches the same server as a foreign origin, for tests of the embed.
export function address({ path = "", query = "", hash = "", base = "", origin = "own" } = {}) {
  const url = new URL(base + path, SITE);
  url.search = query;
  url.hash = hash;
  if (origin === "other") url.hostname = "localhost";
  return url.href;
}

/// Opens the site in a fresh profile and gives a visit: the page, and what went wrong on it.
///
/// `gpu`: WebGPU on the software adapter, or none. `goto: false` leaves the tab blank, for tests that prepare it first.
export async function openPage({
  path,
  query,
  hash,
  base,
  gpu = false,
  viewport = { width: 1280, height: 800 },
  colorScheme = "light",
  reducedMotion = "no-preference",
  locale = "en-US",
  goto = true,
  ...context
} = {}) {
  const browser = await browserFor(gpu);
  const options = { viewport, colorScheme, reducedMotion, locale, ...context };
  const visit = new Visit(await browser.newContext(options));
  visit.page = await visit.context.newPage();
  if (goto) await visit.page.goto(address({ path, query, hash, base }));
  return visit;
}

export const withGpu = (options) => openPage({ ...options, gpu: true });
export const withoutGpu = (options) => openPage({ ...options, gpu: false });

/// Runs a test on a page, asks that nothing went wrong on it, and closes it whatever happened.
export async function visiting(options, test) {
  const visit = await openPage(options);
  try {
    await test(visit.page, visit);
    visit.assertClean();
  } finally {
    await visit.close();
  }
}

class Visit {
  /// Console errors (workers' included), uncaught exceptions, failed or refused requests, and foreign addresses.
  consoleErrors = [];
  pageErrors = [];
  badRequests = [];
  foreignRequests = [];
  /// Everything that was written to the console, as "type: text".
  console = [];

  constructor(context) {
    this.context = context;
    context.on("console", (message) => this.#heard(message));
    context.on("weberror", (error) => this.pageErrors.push(String(error.error().stack ?? error.error())));
    context.on("request", (request) => this.#asked(request.url()));
    context.on("requestfailed", (request) => this.#failed(request));
    context.on("response", (response) => {
      if (response.status() >= 400) this.badRequests.push(`${response.status()} ${response.url()}`);
    });
  }

  #heard(message) {
    this.console.push(`${message.type()}: ${message.text()}`);
    if (message.type() === "error") this.consoleErrors.push(message.text());
  }

  #asked(address) {
    const url = new URL(address);
    const inPage = ["data:", "blob:", "about:"].includes(url.protocol);
    const own = ["127.0.0.1", "localhost"].includes(url.hostname) && url.port === new URL(SITE).port;
    if (!inPage && !own) this.foreignRequests.push(address);
  }

  #failed(request) {
    const why = request.failure()?.errorText ?? "";
    // A page that goes away takes its downloads with it: no fault.
    if (why !== "net::ERR_ABORTED") this.badRequests.push(`${why} ${request.url()}`);
  }

  assertClean() {
    const { consoleErrors, pageErrors, badRequests, foreignRequests } = this;
    const found = { consoleErrors, pageErrors, badRequests, foreignRequests };
    const clean = { consoleErrors: [], pageErrors: [], badRequests: [], foreignRequests: [] };
    assert.deepEqual(found, clean);
  }

  close() {
    return this.context.close();
  }
}

/// Waits until a predicate of the page holds. Unlike `page.waitForFunction`, it awaits what an asynchronous one returns,
/// so the API can be asked.
export async function until(page, predicate, argument) {
  const deadline = Date.now() + 60_000;
  while (!(await page.evaluate(predicate, argument))) {
    if (Date.now() > deadline) throw new Error(`still not so after a minute: ${predicate}`);
    await page.waitForTimeout(50);
  }
}

/// Asks that what is written in an element matches. The page writes in the frame after a change, not with it, so a text
/// may be some frames late.
export async function says(page, selector, pattern) {
  const deadline = Date.now() + 10_000;
  let text = await page.innerText(selector);
  while (!pattern.test(text) && Date.now() < deadline) {
    await page.waitForTimeout(50);
    text = await page.innerText(selector);
  }
  assert.match(text, pattern);
}

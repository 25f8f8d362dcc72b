// Starts Chromium, and opens pages that ask nothing of another host.

import { chromium } from "playwright-core";

const ALWAYS = [
  // Root, as in containers, may not sandbox. Nothing but our own pages is loaded.
  "--no-sandbox",
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
  // A page in the back must not be slowed: the sides take turns in tabs of their own.
  "--disable-background-timer-throttling",
  "--disable-renderer-backgrounding",
];
// As in tests/browser/harness.mjs: without them a headless Chromium without a GPU offers no adapter at all.
const SOFTWARE_GPU = "--enable-unsafe-webgpu --use-webgpu-adapter=swiftshader --enable-unsafe-swiftshader";

/// `gpuFlags` replaces the flags that bring the software adapter, on a machine that has a GPU.
export async function launch({ executable, gpuFlags = SOFTWARE_GPU }) {
  const args = [...ALWAYS, ...gpuFlags.split(" ").filter(Boolean)];
  return new Browser(await chromium.launch({ executablePath: executable, args }));
}

class Browser {
  constructor(browser) {
    this.browser = browser;
  }

  /// Opens an address in a fresh profile, hands the page to `use`, and closes it whatever happened.
  async visit(address, use, { prepare } = {}) {
    const context = await this.browser.newContext({ viewport: { width: 1280, height: 800 }, locale: "en-US" });
    try {
      const page = await context.newPage();
      page.setDefaultTimeout(60_000);
      await prepare?.(page, context);
      const response = await page.goto(address);
      if (!response.ok()) throw new Error(`${address} answers ${response.status()}`);
      return await use(page, context);
    } finally {
      await context.close();
    }
  }

  close() {
    return this.browser.close();
  }
}

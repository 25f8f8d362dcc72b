// What was measured on: without it no figure means anything.

import os from "node:os";

export async function device(browser, url) {
  const adapter = await browser.visit(url, (page) => page.evaluate(adapterOf));
  return {
    cpu: os.cpus()[0]?.model ?? "unknown",
    cores: os.availableParallelism(),
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.type()} ${os.release()}`,
    browser: `${browser.browser.browserType().name()} ${browser.browser.version()}`,
    node: process.version,
    adapter,
    loadBefore: load(),
  };
}

/// Processes that wanted a core in the last minute: far above the core count, figures are of a machine that is shared.
export const load = () => Number(os.loadavg()[0].toFixed(2));

async function adapterOf() {
  const adapter = await navigator.gpu?.requestAdapter();
  if (!adapter) return "no WebGPU";
  const { vendor, architecture, device, description } = adapter.info;
  return [vendor, architecture, device, description].filter(Boolean).join(" ") || "unnamed WebGPU adapter";
}

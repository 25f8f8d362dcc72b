// Opens Flowlab with an engine of the wanted kind.

/// The experiment of design section 7: `width`, `depth` and `batch` vary, the rest does not.
export const link = ({ width, depth, batch, ...more }) =>
  new URLSearchParams({ v: 1, target: "moons", activation: "silu", width, depth, batch, lr: 0.001, limit: 0, ...more });

export function address(site, { query, hash }) {
  const url = new URL(site);
  url.search = new URLSearchParams(query);
  url.hash = hash;
  return url.href;
}

/// Visits the page, waits until the engine can train, and refuses to measure another backend than was asked for.
export function visitReady(browser, site, { backend, hash, autoplay = 0 }, use, options) {
  const query = { autoplay, backend };
  return browser.visit(address(site, { query, hash }), async (page) => {
    await page.waitForFunction(() => window.flowlab);
    const ready = await page.evaluate(() => window.flowlab.ready());
    if (ready.backend !== backend) throw new Error(`asked for ${backend}, got ${ready.backend} (${ready.adapter ?? ready.detail ?? ""})`);
    return use(page, ready);
  }, options);
}

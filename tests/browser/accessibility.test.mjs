// The page in its main states, held against WCAG: by axe-core, and by hand for what axe does not see.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { until, visiting } from "./harness.mjs";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const query = "autoplay=0&backend=cpu";
const twoLanes = "v=1&source=8gaussians&target=moons&lanes=2&b.coupling=ot";

/// What each state is opened with, and what is done to reach it.
const STATES = {
  "as it opens": { query },
  "with two lanes": { query, hash: twoLanes },
  "in the dark": { query: `${query}&theme=dark` },
  "on a projector": { query: `${query}&theme=projector` },
  "in Chinese": { query: `${query}&lang=zh` },
  "with the help open": { query, reach: (page) => page.click("[data-do=help]") },
  "with every group open": { query, reach: openGroups },
  "on a narrow screen": { query, viewport: { width: 360, height: 740 } },
  "after a notice": { query, hash: "v=1&width=99999" },
};

function openGroups(page) {
  return page.evaluate(() => document.querySelectorAll("#groups details").forEach((group) => { group.open = true; }));
}

async function reached(page, reach) {
  await until(page, async () => Boolean(await window.flowlab?.ready()));
  await reach?.(page);
  // Figures and charts are drawn a few times a second.
  await page.waitForTimeout(500);
}

for (const [name, { reach, ...options }] of Object.entries(STATES))
  test(`nothing serious stands in the way ${name}`, { timeout: 60_000 }, () =>
    visiting(options, async (page) => {
      await reached(page, reach);
      assert.deepEqual(await serious(page), []);
    }));

test("what stands in the way is found", { timeout: 60_000 }, () =>
  visiting({ query }, async (page) => {
    await reached(page, () => page.evaluate(() => document.querySelector("#tools").append(document.createElement("button"))));
    assert.match((await serious(page)).join(), /^button-name/);
  }));

async function serious(page) {
  await page.addScriptTag({ path: AXE });
  const violations = await page.evaluate(async (values) => (await window.axe.run({ runOnly: { type: "tag", values } })).violations, RULES);
  return violations.filter(({ impact }) => ["serious", "critical"].includes(impact)).map(told);
}

/// A violation in a line: its rule, and where it is broken.
const told = ({ id, help, nodes }) => `${id} (${help}): ${nodes.map(({ target, any }) => `${target} ${any[0]?.message ?? ""}`).join("; ")}`;

test("every canvas has a role and a name, and the stage's a description that lives", { timeout: 60_000 }, () =>
  visiting({ query, hash: twoLanes }, async (page) => {
    await reached(page);
    await page.evaluate(() => window.flowlab.train({ steps: 30, lane: 0 }));
    // The excess is measured behind the training, when there is time.
    for (const chart of ["loss", "excess"]) await page.waitForSelector(`[data-chart=${chart}] canvas`);
    const canvases = await page.evaluate(canvasesOf);
    assert.ok(canvases.length >= 4, "two lanes, the losses and the excesses");
    for (const { role, name } of canvases) assert.ok(role === "img" && name.length > 3, `${role}: ${name}`);
    const [a, b] = canvases.filter(({ lane }) => lane);
    assert.ok(a.name !== b.name, "two lanes have two names");
    assert.ok(a.description.length > 20, a.description);
    await page.evaluate(() => window.flowlab.set({ source: "square" }));
    await page.waitForFunction((before) => document.querySelector("#description").textContent !== before, a.description);
  }));

function canvasesOf() {
  return [...document.querySelectorAll("canvas")].filter((canvas) => canvas.checkVisibility()).map((canvas) => ({
    lane: Boolean(canvas.closest(".lane")),
    role: canvas.getAttribute("role"),
    name: canvas.ariaLabel ?? "",
    description: document.getElementById(canvas.getAttribute("aria-describedby"))?.textContent ?? "",
  }));
}

for (const viewport of [{ width: 1280, height: 800 }, { width: 360, height: 740 }])
  test(`what is pressed is 24 pixels large, ${viewport.width} wide`, { timeout: 60_000 }, () =>
    visiting({ query, viewport }, async (page) => {
      await reached(page, openGroups);
      assert.deepEqual(await page.evaluate(tooSmall), []);
    }));

/// Targets below 24 by 24 CSS pixels (WCAG 2.5.8). A control inside a label is as large as the label.
function tooSmall() {
  const targets = [...document.querySelectorAll("button, select, input, summary, a[href]")];
  return targets
    .filter((target) => target.checkVisibility() && !target.matches(".skip"))
    .map((target) => ({ target, box: (target.closest("label") ?? target).getBoundingClientRect() }))
    .filter(({ box }) => box.width < 24 || box.height < 24)
    .map(({ target, box }) => `${target.tagName} ${target.id || target.dataset.do || target.textContent}: ${box.width} x ${box.height}`);
}

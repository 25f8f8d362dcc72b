// The scenes: their words and formulas in both languages, the terms that light up, the list and the tour.

import assert from "node:assert/strict";
import { test } from "node:test";
import { until, visiting, says } from "./harness.mjs";
import { picture } from "./stage.mjs";

const SCENES = 16;
const quiet = "autoplay=0&backend=cpu";
const started = (options, test) =>
  visiting(options, async (page) => {
    await page.evaluate(() => window.flowlab.get());
    // They are fetched when the page has begun to move.
    await page.waitForFunction(() => document.querySelector("[data-formula]"));
    await test(page);
  });

/// What the visitor reads of the scene that is open.
const story = (page) =>
  page.evaluate(() => {
    const said = (id) => document.getElementById(id).textContent;
    const shown = [...document.querySelectorAll(".formula:not([hidden])")];
    return {
      title: said("story-title"),
      text: said("story-text"),
      try: said("story-try"),
      source: said("story-source"),
      formulas: shown.map((figure) => figure.querySelector("math").textContent).join(" | "),
      captions: shown.map((figure) => figure.querySelector("figcaption").textContent).join(" | "),
      high: shown.every((figure) => figure.querySelector("math").getBoundingClientRect().height > 12),
      everything: document.body.innerText,
    };
  });

const open = async (page, number) => {
  await page.selectOption("#scene", String(number));
  await page.waitForFunction((n) => document.getElementById("story").dataset.scene === String(n), number);
};

/// Waits until the page no longer moves: what slides away from under the pointer is no longer pointed at.
const settled = async (page) => {
  const place = () => page.evaluate(() => document.querySelector(".formula:not([hidden])").getBoundingClientRect().top);
  for (let before = NaN, now = await place(); now !== before; ) {
    await page.waitForTimeout(1500);
    [before, now] = [now, await place()];
  }
};

for (const lang of ["en", "zh"]) {
  test(`every scene has words, formulas and a picture (${lang})`, { timeout: 180_000 }, () =>
    started({ query: `${quiet}&lang=${lang}` }, async (page) => {
      const seen = { title: new Set(), text: new Set(), try: new Set(), formulas: new Set() };
      for (let number = 1; number <= SCENES; number++) {
        await open(page, number);
        const said = await story(page);
        for (const [part, others] of Object.entries(seen)) {
          assert.ok(said[part].length > 1 && !others.has(said[part]), `scene ${number}: ${part} ${said[part]}`);
          others.add(said[part]);
        }
        assert.ok(said.high, `scene ${number}: a formula is not laid out`);
        assert.ok(said.captions.length > 3 && /\d{4}/.test(said.source), `scene ${number}: ${said.source}`);
        assert.equal(/[\u4e00-\u9fff]/.test(said.text), lang === "zh");
        // A text that is missing shows its key.
        const keys = /\b(scene|story|formula|term|compare|param|layer|choice|chart|legend|figure|group)\.[a-z]/;
        assert.ok(!keys.test(said.everything), said.everything.match(keys)?.[0]);
        assert.ok(!/NaN|\{0\}/.test(said.everything), `scene ${number}`);
        // The stage of the last scene waits for a drawing. What the pictures show is in pictures.test.mjs.
        for (let i = 0; number < SCENES && (await picture(page)).drawn < 0.004; i++) {
          assert.ok(i < 100, `scene ${number} draws nothing`);
          await page.waitForTimeout(100);
        }
      }
    }));
}

test("a term lights up its control and its chart, and is named on the stage", { timeout: 60_000 }, () =>
  started({ query: quiet }, async (page) => {
    await open(page, 10);
    await settled(page);
    await page.hover(".formula:not([hidden]) [data-term=schedule]");
    await page.waitForSelector(".field.lit #param-schedule");
    assert.equal(await page.locator("figure.lit[data-chart=schedule]").count(), 1);
    await says(page, "#lit", /schedule/i);
    assert.equal(await page.locator("#groups .lit").count(), 1, "nothing else in the panel");
    await page.hover("#bar h1");
    await page.waitForSelector("#lit", { state: "hidden" });
    assert.equal(await page.locator(".lit").count(), 0);
  }));

test("a control, a layer and a chart light up their term", { timeout: 60_000 }, () =>
  started({ query: quiet }, async (page) => {
    await open(page, 10);
    await settled(page);
    const lit = (term) => page.waitForSelector(`.formula:not([hidden]) [data-term=${term}].lit`);
    await page.hover("label[for=param-schedule]");
    await lit("schedule");
    await page.hover("#layers label:has([data-layer=particles])");
    await lit("path");
    await page.hover("[data-chart=schedule] figcaption");
    await lit("schedule");
    await page.focus("#param-source");
    await lit("source");
  }));

test("the keyboard reaches a term, and goes from it to its control", { timeout: 60_000 }, () =>
  started({ query: quiet }, async (page) => {
    await open(page, 13);
    await page.evaluate(() => document.querySelectorAll("#groups details").forEach((group) => { group.open = false; }));
    await page.focus("#tour");
    const focused = () => page.evaluate(() => document.activeElement.dataset?.term);
    for (let i = 0; i < 20 && (await focused()) !== "steps"; i++) await page.keyboard.press("Shift+Tab");
    assert.equal(await focused(), "steps");
    await page.waitForSelector("#lit:not([hidden])");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.activeElement.id === "param-steps");
    assert.ok(await page.isVisible("#param-steps"));
  }));

test("a scene opens the groups of its controls, and shows its charts", { timeout: 60_000 }, () =>
  started({ query: quiet }, async (page) => {
    await open(page, 13);
    assert.ok(await page.isVisible("#param-steps"));
    assert.equal(await page.locator(".spoken-of").count(), 2);
    await page.waitForSelector("[data-chart=loss].away", { state: "attached" });
    await page.click("#all-charts");
    await page.waitForFunction(() => !document.querySelector(".away"));
  }));

test("the list of scenes opens them, and each has a link that does", { timeout: 60_000 }, () =>
  started({ query: quiet }, async (page) => {
    await page.click("[data-do=scenes]");
    assert.equal(await page.locator("#scene-list li").count(), SCENES);
    const hash = await page.getAttribute("#scene-list li:nth-child(9) a", "href");
    await page.click("#scene-list li:nth-child(13) a");
    await page.waitForSelector("#scenes-dialog", { state: "hidden" });
    await until(page, async () => (await window.flowlab.get()).scene === 13);
    await page.evaluate((hash) => { location.hash = hash; }, hash);
    await until(page, async () => {
      const state = await window.flowlab.get();
      return state.scene === 9 && state["b.coupling"] === "ot";
    });
  }));

test("the tour starts, and stops when the visitor takes over", { timeout: 60_000 }, () =>
  started({ query: quiet }, async (page) => {
    await page.click("#tour");
    await page.waitForSelector("#tour[aria-pressed=true]");
    await page.focus("#stage");
    await page.keyboard.press("PageDown");
    await page.waitForFunction(() => document.getElementById("story").dataset.scene === "2");
    assert.equal(await page.getAttribute("#tour", "aria-pressed"), "true");
    await page.keyboard.press(".");
    await page.waitForSelector("#tour[aria-pressed=false]");
  }));

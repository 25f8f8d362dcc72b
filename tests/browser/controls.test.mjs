// The controls: made from the schema, in step with the state, usable by mouse and by keyboard.

import assert from "node:assert/strict";
import { test } from "node:test";
import { visiting, says } from "./harness.mjs";

const get = (page) => page.evaluate(() => window.flowlab.get());
/// A visit whose program has started: keys and clicks before that are lost.
const started = (options, test) =>
  visiting(options, async (page) => {
    await get(page);
    await test(page);
  });
const quiet = "autoplay=0&backend=cpu";

test("a select, a slider, a number and a checkbox set their parameters", { timeout: 60_000 }, () =>
  started({ query: quiet }, async (page) => {
    await page.evaluate(() => document.querySelectorAll("#groups details").forEach((group) => { group.open = true; }));
    await page.selectOption("#param-target", "moons");
    await page.fill("#param-seed", "42");
    await page.locator("#param-batch").fill("4");
    await page.click("#layers [data-layer=particles]");
    const state = await get(page);
    assert.deepEqual([state.target, state.seed, state.batch], ["moons", 42, 64]);
    assert.ok(!state.layers.includes("particles"));
    await says(page, "#param-batch ~ output", /^64$/);
  }));

test("controls follow the state", { timeout: 60_000 }, () =>
  started({ query: quiet }, async (page) => {
    await page.evaluate(() => window.flowlab.set({ target: "rings", schedule: "poly", layers: "data", speed: 4, loop: false }));
    await page.waitForFunction(() => document.querySelector("#param-target").value === "rings");
    assert.equal(await page.inputValue("#speed"), "4");
    assert.equal(await page.isChecked("#loop"), false);
    assert.equal(await page.isChecked("#layers [data-layer=particles]"), false);
    assert.ok(await page.isVisible("#param-power"), "the exponent belongs to this schedule");
    await page.evaluate(() => window.flowlab.set({ schedule: "condot" }));
    await page.waitForSelector("#param-power", { state: "hidden" });
  }));

test("with two lanes the controls set the lane that is chosen", { timeout: 60_000 }, () =>
  started({ query: quiet }, async (page) => {
    assert.ok(await page.isHidden(".lane-choice"));
    await page.selectOption("#compare", "schedule");
    await page.waitForSelector(".lane-choice:not([hidden])");
    assert.equal(await page.inputValue("#param-schedule"), "condot");
    await page.click(".lane-choice [data-lane='1']");
    await page.waitForFunction(() => document.querySelector("#param-schedule").value === "cosine");
    await page.selectOption("#param-schedule", "vp");
    const state = await get(page);
    assert.deepEqual([state.schedule, state["b.schedule"]], ["condot", "vp"]);
    assert.ok(await page.locator(".field.differs #param-schedule").count());
    await page.selectOption("#compare", "");
    await page.waitForSelector(".lane-choice", { state: "hidden" });
    assert.equal((await get(page)).lanes, 1);
  }));

test("keys play, step, turn scenes and open the help, but leave controls alone", { timeout: 60_000 }, () =>
  started({ query: quiet }, async (page) => {
    await page.focus("#stage");
    await page.keyboard.press(".");
    assert.ok(Math.abs((await get(page)).t - 0.1) < 1e-9);
    await page.keyboard.press("PageDown");
    assert.equal((await get(page)).scene, 2);
    await page.keyboard.press("?");
    await page.waitForSelector("#help-dialog[open]");
    assert.ok(await page.locator("#keys tr").count() > 10);
    await page.keyboard.press("Escape");
    await page.waitForSelector("#help-dialog", { state: "hidden" });
    await page.focus("#param-target");
    const before = (await get(page)).scene;
    await page.keyboard.press("PageDown");
    assert.equal((await get(page)).scene, before);
    await page.keyboard.press("Alt+3");
    assert.equal((await get(page)).scene, 3);
  }));

test("the whole page speaks the other language", { timeout: 60_000 }, () =>
  started({ query: quiet }, async (page) => {
    await page.selectOption("#language", "zh");
    await page.waitForFunction(() => document.documentElement.lang === "zh");
    const chinese = /[\u4e00-\u9fff]/;
    // Figures follow a few times a second.
    await page.waitForFunction(() => /[\u4e00-\u9fff]/.test(document.querySelector(".figures").textContent));
    const texts = await page.evaluate(() =>
      [...document.querySelectorAll("summary, label, button, option, h2, h3, dt, figcaption, .overlay")]
        .filter((element) => element.checkVisibility?.() ?? true)
        .map((element) => element.textContent.trim()));
    const own = ["CondOT", "SiLU", "ReLU", "ELU", "SELU", "tanh", "English", "VP", "β", "A", "B", "×"];
    const english = texts.filter((text) => /[a-z]{3}/i.test(text) && !chinese.test(text) && !own.some((word) => text.startsWith(word)));
    assert.deepEqual(english.filter((text) => !/^(Euler|Heun)$/.test(text)), []);
    await page.reload();
    await page.waitForFunction(() => document.documentElement.lang === "zh");
  }));

test("the stage has a name and a description, and figures", { timeout: 60_000 }, () =>
  started({ query: quiet }, async (page) => {
    await page.waitForFunction(() => document.querySelector("#description").textContent.length > 20);
    const name = await page.getAttribute('.lane[data-lane="0"] canvas', "aria-label");
    assert.match(name, /gaussian.*checkerboard/i);
    for (const chart of await page.locator("#charts figure:not([hidden]) canvas").all()) {
      assert.ok((await chart.getAttribute("aria-label"))?.length > 5);
    }
    assert.ok(await page.locator('.lane[data-lane="0"] .figures div').count() >= 1);
  }));

test("on a lane that is drawn, the keyboard draws as well", { timeout: 60_000 }, () =>
  started({ query: quiet, hash: "v=1&target=drawn" }, async (page) => {
    await page.focus("#stage");
    for (const key of ["ArrowRight", "ArrowUp", "Enter", "ArrowRight", "Enter"]) await page.keyboard.press(key);
    assert.equal((await get(page)).drawn.length, 8);
    await page.click('[data-do="clear-drawing"]');
    assert.equal((await get(page)).drawn, "");
  }));

test("an idle page rests: no frame is asked for", { timeout: 60_000 }, () =>
  visiting({ query: quiet, goto: false }, async (page) => {
    await page.addInitScript(() => {
      const request = window.requestAnimationFrame.bind(window);
      window.frames_asked = 0;
      window.requestAnimationFrame = (f) => { window.frames_asked += 1; return request(f); };
    });
    const { address } = await import("./harness.mjs");
    await page.goto(address({ query: quiet }));
    await page.evaluate(() => window.flowlab.ready().then(() => window.flowlab.pause()));
    await page.waitForTimeout(9000);
    const before = await page.evaluate(() => window.frames_asked);
    await page.waitForTimeout(1000);
    assert.ok(await page.evaluate(() => window.frames_asked) - before <= 2);
  }));

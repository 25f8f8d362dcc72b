// A monkey at the page: seeded random clicks, keys, drags, links and calls of the API. Nothing may break, no figure may
// be no number, and memory may not grow without end. FLOWLAB_MONKEY_SECONDS lets it play for longer,
// FLOWLAB_MONKEY_SEED lets it play otherwise.

import assert from "node:assert/strict";
import { test } from "node:test";
import { address, until, visiting } from "./harness.mjs";

const SECONDS = Number(process.env.FLOWLAB_MONKEY_SECONDS ?? 40);
const SEED = Number(process.env.FLOWLAB_MONKEY_SEED ?? 1);
/// What a second half of the play may add to the memory of the first, in megabytes.
const GROWTH = 48;

const KEYS = ["Space", ".", ",", "ArrowLeft", "ArrowRight", "PageDown", "PageUp", "t", "r", "c", "l", "h", "?", "Escape", "1", "5", "Tab", "Enter"];
/// A full screen and a clipboard are asked of the reader, who is not there.
const BUTTONS = "button:not([data-do=fullscreen]):not([data-do=share]), summary, #layers input";
/// Sensible and absurd alike: what is out of range is clamped, what is no value is refused with a sentence.
const VALUES = {
  source: ["gaussian", "square", "8gaussians", "moons"],
  target: ["checkerboard", "moons", "8gaussians", "spirals", "rings", "drawn", "no such"],
  coupling: ["independent", "ot"],
  schedule: ["condot", "poly", "cosine", "linearvp", "vp"],
  sample_schedule: ["same", "cosine", "vp"],
  solver: ["euler", "midpoint", "heun", "rk4"],
  steps: [1, 10, 60, -3],
  particles: [100, 2000, 20000],
  width: [8, 64, 99999],
  batch: [16, 256, "many"],
  lr: [0.001, 0.1, 0],
  lanes: [1, 2],
  borrow: [true, false],
  layers: ["particles", "density,trajectories,arrows,pairs,data,particles", "nothing"],
  t: [0, 0.5, 1, 7],
};

/// Mulberry32: a small generator with a stable stream, so that a seed is a play.
function generator(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let z = Math.imul(state ^ (state >>> 15), 1 | state);
    z = (z + Math.imul(z ^ (z >>> 7), 61 | z)) ^ z;
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  };
}

/// What the monkey does, and how often one is done for each time another is.
function tricks(page, random) {
  const pick = (list) => list[Math.floor(random() * list.length)];
  const some = () => {
    const [name, values] = pick(Object.entries(VALUES));
    return { [(random() < 0.3 ? "b." : "") + name]: pick(values) };
  };
  const call = (verb, args) => page.evaluate(ask, [verb, args]);
  return [
    [6, () => page.evaluate(press, [BUTTONS, random()])],
    [3, () => page.evaluate(choose, [random(), random()])],
    [3, () => page.keyboard.press(pick(KEYS))],
    [5, () => call("set", some())],
    [2, () => call("seek", { t: random() })],
    [2, () => call("train", { steps: 1 + Math.floor(50 * random()), lane: pick([0, 0, 1]) })],
    [1, () => call(pick(["play", "pause", "step", "reset", "stop", "get"]), {})],
    [1, () => call("sample", { n: pick([1, 500, -1]), seed: 3, lane: pick([0, 1]) })],
    [1, () => call("field", { points: [0, 0, 1, random()], t: random(), which: pick(["model", "exact"]), lane: 0 })],
    [1, () => call(pick(["couple", "metrics"]), { lane: pick([0, 1, 2]) })],
    [1, () => drag(page, random)],
    [1, () => page.evaluate((hash) => { location.hash = hash; }, new URL(address({ hash: `v=1&${new URLSearchParams(some())}` })).hash)],
  ].flatMap(([times, trick]) => Array(times).fill(trick));
}

/// Calls a verb and does not wait: what comes of it is noted. A refusal is an answer; only silence is none.
function ask([verb, args]) {
  window.monkey ??= { asked: 0, answered: 0 };
  window.monkey.asked += 1;
  const answered = () => { window.monkey.answered += 1; };
  window.flowlab[verb](args).then(answered, answered);
}

function press([selector, share]) {
  const targets = [...document.querySelectorAll(selector)].filter((target) => target.checkVisibility() && !target.disabled);
  targets[Math.floor(share * targets.length)]?.click();
}

/// Gives a random control of the panel or the bar a random value, as a hand would.
function choose([which, share]) {
  const controls = [...document.querySelectorAll("select, input[type=range]")].filter((control) => control.checkVisibility());
  const control = controls[Math.floor(which * controls.length)];
  if (!control) return;
  if (control.options) control.selectedIndex = Math.floor(share * control.options.length);
  else control.value = Number(control.min) + share * (Number(control.max) - Number(control.min));
  for (const type of ["input", "change"]) control.dispatchEvent(new Event(type, { bubbles: true }));
}

async function drag(page, random) {
  const box = await page.locator('#stage .lane[data-lane="0"] canvas').boundingBox();
  if (!box) return;
  const place = () => [box.x + random() * box.width, box.y + random() * box.height];
  await page.mouse.move(...place());
  await page.mouse.down();
  await page.mouse.move(...place(), { steps: 4 });
  await page.mouse.up();
}

/// Megabytes that the page holds: the program's own memory, and the scripts' after a collection.
async function memory(page, session) {
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  const program = await page.evaluate(() => window.programMemory.buffer.byteLength);
  return { program: program / 2 ** 20, scripts: usedSize / 2 ** 20 };
}

/// Keeps the memory of the page's program within reach: its module keeps it to itself.
function rememberMemory() {
  const { instantiateStreaming } = WebAssembly;
  WebAssembly.instantiateStreaming = async (...args) => {
    const made = await instantiateStreaming.apply(WebAssembly, args);
    window.programMemory = made.instance.exports.memory;
    return made;
  };
}

async function play(page, random, seconds) {
  const all = tricks(page, random);
  const end = Date.now() + 1000 * seconds;
  let done = 0;
  for (; Date.now() < end; done++) {
    await all[Math.floor(random() * all.length)]();
    if (done % 20 === 0) await assertSound(page);
  }
  return done;
}

async function assertSound(page) {
  const { text, state } = await page.evaluate(async () => ({
    text: [...document.querySelectorAll("main, #notices")].map((part) => part.innerText).join(" "),
    state: JSON.stringify(await window.flowlab.get(), (_, value) => (Number.isNaN(value) ? "not a number" : value)),
  }));
  assert.doesNotMatch(text, /\bNaN\b|\binf\b|undefined|\[object/);
  assert.doesNotMatch(state, /not a number/);
}

test(`a monkey of seed ${SEED} plays for ${SECONDS} s and does no harm`, { timeout: (SECONDS + 180) * 1000 }, () =>
  visiting({ query: "backend=cpu", hash: "v=1&target=moons", goto: false }, async (page, visit) => {
    let crashed = false;
    page.on("crash", () => { crashed = true; });
    await page.addInitScript(rememberMemory);
    await page.goto(address({ query: "backend=cpu", hash: "v=1&target=moons" }));
    await until(page, async () => Boolean(await window.flowlab?.ready()));
    const session = await visit.context.newCDPSession(page);
    const random = generator(SEED);
    let done = await play(page, random, SECONDS / 2);
    const middle = await memory(page, session);
    done += await play(page, random, SECONDS / 2);
    const end = await memory(page, session);
    assert.ok(!crashed && done > SECONDS, `${done} tricks`);
    for (const part of ["program", "scripts"]) assert.ok(end[part] < middle[part] + GROWTH, `${part}: ${middle[part]} MB, then ${end[part]} MB`);
    console.log(`${done} tricks; memory (MB) ${JSON.stringify({ middle, end })}; ${JSON.stringify(await page.evaluate(() => window.monkey))}`);
    // It can still be used: a plain visit goes on as if nothing had happened.
    await page.goto("about:blank");
    await page.goto(address({ query: "backend=cpu&autoplay=0", hash: "v=1&target=moons" }));
    assert.equal((await page.evaluate(async () => { while (!window.flowlab) await new Promise((r) => setTimeout(r, 20)); await window.flowlab.ready(); return window.flowlab.train({ steps: 5, lane: 0 }); })).step, 5);
  }));

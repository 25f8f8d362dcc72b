// Every scene, trained and looked at: its picture is none of the others', and shows what the scene is about.

import assert from "node:assert/strict";
import { test } from "node:test";
import { until, visiting, says } from "./harness.mjs";
import { apart, picture } from "./stage.mjs";

/// Calls a verb of the API; typed arrays become plain ones.
const call = (page, verb, args = {}) =>
  page.evaluate(async ([verb, args]) => {
    const plain = (value) => (ArrayBuffer.isView(value) ? Array.from(value) : value);
    const answer = await window.flowlab[verb](args);
    return Object.fromEntries(Object.entries(answer).map(([key, value]) => [key, plain(value)]));
  }, [verb, args]);

const train = (page, steps, lanes = [0]) =>
  page.evaluate(([steps, lanes]) => Promise.all(lanes.map((lane) => window.flowlab.train({ steps, lane }))), [steps, lanes]);

/// A number as the page writes it, and its value.
const NUMBER = "(−?\\d+(?:\\.\\d+)?(?:×10⁻?[⁰¹²³⁴-⁹]+)?)";
const value = (written) => {
  const plain = [..."⁰¹²³⁴⁵⁶⁷⁸⁹"].reduce((text, digit, i) => text.replaceAll(digit, i), written);
  return Number(plain.replaceAll(/[−⁻]/g, "-").replace("×10", "e"));
};

/// Waits for a sentence of the stage's description, and gives the numbers that stand for `#` in it.
const told = async (page, sentence) => {
  const found = await page.waitForFunction((source) => {
    return document.getElementById("description").textContent.match(new RegExp(source))?.slice(1);
  }, sentence.replaceAll("#", NUMBER), { timeout: 30_000 });
  return (await found.jsonValue()).map(value);
};

/// Waits until a chart is there: with a legend, and lines in more colours than paper and axes have.
const chart = (page, name) =>
  page.waitForFunction((name) => {
    const figure = document.querySelector(`figure[data-chart="${name}"]:not([hidden]):not(.away)`);
    const canvas = figure?.querySelector("canvas");
    if (!figure?.querySelector(".legend span") || !canvas.width) return false;
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let coloured = 0;
    for (let i = 0; i < data.length; i += 4) coloured += Math.max(data[i], data[i + 1], data[i + 2]) - Math.min(data[i], data[i + 1], data[i + 2]) > 60;
    return coloured > 100;
  }, name, { timeout: 30_000 });

/// Waits until something holds: pictures follow the training by a moment.
const eventually = async (what, holds) => {
  for (const deadline = Date.now() + 20_000; !(await holds()); await new Promise((next) => setTimeout(next, 100))) {
    assert.ok(Date.now() < deadline, what);
  }
};

/// A figure below a lane's picture, as a number.
const figure = async (page, lane, name) => {
  const written = await page.evaluate(([lane, name]) => {
    const rows = [...document.querySelectorAll(`.lane[data-lane="${lane}"] .figures div`)];
    return rows.find((row) => row.querySelector("dt").textContent.startsWith(name))?.querySelector("dd").textContent;
  }, [lane, name]);
  return written === undefined ? null : value(written.match(NUMBER)[1]);
};

const figured = async (page, lane, name) => {
  await until(page, ([lane, name]) => {
    const rows = [...document.querySelectorAll(`.lane[data-lane="${lane}"] .figures dt`)];
    return rows.some((row) => row.textContent.startsWith(name));
  }, [lane, name]);
  return figure(page, lane, name);
};

/// A row of the table of all figures, once both lanes have theirs: each lane's figure and its floor.
const measured = async (page, name) => {
  const row = await page.waitForFunction((name) => {
    const rows = [...document.querySelectorAll('figure[data-chart="measures"]:not([hidden]):not(.away) tr')];
    const cells = rows.find((row) => row.querySelector("th")?.textContent.startsWith(name))?.querySelectorAll("td");
    return cells?.length === 4 && [...cells].every((cell) => cell.textContent) && [...cells].map((cell) => parseFloat(cell.textContent));
  }, name, { timeout: 60_000 });
  return row.jsonValue();
};

/// Mean distance of the samples of a lane from a point.
const distance = async (page, lane, [x, y]) => {
  const { x1 } = await call(page, "sample", { n: 200, seed: 3, lane });
  let sum = 0;
  for (let i = 0; i < x1.length; i += 2) sum += Math.hypot(x1[i] - x, x1[i + 1] - y);
  return sum / (x1.length / 2);
};

/// What each scene shows: steps to train (of each lane that does), the time to look at, and what must be seen.
const SCENES = {
  1: { steps: 300, async sees(page) {
    const { excess } = (await call(page, "get")).figures[0];
    assert.ok(excess < 1, `after 300 steps the excess is ${excess}; a network that says nothing has 3.8`);
    await chart(page, "loss");
  } },
  2: { t: 0.5, async sees(page) {
    await chart(page, "schedule");
    const { x1 } = await call(page, "couple", { n: 64, seed: 1, lane: 0 });
    const even = x1.filter((_, i) => i % 2 === 0);
    assert.ok(Math.max(...even) - Math.min(...even) < 1, "all pairs end at one point");
  } },
  3: { steps: 200, t: 0.5, async sees(page) {
    const before = await picture(page);
    const stage = await page.locator(".lane:not([hidden]) .picture").boundingBox();
    await page.mouse.move(stage.x + 0.6 * stage.width, stage.y + 0.4 * stage.height);
    await until(page, () => document.querySelectorAll('.lane[data-lane="0"] .legend li').length > 3);
    const after = await picture(page);
    assert.ok(apart(before.pixels, after.pixels) > 0.2, "the posterior appears under the pointer");
    await page.mouse.move(2, 2);
  } },
  4: { steps: 200, t: 0.5, async sees(page) {
    await chart(page, "gradients");
    const [samples, percent] = await told(page, "Over # samples .* differ by #%");
    // Of two vectors that differ by a tenth of their length the cosine is at least 0.995.
    assert.ok(samples > 1e5 && percent < 10, `${percent}% over ${samples} samples`);
    const apart = await figured(page, 0, "CFM − FM");
    assert.ok(apart > 0.3, `the losses are ${apart} apart`);
  } },
  5: { steps: 300, async sees(page) {
    await chart(page, "excess");
    const { excess, loss, floor } = (await call(page, "get")).figures[0];
    assert.ok(excess < 0.5 && loss > 0.8 * floor, `excess ${excess}, loss ${loss}, floor ${floor}`);
  } },
  6: { steps: 200, t: 0.7, async sees(page) {
    const [error] = await told(page, "there and back, points return to within #");
    assert.ok(error < 0.05, `points return to within ${error}`);
    assert.equal(await figured(page, 0, "Round-trip error"), error);
  } },
  7: { steps: 500, t: 0.4, async sees(page) {
    await chart(page, "balance");
    const [mass, rate, inflow] = await told(page, "box holds #% .* by # in .*, and # flows");
    assert.ok(mass > 1 && mass < 50, `${mass}%`);
    assert.ok(rate > 0.05 && Math.abs(rate - inflow) < 0.15, `the mass changes by ${rate}, ${inflow} flows in`);
  } },
  8: { steps: 500, t: 1, async sees(page) {
    await chart(page, "likelihood");
    const [nll, , entropy] = await told(page, "likelihood of the data is # ± # nats; their entropy is #");
    assert.ok(nll > entropy - 0.05 && nll < entropy + 1.5, `${nll} nats, entropy ${entropy}`);
    const { logDensities } = await call(page, "likelihood", { points: [1, 1, 6, 0], lane: 0 });
    assert.ok(logDensities[0] > logDensities[1] + 1, `the map is not constant: ${logDensities}`);
    const times = await figured(page, 0, "Maximum likelihood");
    assert.ok(times > 5, `maximum likelihood costs ${times} times as much`);
  } },
  9: { steps: 150, async sees(page) {
    const costs = [await figured(page, 0, "Pair cost"), await figured(page, 1, "Pair cost")];
    assert.ok(costs[1] < 0.6 * costs[0], `pairs cost ${costs}`);
    const crossings = [await figured(page, 0, "Pairs that cross"), await figured(page, 1, "Pairs that cross")];
    assert.ok(crossings[1] < 0.5 * crossings[0], `${crossings}% of the pairs cross`);
    const withPairs = await picture(page);
    await page.click('#layers [data-layer="pairs"]');
    await page.waitForTimeout(300);
    const without = await picture(page);
    assert.ok(apart(withPairs.pixels, without.pixels) > 2, "the pairs are drawn");
    await chart(page, "costs");
    const [npeA, , npeB] = await measured(page, "Normalised path energy");
    assert.ok(npeB < 0.5 * npeA, `path energies ${npeA} and ${npeB} above the least`);
    const [costA, leastA] = await measured(page, "Pair cost");
    assert.ok(costA > leastA && leastA > 0, `pairs cost ${costA}, at least ${leastA}`);
  } },
  10: { steps: 200, async sees(page) {
    for (const name of ["schedule", "snr", "one-way"]) await chart(page, name);
    await eventually("paths differ under two schedules", async () => {
      const { pixels } = await picture(page);
      return apart(pixels.slice(0, pixels.length / 2), pixels.slice(pixels.length / 2)) > 1;
    });
  } },
  11: { steps: 200, async sees(page) {
    await chart(page, "transfer");
    await chart(page, "gap");
    await until(page, async () => (await window.flowlab.get()).figures[1].gap !== null);
    const { gap } = (await call(page, "get")).figures[1];
    assert.ok(gap > 0 && gap < 1e-2, `gap ${gap}`);
    await chart(page, "errors");
  } },
  12: { steps: 200, async sees(page) {
    await chart(page, "conditioning");
    await eventually("a predicted x1 gives the worse velocity", async () => {
      const [a, b] = (await call(page, "get")).figures.map((lane) => lane.excess);
      return a !== null && b !== null && a < b;
    });
  } },
  13: { steps: 200, async sees(page) {
    await chart(page, "errors");
    const [error, nfe] = await told(page, "least error at the end is #, by .* with # evaluations");
    assert.ok(error < 1e-3 && nfe > 8, `${error} with ${nfe} evaluations`);
    assert.equal(await figured(page, 1, "Evaluations"), 4);
  } },
  14: { steps: 300, async sees(page) {
    // Of the eight Gaussians the first is the rightmost: its points reach as far to the right as any.
    const { x1 } = await call(page, "couple", { n: 512, seed: 1, lane: 0 });
    const right = Math.max(...x1.filter((_, i) => i % 2 === 0));
    for (const lane of [0, 1]) {
      const away = await distance(page, lane, [0.8 * right, 0]);
      assert.ok(away < 0.5 * right, `lane ${lane} is led ${away} away from its class`);
    }
    await chart(page, "loss");
  } },
  15: { steps: 200, async sees(page) {
    const [a, b] = [await call(page, "metrics", { lane: 0 }), await call(page, "metrics", { lane: 1 })];
    assert.deepEqual([a.label, b.label], [0, 0]);
    assert.ok(b.w2 < a.w2, `W2 to the class: ${a.w2} across, ${b.w2} within classes`);
    await chart(page, "straightness");
  } },
  16: { async sees(page) {
    await says(page, ".overlay.problem", /Draw a shape/);
    const stage = await page.locator(".lane:not([hidden]) .picture").boundingBox();
    const at = (across) => [stage.x + across * stage.width, stage.y + 0.3 * stage.height];
    await page.mouse.move(...at(0.7));
    await page.mouse.down();
    await page.mouse.move(...at(0.8), { steps: 10 });
    await page.mouse.up();
    await page.mouse.move(2, 2);
    await train(page, 300);
    const { x1 } = await call(page, "couple", { n: 64, seed: 1, lane: 0 });
    const mean = [0, 1].map((axis) => x1.filter((_, i) => i % 2 === axis).reduce((sum, x) => sum + x, 0) / 64);
    assert.ok(mean[0] > 0.5 && mean[1] > 0.5, `the data lie where they were drawn: ${mean}`);
    const away = await distance(page, 0, mean);
    assert.ok(away < 1, `samples end ${away} away from the drawing`);
    await page.waitForFunction(() => !document.querySelector(".overlay.problem:not([hidden])"));
  } },
};

test("every scene trains to a picture of its own, which shows what the scene is about", { timeout: 240_000 }, () =>
  visiting({ query: "autoplay=0&backend=cpu" }, async (page) => {
    await call(page, "ready");
    const seen = {};
    for (const [number, { steps, t, sees }] of Object.entries(SCENES)) {
      const began = Date.now();
      await page.selectOption("#scene", number);
      await page.waitForFunction((n) => document.getElementById("story").dataset.scene === n, number);
      const { lanes, borrow } = await call(page, "get");
      if (steps) await train(page, steps, lanes === 2 && !borrow ? [0, 1] : [0]);
      await call(page, "pause");
      await until(page, async () => (await window.flowlab.get()).figures.every((lane) => lane.nfe !== null && !lane.exact) || document.querySelector(".overlay.problem"));
      await call(page, "seek", { t: t ?? 0.9 });
      let pixels, drawn;
      try {
        await sees(page);
        ({ pixels, drawn } = await picture(page));
        assert.ok(drawn > 0.004, `only ${drawn} of the stage is drawn on`);
        for (const [other, before] of Object.entries(seen)) {
          const difference = apart(pixels, before);
          assert.ok(difference > 5, `it shows the picture of scene ${other}, but for ${difference}`);
        }
        seen[number] = pixels;
        const words = await page.evaluate(() => document.body.innerText);
        assert.ok(!/NaN|undefined|\{\d\}/.test(words), words.match(/.*(NaN|undefined|\{\d\}).*/)?.[0]);
      } catch (error) {
        error.message = `scene ${number}: ${error.message}`;
        throw error;
      }
      if (process.env.FLOWLAB_TIMES) console.log(`scene ${number}: ${Date.now() - began} ms, drawn ${drawn}, nearest ${Math.min(...Object.entries(seen).filter(([k]) => k !== number).map(([, b]) => apart(pixels, b)))}`);
    }
  }));

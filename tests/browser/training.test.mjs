// Training through the JavaScript API, on both backends.

import assert from "node:assert/strict";
import { test } from "node:test";
import { address, openPage, visiting, until } from "./harness.mjs";

/// Calls a verb of the API on the page.
const call = (page, verb, args = {}) =>
  page.evaluate(([verb, args]) => window.flowlab[verb](args), [verb, args]);

const MOONS = "v=1&target=moons&width=64&depth=3&batch=256&lr=0.003&limit=2000&seed=7";

test("the CPU backend learns two moons", { timeout: 240_000 }, () =>
  visiting({ query: "autoplay=0&backend=cpu", hash: MOONS }, async (page) => {
    const ready = await call(page, "ready");
    assert.equal(ready.backend, "cpu");
    const before = await call(page, "metrics", { lane: 0 });
    const after = await call(page, "train", { steps: 2000, lane: 0 });
    assert.equal(after.step, 2000);
    assert.ok(after.excess <= 0.1, `excess ${after.excess}`);
    // The loss itself stays above its Bayes floor: nothing can go below, but for the batch's noise.
    const metrics = await call(page, "metrics", { lane: 0 });
    assert.ok(metrics.loss > 0.8 * metrics.floor, `${metrics.loss} against a floor of ${metrics.floor}`);
    assert.ok(metrics.w2 < before.w2 / 2, `W2 ${before.w2} -> ${metrics.w2}`);
    assert.ok(metrics.w2 < 0.5, `W2 ${metrics.w2}, floor ${metrics.w2Floor}`);
  }));

test("the same seed trains the same network twice", { timeout: 120_000 }, () =>
  visiting({ query: "autoplay=0&backend=cpu", hash: "v=1&target=8gaussians&seed=3" }, async (page) => {
    await call(page, "ready");
    const first = await call(page, "train", { steps: 50 });
    const field = { points: [0, 0, 1, -1, 3, 2], t: 0.5, which: "model" };
    const velocities = Array.from(await call(page, "field", field));
    await call(page, "reset");
    const second = await call(page, "train", { steps: 50 });
    assert.deepEqual(Array.from(await call(page, "field", field)), velocities);
    assert.equal(second.step, first.step);
  }));

test("helpers make the batches of matched pairs, and without them the engine does: the same network", { timeout: 120_000 }, async () => {
  const matched = { query: "autoplay=0&backend=cpu", hash: `${MOONS}&coupling=ot` };
  const field = { points: [0, 0, 1, -1, -2, 0.5, 3, 3], t: 0.5, which: "model" };
  // A worker that believes to be on a machine with one processor calls for nobody.
  const alone = async (route) => {
    const response = await route.fetch();
    const body = `Object.defineProperty(navigator, "hardwareConcurrency", { value: 1 });\n${await response.text()}`;
    return route.fulfill({ response, body });
  };
  const run = async (helpers) => {
    const visit = await openPage({ ...matched, goto: false });
    let asked = 0;
    visit.context.on("request", (request) => (asked += request.url().includes("role=helper")));
    if (!helpers) await visit.context.route(/engine_worker/, alone);
    await visit.page.goto(address(matched));
    await call(visit.page, "ready");
    const { step } = await call(visit.page, "train", { steps: 600, lane: 0 });
    const velocities = Array.from(await call(visit.page, "field", field));
    visit.assertClean();
    await visit.close();
    return { asked, step, velocities };
  };
  const helped = await run(true);
  assert.ok(helped.asked > 0, "an engine on two processors calls for help");
  const own = await run(false);
  assert.equal(own.asked, 0);
  assert.deepEqual([own.step, own.velocities], [600, helped.velocities]);
});

test("a helper draws while the engine trains", { timeout: 120_000 }, async () => {
  // An engine that believes in four processors; how much helpers send is told to the page as well.
  const spied = async (route) => {
    const response = await route.fetch();
    const spy = `Object.defineProperty(navigator, "hardwareConcurrency", { value: 4 });
    const [spy, Own] = [new BroadcastChannel("sizes"), Worker];
    self.Worker = class extends Own {
      constructor(...given) {
        super(...given);
        this.addEventListener("message", ({ data }) => spy.postMessage(data?.byteLength ?? 0));
      }
    };`;
    return route.fulfill({ response, body: `${spy}\n${await response.text()}` });
  };
  const particles = 1000;
  const watched = { query: "autoplay=0&backend=cpu", hash: `${MOONS}&particles=${particles}` };
  const visit = await openPage({ ...watched, goto: false });
  await visit.context.route(/engine_worker/, spied);
  await visit.page.goto(address(watched));
  await call(visit.page, "ready");
  await visit.page.evaluate(() => {
    window.sizes = [];
    new BroadcastChannel("sizes").onmessage = ({ data }) => sizes.push(data);
  });
  await call(visit.page, "train", { steps: 3000 });
  const sizes = await visit.page.evaluate(() => sizes);
  // Two coordinates of four bytes for each particle in each of some frames.
  const pictures = sizes.filter((size) => size > 10 * 8 * particles);
  assert.ok(pictures.length > 1, `messages of ${sizes} bytes`);
  visit.assertClean();
  await visit.close();
});

test("a few steps on WebGPU give the losses of the CPU", { timeout: 600_000 }, async () => {
  const few = "v=1&target=moons&width=32&depth=2&batch=128&seed=5";
  const points = [0, 0, 1, -1, -2, 0.5, 3, 3];
  const run = async (backend) => {
    let result;
    await visiting({ gpu: true, query: `autoplay=0&backend=${backend}`, hash: few }, async (page) => {
      const ready = await call(page, "ready");
      assert.equal(ready.backend, backend, JSON.stringify(ready));
      const start = Array.from(await call(page, "field", { points, t: 0.25, which: "model" }));
      // A report averages over the steps since the last one: to compare losses, one step each.
      const losses = [];
      for (let i = 0; i < 6; i++) losses.push((await call(page, "train", { steps: 1 })).loss);
      const { step } = (await call(page, "get")).figures[0];
      // And by which way: where the kernels failed their test, Burn would do the same.
      const method = backend === "cpu" ? "vectorised code" : "fused kernels";
      await page.waitForFunction((method) => document.getElementById("badge").title.includes(method), method);
      const end = Array.from(await call(page, "field", { points, t: 0.25, which: "model" }));
      result = { step, losses, start, end };
    });
    return result;
  };
  const cpu = await run("cpu");
  const gpu = await run("webgpu");
  assert.equal(gpu.step, 6);
  cpu.losses.forEach((loss, i) =>
    assert.ok(Math.abs(gpu.losses[i] / loss - 1) < 1e-3, `${gpu.losses} on the GPU, ${cpu.losses} on the CPU`));
  cpu.end.forEach((v, i) => assert.ok(Math.abs(v - gpu.end[i]) < 2e-3, `${cpu.end} | ${gpu.end}`));
  assert.notDeepEqual(cpu.start, cpu.end);
});

/// What the badge says of the steps, by backend and language.
const BY_BURN = {
  cpu: { en: /Burn’s module, autodiff and Adam on the CPU; as chosen/, zh: /Burn 的模块、自动微分与 Adam，在 CPU 上; 按所选/ },
  webgpu: { en: /Burn’s module, autodiff and Adam on WebGPU; as chosen/, zh: /Burn 的模块、自动微分与 Adam，在 WebGPU 上; 按所选/ },
};

for (const backend of ["cpu", "webgpu"])
  test(`stepper=burn trains moons on ${backend} to the losses of the faster way, and the badge says so`, { timeout: 600_000 }, async () => {
    const hash = "v=1&target=moons&width=32&depth=2&batch=128&seed=5";
    const run = async (stepper, lang) => {
      let result;
      const query = `autoplay=0&backend=${backend}&stepper=${stepper}&lang=${lang}`;
      await visiting({ gpu: backend === "webgpu", query, hash }, async (page) => {
        const ready = await call(page, "ready");
        assert.equal(ready.backend, backend, JSON.stringify(ready));
        const losses = [];
        for (let i = 0; i < 5; i++) losses.push((await call(page, "train", { steps: 1 })).loss);
        const badge = await page.evaluate(() => document.getElementById("badge").title);
        result = { losses, badge };
      });
      return result;
    };
    const fast = await run("auto", "en");
    assert.doesNotMatch(fast.badge, BY_BURN[backend].en);
    for (const lang of ["en", "zh"]) {
      const burn = await run("burn", lang);
      assert.match(burn.badge, BY_BURN[backend][lang]);
      // One step each; sums in another order differ by some 1e-6, and grow a little from step to step.
      fast.losses.forEach((loss, i) =>
        assert.ok(Math.abs(burn.losses[i] / loss - 1) < 1e-3, `${burn.losses} by Burn, ${fast.losses} otherwise`));
    }
  });

test("training pauses, goes on, and starts anew", { timeout: 120_000 }, () =>
  visiting({ query: "autoplay=0&backend=cpu", hash: "v=1&target=rings" }, async (page) => {
    await call(page, "ready");
    await page.click("#train");
    await until(page, async () => (await window.flowlab.get()).figures[0].step > 20);
    await page.click("#train");
    await page.waitForTimeout(400); // The engine's last report.
    const stopped = await call(page, "stop");
    await page.waitForTimeout(400);
    const later = await call(page, "stop");
    assert.equal(later.step, stopped.step);
    await page.click('[data-do="train-one"]');
    await until(page, async (n) => (await window.flowlab.get()).figures[0].step === n, stopped.step + 1);
    await page.click('[data-do="reset"]');
    await until(page, async () => (await window.flowlab.get()).figures[0].step === 0);
  }));

test("a moved slider starts the lane anew and goes on training", { timeout: 120_000 }, () =>
  visiting({ query: "backend=cpu", hash: "v=1&target=moons" }, async (page) => {
    await call(page, "ready");
    await until(page, async () => (await window.flowlab.get()).figures[0].step > 100);
    await call(page, "set", { width: 16 });
    assert.ok((await call(page, "get")).figures[0].step < 100);
    await until(page, async () => (await window.flowlab.get()).figures[0].step > 30);
  }));

test("log densities, exact and by probes, agree within their errors", { timeout: 120_000 }, () =>
  visiting({ query: "autoplay=0&backend=cpu", hash: "v=1&target=moons&limit=0" }, async (page) => {
    await page.evaluate(() => window.flowlab.train({ steps: 300 }));
    const stopped = await page.evaluate(() => window.flowlab.stop());
    assert.ok(stopped.step >= 300, JSON.stringify(stopped));
    // The floor is measured behind the training.
    await until(page, async () => (await window.flowlab.stop()).floor > 0);
    const [exact, probed] = await page.evaluate(async () => {
      const points = [0, 0, 1, 0.5, -1, 0.5, 0.5, -0.5];
      const ask = async (args) => {
        const { logDensities, errors } = await window.flowlab.likelihood({ points, ...args });
        return { logDensities: [...logDensities], errors: [...errors] };
      };
      return [await ask({ method: "exact" }), await ask({ method: "rademacher", probes: 64 })];
    });
    assert.deepEqual(exact.errors, [0, 0, 0, 0]);
    for (let k = 0; k < 4; k++) {
      const apart = Math.abs(exact.logDensities[k] - probed.logDensities[k]);
      assert.ok(apart < 5 * probed.errors[k], `${apart} ${probed.errors[k]}`);
    }
    const metrics = await page.evaluate(() => window.flowlab.metrics());
    assert.ok(metrics.nll > metrics.entropy - 3 * metrics.nllError, JSON.stringify(metrics));
    assert.ok(metrics.floorError > 0 && metrics.excessError > 0 && metrics.nfe === 64);
  }));

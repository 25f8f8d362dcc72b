// What a GPU does beside the steps of a training, and what happens when it takes over or goes away.
//
// All this runs on the software adapter, which is slower than the CPU. Where a test needs it to be otherwise it changes
// the clock of a worker, which is all that the engine knows of time: what is compared, and what then happens, is as ever.

import assert from "node:assert/strict";
import { test } from "node:test";
import { address, openPage, visiting, until, says } from "./harness.mjs";

const call = (page, verb, args = {}) =>
  page.evaluate(([verb, args]) => window.flowlab[verb](args), [verb, args]);

const SMALL = "v=1&target=8gaussians&width=32&depth=2&batch=128&seed=5&limit=0";

/// Runs a script in every worker before anything else of it; the script knows the engine's `flavour`.
async function prepareWorkers({ context }, script) {
  const preamble = `{ const flavour = new URL(import.meta.url).searchParams.get("flavour"); ${script} }\n`;
  await context.route(/engine_worker[^/]*\.js/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: preamble + (await response.text()) });
  });
}

/// On this clock nothing takes long enough to be judged, so a GPU is asked as soon as the CPU has been timed.
const PATIENT = "let time = 0; performance.now = () => (time += 0.5);";

/// On this clock the engine on the CPU takes a thousand times as long as it does.
const SLOW_CPU = "const now = performance.now.bind(performance); if (flavour === 'cpu') performance.now = () => 1000 * now();";

/// Keeps the devices that the engine is given.
const KEPT_DEVICES = `const request = GPUAdapter.prototype.requestDevice;
  GPUAdapter.prototype.requestDevice = async function (...args) {
    const device = await request.apply(this, args);
    (self.devices ??= []).push(device);
    return device;
  };`;

/// Opens the site on the GPU, its workers prepared, and asks that nothing went wrong.
const prepared = (script, query, hash, run) =>
  visiting({ gpu: true, goto: false }, async (page, visit) => {
    await prepareWorkers(visit, script);
    await page.goto(address({ query, hash }));
    await run(page, visit);
  });

/// Particles, and log densities, after a little training that both engines get from a file.
async function answers(page, weights) {
  await page.evaluate((bytes) => window.flowlab.load({ bytes: new Uint8Array(bytes) }), weights);
  return page.evaluate(async () => {
    const points = [];
    for (let k = 0; k < 200; k++) points.push(((k % 20) - 9.5) / 3, (Math.floor(k / 20) - 4.5) / 2);
    // The first time it is the CPU that is asked, and timed.
    let sample, likelihood;
    for (let k = 0; k < 2; k++) {
      sample = await window.flowlab.sample({ n: 700, seed: 3, solver: "midpoint", steps: 12, trajectories: true });
      likelihood = await window.flowlab.likelihood({ points, method: "exact" });
    }
    const { x1, trajectories, nfe } = sample;
    return { x1: [...x1], trajectories: [...trajectories], nfe, logDensities: [...likelihood.logDensities] };
  });
}

/// Near to each other, but not the same: single precision shows that they are not of one processor.
function assertNear(expected, got, tolerance) {
  assert.equal(got.length, expected.length);
  assert.notDeepEqual(got, expected, "the GPU was not asked");
  expected.forEach((v, k) => {
    const apart = Math.abs(v - got[k]);
    assert.ok(apart <= tolerance * Math.max(1, Math.abs(v)), `${k}: ${v} on the CPU, ${got[k]} on the GPU`);
  });
}

test("particles and log densities on the GPU are those of the CPU", { timeout: 300_000 }, async () => {
  let weights, cpu, gpu;
  await visiting({ query: "autoplay=0&backend=cpu", hash: SMALL }, async (page) => {
    await call(page, "train", { steps: 300 });
    weights = await page.evaluate(async () => [...await window.flowlab.weights()]);
    cpu = await answers(page, weights);
  });
  await prepared(PATIENT, "autoplay=0&backend=webgpu", SMALL, async (page) => {
    assert.equal((await call(page, "ready")).backend, "webgpu");
    gpu = await answers(page, weights);
  });
  assert.equal(gpu.nfe, cpu.nfe);
  assertNear(cpu.x1, gpu.x1, 1e-3);
  assertNear(cpu.trajectories, gpu.trajectories, 1e-3);
  assertNear(cpu.logDensities, gpu.logDensities, 5e-3);
});

/// From every corner of what a lane may be: activations, depths, widths that fill no block, features, labels.
const NETWORKS = [
  "activation=silu&width=64&depth=3&batch=256",
  "activation=tanh&width=20&depth=6&batch=33",
  "activation=relu&width=100&depth=2&batch=100&features=fourier",
  "activation=elu&width=8&depth=1&batch=17&target=8gaussians&guide=cfg",
  "activation=selu&width=36&depth=4&batch=64&features=fourier&predict=x1",
];
const LR = 0.001;

/// The weights after 1, 10 and 100 steps, and how the last were taken.
async function trained(page) {
  const weights = [];
  for (const steps of [1, 9, 90]) {
    await call(page, "train", { steps });
    weights.push(await page.evaluate(async () => [...await window.flowlab.weights()]));
  }
  return { weights: weights.map(floats), method: await page.evaluate(() => document.getElementById("badge").title) };
}

/// The numbers of a safetensors file.
function floats(bytes) {
  const file = Uint8Array.from(bytes);
  const header = Number(new DataView(file.buffer).getBigUint64(0, true));
  return [...new Float32Array(file.buffer.slice(8 + header))];
}

test("fused kernels in the browser end where the CPU ends, after 1, 10 and 100 steps", { timeout: 300_000 }, async () => {
  for (const network of NETWORKS) {
    const hash = `v=1&seed=5&lr=${LR}&limit=0&${network}`;
    const [cpu, gpu] = [{}, {}];
    for (const [backend, kept] of [["cpu", cpu], ["webgpu", gpu]])
      await visiting({ gpu: backend === "webgpu", query: `autoplay=0&backend=${backend}`, hash }, async (page) => {
        assert.equal((await call(page, "ready")).backend, backend);
        Object.assign(kept, await trained(page));
      });
    assert.match(gpu.method, /fused kernels/, network);
    cpu.weights.forEach((expected, k) => {
      const got = gpu.weights[k];
      assert.equal(got.length, expected.length);
      // The first step of a small network may well be the same to the last bit.
      if (k === 2) assert.notDeepEqual(got, expected, `${network}: the GPU did not train`);
      // In learning rates, the length of Adam's steps; where a gradient is nearly nothing a weight may go either way.
      const apart = expected.reduce((sum, v, i) => sum + Math.abs(v - got[i]), 0) / expected.length / LR;
      assert.ok(apart < 0.02, `${network}, after ${[1, 10, 100][k]} steps: ${apart} learning rates`);
    });
  }
});

for (const [language, sentence] of [["en", /GPU was lost/], ["zh", /GPU 已丢失/]])
  test(`a GPU that is lost is replaced by the CPU, and the page says so (${language})`, { timeout: 300_000 }, async () => {
    const visit = await openPage({ gpu: true, goto: false });
    const { page } = visit;
    await prepareWorkers(visit, KEPT_DEVICES);
    await page.goto(address({ query: `backend=webgpu&lang=${language}`, hash: SMALL }));
    assert.equal((await call(page, "ready")).backend, "webgpu");
    const before = await call(page, "train", { steps: 40 });
    assert.equal(before.backend, "webgpu");
    const lost = await Promise.all(page.workers().map((worker) =>
      worker.evaluate(() => (self.devices ?? []).map((device) => device.destroy()).length)));
    assert.ok(lost.reduce((a, b) => a + b) > 0, "a device was destroyed");
    // It goes on from the last weights it has seen, and goes on learning.
    const after = await call(page, "train", { steps: 500 });
    assert.equal(after.backend, "cpu");
    assert.ok(after.step >= 500 && after.loss < before.loss, JSON.stringify([before, after]));
    await says(page, "#badge-text", /CPU/);
    await says(page, "#notices", sentence);
    assert.deepEqual(visit.pageErrors, []);
    await visit.close();
  });

test("an engine that is measured to be faster takes over the run, weights and moments", { timeout: 300_000 }, async () => {
  const points = [0, 0, 1, -1, -2, 0.5, 3, 3];
  const field = (page) => page.evaluate(async (points) =>
    [...await window.flowlab.field({ points, t: 0.25, which: "model" })], points);
  let expected;
  await visiting({ query: "autoplay=0&backend=cpu", hash: SMALL }, async (page) => {
    await call(page, "train", { steps: 60 });
    expected = await field(page);
  });
  await visiting({ gpu: true, goto: false }, async (page, visit) => {
    await prepareWorkers(visit, SLOW_CPU);
    let release;
    const held = new Promise((resolve) => { release = resolve; });
    await visit.context.route(/engine_gpu[^/]*\.wasm/, async (route) => {
      await held;
      await route.continue();
    });
    await page.goto(address({ query: "autoplay=0", hash: SMALL }));
    assert.equal((await call(page, "ready")).backend, "cpu");
    const before = await call(page, "train", { steps: 30 });
    assert.deepEqual([before.step, before.backend], [30, "cpu"]);
    release();
    await until(page, async () => (await window.flowlab.ready()).backend === "webgpu");
    // What was measured stands behind the badge.
    await page.waitForFunction(() => /2 × 32 units and a batch of 128.*steps a second on the CPU, \d+ on WebGPU/.test(document.getElementById("badge").title));
    const after = await call(page, "train", { steps: 30 });
    assert.deepEqual([after.step, after.backend], [60, "webgpu"]);
    (await field(page)).forEach((v, k) => assert.ok(Math.abs(v - expected[k]) < 2e-3, `${v} ${expected[k]}`));
  });
});

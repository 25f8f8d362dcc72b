// The baselines compute what they claim to: a benchmark against a broken rival is worth nothing.

import assert from "node:assert/strict";
import { test } from "node:test";
import { batches, firstWeights, flops, layers, normal, rates, uniform } from "./task.mjs";
import { Network, plain, product } from "./plain.mjs";
import { complete, measure } from "./clock.mjs";
import { module, peak } from "./peak.mjs";

const SMALL = { width: 5, depth: 2, batch: 7 };

test("normals have mean 0 and variance 1", () => {
  const draw = normal(uniform(1));
  const values = Array.from({ length: 100_000 }, draw);
  const mean = values.reduce((a, b) => a + b) / values.length;
  const variance = values.reduce((a, b) => a + b * b, 0) / values.length;
  assert.ok(Math.abs(mean) < 0.02 && Math.abs(variance - 1) < 0.03, `${mean}, ${variance}`);
});

test("batches are of two moons: loss of a zero network, and the point where the path ends", () => {
  const [input, target] = [new Float32Array(3 * 20_000), new Float32Array(2 * 20_000)];
  batches(5)(input, target);
  // x1 = x + (1 - t) (x1 - x0): its moments are those of flow::datasets::moons.
  let [mean, square] = [[0, 0], [0, 0]];
  for (let i = 0; i < 20_000; i++)
    for (const c of [0, 1]) {
      const x1 = input[3 * i + c] + (1 - input[3 * i + 2]) * target[2 * i + c];
      mean[c] += x1 / 20_000;
      square[c] += (x1 * x1) / 20_000;
    }
  assert.ok(Math.abs(mean[0]) < 0.05 && Math.abs(mean[1]) < 0.05, `${mean}`);
  // 4 E(cos u - 1/2)^2 + 0.1^2 = 3.01, and 4 E(sin u - 1/4)^2 + 0.1^2 = 4 (1/2 - 1/pi + 1/16) + 0.01 = 0.987.
  assert.ok(Math.abs(square[0] - 3.01) < 0.1, `${square}`);
  assert.ok(Math.abs(square[1] - 0.987) < 0.05, `${square}`);
});

test("51 kFLOP per sample and step", () => {
  assert.deepEqual(layers({ width: 64, depth: 3 }), [[3, 64], [64, 64], [64, 64], [64, 2]]);
  assert.equal(flops({ width: 64, depth: 3, batch: 1 }), 51072);
  assert.equal(firstWeights(SMALL, 1)[0].weight.length, 15);
});

test("the blocked product is the product", () => {
  const [m, n, k] = [6, 5, 3];
  const random = uniform(2);
  const a = Float64Array.from({ length: m * k }, random);
  const b = Float64Array.from({ length: n * k }, random);
  const out = product(a, b, m, n, k);
  for (let r = 0; r < m; r++)
    for (let c = 0; c < n; c++) {
      let sum = 0;
      for (let i = 0; i < k; i++) sum += a[r * k + i] * b[c * k + i];
      assert.ok(Math.abs(out[r * n + c] - sum) < 1e-12);
    }
});

test("the plain network's gradient is that of finite differences", () => {
  const network = new Network(SMALL);
  const [input, target] = [new Float64Array(3 * 7), new Float64Array(2 * 7)];
  batches(3)(input, target);
  network.gradient(input, target);
  for (const layer of network.layers)
    for (const { value, gradient } of [layer.weight, layer.bias])
      for (let i = 0; i < value.length; i++) {
        const found = gradient[i];
        const kept = value[i];
        const at = (x) => ((value[i] = x), network.loss(input, target));
        const expected = (at(kept + 1e-5) - at(kept - 1e-5)) / 2e-5;
        value[i] = kept;
        assert.ok(Math.abs(found - expected) < 1e-7, `${found} against ${expected}`);
      }
});

test("the plain network learns", async () => {
  const trainer = plain({ width: 32, depth: 2, batch: 128 });
  const before = await trainer.loss();
  await trainer.run(300);
  const after = await trainer.loss();
  // The Bayes floor for two moons is about 1.4.
  assert.ok(after < 0.85 * before, `${before} -> ${after}`);
});

test("the clock counts steps, and gives a slow side one", async () => {
  // A clock of the test's own: a busy machine's timers fire early and late.
  let now = 0;
  const clock = { now: () => now };
  const takes = (ms) => async (steps) => void (now += ms * steps);
  let loss = 9;
  const fast = { run: takes(2), loss: async () => loss-- };
  const quick = await measure(fast, { seconds: 0.1, warmup: 0.02, clock });
  assert.equal(quick.steps, 50);
  assert.ok(Math.abs(quick.stepsPerSecond - 500) < 1e-6, JSON.stringify(quick));
  assert.ok(quick.lossFell);
  const slow = { run: takes(60), loss: async () => 1 };
  const once = await measure(slow, { seconds: 0.01, warmup: 0.01, patience: 0.03, clock });
  assert.equal(once.steps, 1);
  assert.equal(once.lossFell, false);
});

test("the peak's module is valid, and its figure plausible", async () => {
  assert.ok(WebAssembly.validate(module()));
  const gflops = await peak({ seconds: 0.2 });
  assert.ok(gflops > 0.5 && gflops < 1000, `${gflops}`);
});

test("batches are of a checkerboard: every second square, and the loss of a zero network", () => {
  const [input, target] = [new Float32Array(3 * 20_000), new Float32Array(2 * 20_000)];
  batches(6, "checkerboard")(input, target);
  const squares = new Map();
  let loss = 0;
  for (let i = 0; i < 20_000; i++) {
    const [x, y] = [0, 1].map((c) => (input[3 * i + c] + (1 - input[3 * i + 2]) * target[2 * i + c]) * 0.45);
    const square = [x, y].map((v) => Math.floor(v)).join();
    squares.set(square, (squares.get(square) ?? 0) + 1);
    loss += (target[2 * i] ** 2 + target[2 * i + 1] ** 2) / 40_000;
  }
  const black = ["-2,-2", "-2,0", "-1,-1", "-1,1", "0,-2", "0,0", "1,-1", "1,1"];
  for (const square of black) assert.ok(Math.abs(squares.get(square) - 2500) < 250, `${square}: ${squares.get(square)}`);
  // 7.576: docs/reproduction.md.
  assert.ok(Math.abs(loss - 7.576) < 0.1, `${loss}`);
});

test("rates fall to nothing as the square of the share of steps left, or not at all", () => {
  assert.equal(rates({})(1000), 1e-3);
  const falling = rates({ lr: 0.04, limit: 10 });
  assert.deepEqual([0, 5, 10, 11].map(falling), [0.04, 0.01, 0, 0]);
});

test("what has been trained is given away as it was timed", async () => {
  const shape = { ...SMALL, lr: 0.01, limit: 30 };
  const { seconds, weights } = await complete(() => plain(shape), 30);
  assert.ok(seconds > 0);
  const trainer = plain(shape);
  await trainer.run(30);
  assert.deepEqual(weights, await trainer.weights());
  // [inputs][outputs], as Flowlab reads them.
  const { weight, bias } = trainer.network.layers[0];
  assert.deepEqual([weights[0].weight.length, weights[0].weight[1]], [15, weight.value[3]]);
  assert.deepEqual(weights[0].bias, [...bias.value]);
});

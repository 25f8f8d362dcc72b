// What is read out of frames and traces, without a browser.

import assert from "node:assert/strict";
import { test } from "node:test";
import { exponent } from "./growth.mjs";
import { quantile } from "./frames.mjs";
import { Record } from "./record.mjs";
import { longest } from "./trace.mjs";

test("quantiles are values that occurred", () => {
  const sorted = Array.from({ length: 20 }, (_, i) => i + 1);
  assert.deepEqual([0, 0.5, 0.95, 1].map((q) => quantile(sorted, q)), [1, 10, 19, 20]);
  assert.throws(() => quantile([], 0.5));
});

test("the longest task is that of the page's own main thread", () => {
  const name = (pid, text) => ({ name: "thread_name", pid, tid: 1, args: { name: text } });
  const task = (pid, dur, tid = 1) => ({ name: "RunTask", ph: "X", pid, tid, dur });
  const frame = { name: "FireAnimationFrame", pid: 7, tid: 1 };
  const events = [name(7, "CrRendererMain"), name(8, "CrRendererMain"), frame, task(7, 4000), task(7, 2000), task(8, 90_000), task(7, 70_000, 2), { ...task(7, 3000), name: "FunctionCall" }];
  assert.deepEqual(longest(events), { task: 4, script: 3 });
  assert.throws(() => longest([frame]), /no animation frame/);
});

test("the exponent of a power law is found", () => {
  const law = [1, 3, 10, 40].map((x) => [x, 7 * x ** 1.5]);
  assert.ok(Math.abs(exponent(law) - 1.5) < 1e-12);
});

test("what fails keeps its row, and fails no other", async () => {
  const record = new Record();
  for (const id of ["a", "b"]) record.declare(id, id, "ms");
  const { error } = console;
  console.error = () => {};
  await record.attempt(["a"], async () => {
    throw new Error("page.evaluate: lost\n    at somewhere");
  });
  console.error = error;
  await record.attempt(["b"], async () => record.add("b", 2));
  const { rows } = record.toJSON();
  assert.deepEqual(rows, [{ id: "a", what: "a", unit: "ms", samples: [], failed: "lost" }, { id: "b", what: "b", unit: "ms", samples: [2] }]);
});

// TensorFlow.js on one of its backends, written with as few of its kernels a step as it allows: the bias within the
// product, SiLU's derivative written out, one read-back for many steps.

import { batches, firstWeights, layers, rates } from "./task.mjs";

/// How many steps may be queued on a GPU before the loss is read back, which waits for them.
const QUEUED = 16;
const EVALUATED = 2048;

/// Starts the backend and gives a trainer.
export async function tensorflow(backend, shape, wasmFolder) {
  const tf = globalThis.tf;
  if (backend === "wasm") tf.wasm.setWasmPaths(wasmFolder);
  if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js cannot start its ${backend} backend`);
  await tf.ready();
  return new Trainer(tf, shape);
}

class Trainer {
  constructor(tf, shape) {
    this.tf = tf;
    this.batch = shape.batch;
    this.variables = variables(tf, shape);
    this.rate = rates(shape);
    this.optimizer = tf.train.adam(this.rate(0));
    this.taken = 0;
    this.fill = batches(shape.seed ?? 1, shape.target);
    this.evaluation = points(tf, EVALUATED, batches(2, shape.target));
    this.silu = silu(tf);
  }

  async run(steps) {
    for (let i = 1; i <= steps; i++) {
      const loss = this.step();
      if (i % QUEUED === 0 || i === steps) await loss.data();
      loss.dispose();
    }
  }

  step() {
    const { tf } = this;
    const { input, target } = points(tf, this.batch, this.fill);
    this.optimizer.learningRate = this.rate(this.taken++);
    const loss = this.optimizer.minimize(() => this.error(input, target), true, this.variables.flat());
    input.dispose();
    target.dispose();
    return loss;
  }

  async loss() {
    const loss = this.tf.tidy(() => this.error(this.evaluation.input, this.evaluation.target));
    const [value] = await loss.data();
    loss.dispose();
    return value;
  }

  /// Of each layer `weight` [inputs][outputs], row by row, and `bias`.
  async weights() {
    return Promise.all(this.variables.map(async ([weight, bias]) => ({ weight: [...(await weight.data())], bias: [...(await bias.data())] })));
  }

  error(input, target) {
    const { tf } = this;
    return tf.tidy(() => {
      const last = this.variables.length - 1;
      let x = input;
      this.variables.forEach(([weight, bias], i) => {
        x = tf.fused.matMul({ a: x, b: weight, bias });
        if (i < last) x = this.silu(x);
      });
      return tf.mean(tf.square(tf.sub(x, target)));
    });
  }
}

/// x sigmoid(x), its derivative s + y - s y written out: fewer operations than the gradient of the product, and none with
/// a lone number, which has to be broadcast.
function silu(tf) {
  return tf.customGrad((x, save) => {
    const sigmoid = tf.sigmoid(x);
    const value = tf.mul(x, sigmoid);
    save([sigmoid, value]);
    const gradFunc = (dy, [s, y]) => tf.mul(dy, tf.add(s, tf.sub(y, tf.mul(s, y))));
    return { value, gradFunc };
  });
}

function points(tf, n, fill) {
  const input = new Float32Array(3 * n);
  const target = new Float32Array(2 * n);
  fill(input, target);
  return { input: tf.tensor2d(input, [n, 3]), target: tf.tensor2d(target, [n, 2]) };
}

function variables(tf, shape) {
  const first = firstWeights(shape, 2 + (shape.seed ?? 1));
  return layers(shape).map(([inputs, outputs], i) => {
    const weight = tf.tidy(() => tf.transpose(tf.tensor2d(first[i].weight, [outputs, inputs])));
    return [tf.variable(weight), tf.variable(tf.tensor1d(first[i].bias))];
  });
}

// The same training step as a plain JavaScript loop over typed arrays: what one gets without any library.

import { batches, firstWeights, layers, rates } from "./task.mjs";

const [BETA1, BETA2, EPSILON] = [0.9, 0.999, 1e-8];
const EVALUATED = 2048;

// Doubles: JavaScript has no other arithmetic, and floats would be converted at every load and store.
const numbers = (length) => new Float64Array(length);

/// Gives a trainer.
export function plain(shape) {
  const fill = batches(shape.seed ?? 1, shape.target);
  const network = new Network(shape);
  const [input, target] = [numbers(3 * shape.batch), numbers(2 * shape.batch)];
  const [fixedInput, fixedTarget] = [numbers(3 * EVALUATED), numbers(2 * EVALUATED)];
  batches(2, shape.target)(fixedInput, fixedTarget);
  return {
    network,
    async run(steps) {
      for (let i = 0; i < steps; i++) {
        fill(input, target);
        network.step(input, target);
      }
    },
    async loss() {
      return network.loss(fixedInput, fixedTarget);
    },
    /// Of each layer `weight` [inputs][outputs], row by row, and `bias`.
    async weights() {
      return network.layers.map(({ inputs, outputs, weight, bias }) => ({
        weight: [...transposed(weight.value, outputs, inputs)],
        bias: [...bias.value],
      }));
    },
  };
}

export class Network {
  constructor(shape) {
    const first = firstWeights(shape, 2 + (shape.seed ?? 1));
    this.layers = layers(shape).map(([inputs, outputs], i) => new Layer(inputs, outputs, first[i]));
    this.rate = rates(shape);
    this.time = 0;
  }

  loss(input, target) {
    const output = this.#forward(input, target.length / 2);
    let sum = 0;
    for (let i = 0; i < target.length; i++) sum += (output[i] - target[i]) ** 2;
    return sum / target.length;
  }

  step(input, target) {
    this.gradient(input, target);
    const rate = this.rate(this.time);
    this.time += 1;
    for (const layer of this.layers) layer.descend(rate, this.time);
  }

  /// Leaves the gradient of the mean squared error in the layers.
  gradient(input, target) {
    const n = target.length / 2;
    const output = this.#forward(input, n);
    let delta = numbers(target.length);
    for (let i = 0; i < delta.length; i++) delta[i] = (2 * (output[i] - target[i])) / delta.length;
    for (let i = this.layers.length - 1; i >= 0; i--) {
      this.layers[i].learn(delta, n);
      if (i > 0) delta = this.layers[i].back(delta, n, this.layers[i - 1]);
    }
  }

  #forward(input, n) {
    const last = this.layers.length - 1;
    return this.layers.reduce((x, layer, i) => layer.forward(x, n, i < last), input);
  }
}

class Layer {
  constructor(inputs, outputs, first) {
    Object.assign(this, { inputs, outputs });
    this.weight = parameter(first.weight);
    this.bias = parameter(first.bias);
  }

  forward(x, n, activated) {
    const { inputs, outputs } = this;
    this.input = x;
    const z = product(x, this.weight.value, n, outputs, inputs);
    const bias = this.bias.value;
    for (let row = 0, i = 0; row < n; row++) for (let o = 0; o < outputs; o++) z[i++] += bias[o];
    return activated ? this.#silu(z) : z;
  }

  /// Keeps the derivative beside the value: the exponential is taken once.
  #silu(z) {
    const slope = numbers(z.length);
    for (let i = 0; i < z.length; i++) {
      const sigmoid = 1 / (1 + Math.exp(-z[i]));
      const value = z[i] * sigmoid;
      slope[i] = sigmoid + value * (1 - sigmoid);
      z[i] = value;
    }
    this.slope = slope;
    return z;
  }

  learn(delta, n) {
    const { inputs, outputs } = this;
    const columns = transposed(delta, n, outputs);
    this.weight.gradient = product(columns, transposed(this.input, n, inputs), outputs, inputs, n);
    for (let o = 0; o < outputs; o++) {
      let sum = 0;
      for (let i = o * n; i < (o + 1) * n; i++) sum += columns[i];
      this.bias.gradient[o] = sum;
    }
  }

  /// The error of the layer below, before its activation.
  back(delta, n, below) {
    const weight = transposed(this.weight.value, this.outputs, this.inputs);
    const lower = product(delta, weight, n, this.inputs, this.outputs);
    for (let i = 0; i < lower.length; i++) lower[i] *= below.slope[i];
    return lower;
  }

  descend(rate, time) {
    for (const parameter of [this.weight, this.bias]) adam(parameter, rate, time);
  }
}

function parameter(first) {
  const value = Float64Array.from(first);
  const like = () => numbers(value.length);
  return { value, gradient: like(), mean: like(), square: like() };
}

function adam({ value, gradient, mean, square }, rate, time) {
  const corrected = rate / (1 - BETA1 ** time);
  const correct = 1 / (1 - BETA2 ** time);
  for (let i = 0; i < value.length; i++) {
    const g = gradient[i];
    mean[i] = BETA1 * mean[i] + (1 - BETA1) * g;
    square[i] = BETA2 * square[i] + (1 - BETA2) * g * g;
    value[i] -= (corrected * mean[i]) / (Math.sqrt(square[i] * correct) + EPSILON);
  }
}

function transposed(a, rows, columns) {
  const out = numbers(a.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = a[r * columns + c];
  return out;
}

/// a [m,k] times the transpose of b [n,k]. Four rows by two columns at a time, so that sums stay in registers.
export function product(a, b, m, n, k) {
  const out = numbers(m * n);
  const evenRows = m - (m % 4);
  const evenColumns = n - (n % 2);
  for (let r = 0; r < evenRows; r += 4) {
    for (let c = 0; c < evenColumns; c += 2) block(a, b, out, r, c, n, k);
    for (let c = evenColumns; c < n; c++) for (let i = r; i < r + 4; i++) out[i * n + c] = dot(a, b, i * k, c * k, k);
  }
  for (let r = evenRows; r < m; r++) for (let c = 0; c < n; c++) out[r * n + c] = dot(a, b, r * k, c * k, k);
  return out;
}

function block(a, b, out, row, column, n, k) {
  const [a0, a1, a2, a3] = [row * k, row * k + k, row * k + 2 * k, row * k + 3 * k];
  const [b0, b1] = [column * k, column * k + k];
  let s00 = 0, s01 = 0, s10 = 0, s11 = 0, s20 = 0, s21 = 0, s30 = 0, s31 = 0;
  for (let i = 0; i < k; i++) {
    const x = b[b0 + i];
    const y = b[b1 + i];
    s00 += a[a0 + i] * x;
    s01 += a[a0 + i] * y;
    s10 += a[a1 + i] * x;
    s11 += a[a1 + i] * y;
    s20 += a[a2 + i] * x;
    s21 += a[a2 + i] * y;
    s30 += a[a3 + i] * x;
    s31 += a[a3 + i] * y;
  }
  let at = row * n + column;
  out[at] = s00;
  out[at + 1] = s01;
  out[(at += n)] = s10;
  out[at + 1] = s11;
  out[(at += n)] = s20;
  out[at + 1] = s21;
  out[(at += n)] = s30;
  out[at + 1] = s31;
}

function dot(a, b, i, j, k) {
  let sum = 0;
  for (let end = i + k; i < end; i++, j++) sum += a[i] * b[j];
  return sum;
}

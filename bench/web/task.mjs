// The task that every baseline trains on, prepared as Flowlab prepares it: fresh for each step, on the CPU.
//
// Flow matching from a standard Gaussian to two moons, or a checkerboard, with independent pairs and the CondOT schedule:
// x = (1 - t) x0 + t x1, input (x, y, t), target x1 - x0.

/// As in `flow::datasets::moons`: noise 0.05, centred, times 2.
const MOONS_NOISE = 0.1;
/// As in `flow::datasets::checkerboard`: squares of this width, a board of four by four.
const SQUARE = 1 / 0.45;

/// Small, fast and seeded (mulberry32): no baseline may lose time on its random numbers.
export function uniform(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = Math.imul(state ^ (state >>> 15), state | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 4294967296;
  };
}

/// Standard normals by Marsaglia's polar method, two at a time.
export function normal(random) {
  let spare = NaN;
  return () => {
    if (spare === spare) {
      const value = spare;
      spare = NaN;
      return value;
    }
    let u, v, s;
    do {
      u = 2 * random() - 1;
      v = 2 * random() - 1;
      s = u * u + v * v;
    } while (s >= 1 || s === 0);
    const scale = Math.sqrt((-2 * Math.log(s)) / s);
    spare = v * scale;
    return u * scale;
  };
}

const TARGETS = {
  moons(random, gauss, point) {
    const angle = Math.PI * random();
    const lower = random() < 0.5;
    const cos = Math.cos(angle);
    const sin = Math.sin(angle);
    point[0] = 2 * ((lower ? 1 - cos : cos) - 0.5) + MOONS_NOISE * gauss();
    point[1] = 2 * ((lower ? 0.5 - sin : sin) - 0.25) + MOONS_NOISE * gauss();
  },
  checkerboard(random, gauss, point) {
    const column = Math.floor(4 * random()) - 2;
    const row = (column & 1) - (random() < 0.5 ? 2 : 0);
    point[0] = SQUARE * (column + random());
    point[1] = SQUARE * (row + random());
  },
};

/// Gives a function that fills `input` [n,3] and `target` [n,2] anew each time it is called.
export function batches(seed, target = "moons") {
  const random = uniform(seed);
  const gauss = normal(random);
  const draw = TARGETS[target];
  const x1 = [0, 0];
  return (input, target) => {
    const n = target.length / 2;
    for (let i = 0; i < n; i++) {
      draw(random, gauss, x1);
      const x0 = gauss();
      const y0 = gauss();
      const t = random();
      input[3 * i] = (1 - t) * x0 + t * x1[0];
      input[3 * i + 1] = (1 - t) * y0 + t * x1[1];
      input[3 * i + 2] = t;
      target[2 * i] = x1[0] - x0;
      target[2 * i + 1] = x1[1] - y0;
    }
  };
}

/// The learning rate of each step: falling to 0 as the square of the share of steps left where a shape has a `limit`, as
/// in Flowlab; else constant.
export function rates({ lr = 1e-3, limit = 0 }) {
  return (taken) => lr * (limit ? Math.max(0, 1 - taken / limit) ** 2 : 1);
}

/// Inputs and outputs of each layer of a network of `depth` hidden layers: 3-64-64-64-2 for width 64, depth 3.
export function layers({ width, depth }) {
  const sizes = [3, ...Array(depth).fill(width), 2];
  return sizes.slice(1).map((out, i) => [sizes[i], out]);
}

/// Floating-point operations of one training step, as design section 7 counts them: six for each weight and sample.
export function flops({ width, depth, batch }) {
  return 6 * batch * layers({ width, depth }).reduce((sum, [i, o]) => sum + i * o, 0);
}

/// First weights, uniform within 1 / sqrt(inputs), as PyTorch and Burn draw them; [outputs][inputs], row by row.
export function firstWeights(shape, seed) {
  const random = uniform(seed);
  return layers(shape).map(([inputs, outputs]) => {
    const draw = () => (2 * random() - 1) / Math.sqrt(inputs);
    return {
      weight: Array.from({ length: inputs * outputs }, draw),
      bias: Array.from({ length: outputs }, draw),
    };
  });
}

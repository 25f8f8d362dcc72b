// What the CPU can do at most in WebAssembly: multiplications and additions of four floats, nothing loaded or stored.
//
// The module is assembled here by hand, because one loop is all there is: twelve independent chains
// acc = acc * factor + term, enough to keep two arithmetic units busy whatever their latency. There is no fused
// multiply-add in WebAssembly's deterministic SIMD, so this is also the most that the engine can reach.

const CHAINS = 12;
/// Rounds in one call: a few milliseconds.
const ROUNDS = 1_000_000;
const FLOPS_PER_ROUND = CHAINS * 4 * 2;

const I32 = 0x7f;
const V128 = 0x7b;
const F32 = 0x7d;

// Locals: the parameter (rounds), then the chains, then factor and term.
const FACTOR = 1 + CHAINS;
const TERM = FACTOR + 1;

const getLocal = (i) => [0x20, i];
const setLocal = (i) => [0x21, i];
const f32 = (value) => [0x43, ...new Uint8Array(Float32Array.of(value).buffer)];
const SPLAT = [0xfd, 0x13];
const ADD = [0xfd, 0xe4, 0x01];
const MUL = [0xfd, 0xe6, 0x01];
const chains = Array.from({ length: CHAINS }, (_, i) => 1 + i);

function body() {
  const constant = (local, value) => [...f32(value), ...SPLAT, ...setLocal(local)];
  const round = (i) => [...getLocal(i), ...getLocal(FACTOR), ...MUL, ...getLocal(TERM), ...ADD, ...setLocal(i)];
  const countDown = [...getLocal(0), 0x41, 1, 0x6b, 0x22, 0];
  const sum = chains.slice(1).flatMap((i) => [...getLocal(i), ...ADD]);
  return [
    ...[1, TERM, V128],
    ...constant(FACTOR, 0.999),
    ...constant(TERM, 0.001),
    ...chains.flatMap((i) => constant(i, i)),
    ...[0x03, 0x40],
    ...chains.flatMap(round),
    // Round again while the count is not zero.
    ...countDown,
    ...[0x0d, 0, 0x0b],
    // All chains are used in the end, so that none may be left out.
    ...getLocal(1),
    ...sum,
    ...[0xfd, 0x1f, 0, 0x0b],
  ];
}

function leb(n) {
  return n < 0x80 ? [n] : [(n & 0x7f) | 0x80, ...leb(n >>> 7)];
}

export function module() {
  const section = (id, bytes) => [id, ...leb(bytes.length), ...bytes];
  const code = body();
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 1, I32, 1, F32]),
    ...section(3, [1, 0]),
    ...section(7, [1, 4, ...new TextEncoder().encode("spin"), 0, 0]),
    ...section(10, [1, ...leb(code.length), ...code]),
  ]);
}

/// The best of several short runs, in GFLOP/s: a peak is not an average.
export async function peak({ seconds = 1 } = {}) {
  const { instance } = await WebAssembly.instantiate(module());
  const { spin } = instance.exports;
  const end = performance.now() + seconds * 1000;
  let best = 0;
  while (performance.now() < end) {
    const start = performance.now();
    spin(ROUNDS);
    best = Math.max(best, (ROUNDS * FLOPS_PER_ROUND) / (performance.now() - start) / 1e6);
  }
  return best;
}

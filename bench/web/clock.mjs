// One way to time a trainer, used for every side: Flowlab, TensorFlow.js, plain JavaScript.
//
// A trainer is `run(steps)`, whose promise resolves when that many steps are done, and `loss()`, its loss on a fixed
// set of points.

/// Warms up until the pace is known, then times about `seconds` of steps in one run. A side so slow that one step
/// takes longer than `patience` is timed by the single step it has made.
/// `clock.now()` gives milliseconds, as `performance` does.
export async function measure(trainer, { seconds = 3, warmup = 1, patience = 20, clock = performance } = {}) {
  const before = await trainer.loss();
  const { pace, last } = await warmUp(trainer, warmup, patience, clock);
  // Three steps at least, if there is patience for them: one alone may meet anything.
  const steps = Math.max(1, Math.min(3, Math.floor(patience / pace)), Math.round(seconds / pace));
  const timed = last > patience ? { steps: 1, took: last } : await time(trainer, steps, clock);
  const after = await trainer.loss();
  return {
    stepsPerSecond: timed.steps / timed.took,
    steps: timed.steps,
    seconds: timed.took,
    lossBefore: before,
    lossAfter: after,
    lossFell: after < before,
  };
}

/// Runs 1, 2, 4, ... steps until `warmup` seconds have gone by; gives the seconds a step of the last run took.
async function warmUp(trainer, warmup, patience, clock) {
  const start = clock.now();
  for (let steps = 1; ; steps *= 2) {
    const { took } = await time(trainer, steps, clock);
    const spent = (clock.now() - start) / 1000;
    // The first step compiles shaders, or waits for V8 to optimise: it is believed only where there is no patience for more.
    const believed = steps > 1 || took > patience;
    if (believed && spent >= warmup) return { pace: took / steps, last: took / steps };
  }
}

async function time(trainer, steps, clock) {
  const start = clock.now();
  await trainer.run(steps);
  return { steps, took: (clock.now() - start) / 1000 };
}

/// Trains a new trainer for `steps` steps, when another has compiled and warmed everything; gives the seconds, and the
/// weights it has then.
export async function complete(make, steps, clock = performance) {
  await (await make()).run(8);
  const trainer = await make();
  const { took } = await time(trainer, steps, clock);
  return { seconds: took, weights: await trainer.weights() };
}

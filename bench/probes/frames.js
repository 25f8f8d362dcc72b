// Runs in the page before its own scripts. Times the animation-frame callbacks: for each frame, the sum of all of them.
(() => {
  const request = window.requestAnimationFrame.bind(window);
  const frames = new Map();
  window.requestAnimationFrame = (callback) =>
    request((now) => {
      const start = performance.now();
      try {
        callback(now);
      } finally {
        frames.set(now, (frames.get(now) ?? 0) + performance.now() - start);
      }
    });
  window.benchFrames = { clear: () => frames.clear(), times: () => [...frames.keys()], work: () => [...frames.values()] };
})();

// Runs in the page before its own scripts. Tells whether the stage's picture has changed, by looking at the pixels:
// the only definition of "moves" that does not believe what the program says about itself.
(() => {
  const SIDE = 96;
  const small = new OffscreenCanvas(SIDE, SIDE).getContext("2d", { willReadFrequently: true });

  /// A number for what lane A shows now; null while there is nothing but one colour.
  function picture() {
    const canvas = document.querySelector('#stage .lane[data-lane="0"] canvas');
    if (!canvas?.width || !canvas.height) return null;
    small.clearRect(0, 0, SIDE, SIDE);
    small.drawImage(canvas, 0, 0, SIDE, SIDE);
    const pixels = new Uint32Array(small.getImageData(0, 0, SIDE, SIDE).data.buffer);
    let hash = 0;
    let plain = true;
    for (const pixel of pixels) {
      hash = (Math.imul(hash, 31) + pixel) | 0;
      plain &&= pixel === pixels[0];
    }
    return plain ? null : hash;
  }

  /// Resolves after the next frame has been drawn by everybody who draws in it.
  function frame() {
    const { port1, port2 } = new MessageChannel();
    return new Promise((resolve) => {
      port1.onmessage = resolve;
      requestAnimationFrame(() => port2.postMessage(0));
    });
  }

  /// The time at which a picture other than `before` was there.
  async function changed(before, patience = 30_000) {
    const end = performance.now() + patience;
    while (performance.now() < end) {
      await frame();
      const now = picture();
      if (now !== null && now !== before) return performance.now();
    }
    throw new Error(`the picture did not change within ${patience / 1000} s`);
  }

  /// Waits until the picture has been the same for half a second.
  async function still(patience = 30_000) {
    const end = performance.now() + patience;
    let [last, since] = [picture(), performance.now()];
    while (performance.now() < end) {
      await frame();
      const now = picture();
      if (now !== last) [last, since] = [now, performance.now()];
      else if (performance.now() - since > 500) return last;
    }
    throw new Error("the picture never came to rest");
  }

  window.benchPicture = { picture, changed, still, frame };
})();

// Runs in the page before its own scripts, after picture.js. Notes when the visit's stages were reached, in
// milliseconds since navigation began.
(() => {
  const { changed } = window.benchPicture;
  const until = (condition) =>
    new Promise((resolve) => {
      const timer = setInterval(async () => {
        if (!(await condition())) return;
        clearInterval(timer);
        resolve(performance.now());
      }, 5);
    });

  /// Two different pictures one after the other: the second is the first in motion.
  async function moved() {
    await changed(null);
    return changed(window.benchPicture.picture());
  }

  async function ready() {
    await until(() => window.flowlab);
    await window.flowlab.ready();
    return performance.now();
  }

  const trained = () => until(async () => (await window.flowlab?.get())?.figures?.[0]?.step > 0);

  const begin = new Promise((resolve) => addEventListener("DOMContentLoaded", resolve));
  window.benchStart = begin.then(() => Promise.all([moved(), ready(), trained()])).then(([moved, ready, trained]) => ({ moved, ready, trained, origin: performance.timeOrigin }));
})();

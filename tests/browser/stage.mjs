// The picture on the stage, as tests compare it.

/// The stage as a small grey picture, one lane after the other, and the share of it that is not paper.
export const picture = (page) =>
  page.evaluate(() => {
    const side = 48;
    const canvases = [...document.querySelectorAll(".lane:not([hidden]) .picture > canvas")];
    const pixels = canvases.flatMap((canvas) => {
      const small = new OffscreenCanvas(side, side).getContext("2d");
      small.drawImage(canvas, 0, 0, side, side);
      const { data } = small.getImageData(0, 0, side, side);
      return Array.from({ length: side * side }, (_, i) => data[4 * i] + data[4 * i + 1] + data[4 * i + 2]);
    });
    const paper = [...pixels].sort((a, b) => b - a)[Math.floor(pixels.length / 50)];
    return { pixels, drawn: pixels.filter((grey) => paper - grey > 24).length / pixels.length };
  });

/// The mean difference of two pictures, of 765; of different sizes they differ altogether.
export const apart = (a, b) =>
  a.length === b.length ? a.reduce((sum, grey, i) => sum + Math.abs(grey - b[i]), 0) / a.length : 765;

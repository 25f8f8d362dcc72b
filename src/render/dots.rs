//! Thousands of small discs as pixels, for surfaces on which that is faster than as many paths:
//! in software a browser's canvas takes three times as long to fill the paths.
//!
//! A disc is stamped: how much of each pixel it covers was computed once for its radius, at a few
//! positions within a pixel.

use super::color::Color;

/// Positions within a pixel, along each axis, that a disc's centre is rounded to.
const PHASES: usize = 4;
/// Points along each axis of a pixel at which a disc's coverage is sampled.
const SAMPLES: usize = 4;

/// Pixels that are transparent but for the discs stamped on them.
#[derive(Debug, Default)]
pub struct Dots {
    width: usize,
    height: usize,
    /// Four bytes a pixel (red, green, blue, opacity; not premultiplied), rows from the top.
    rgba: Vec<u8>,
    /// Rows that hold anything, as a range.
    rows: (usize, usize),
    stamps: Stamps,
}

/// A disc of one radius at every phase.
#[derive(Debug, Default)]
struct Stamps {
    radius: f32,
    side: usize,
    /// One square of coverages, 0 to 255, for each phase in y, then in x.
    coverage: Vec<u8>,
}

impl Stamps {
    fn new(radius: f32) -> Self {
        let side = 2 * (radius.ceil() as usize) + 2;
        let mut coverage = Vec::with_capacity(PHASES * PHASES * side * side);
        for phase in 0..PHASES * PHASES {
            let place = |phase: usize| (phase as f32 + 0.5) / PHASES as f32 + (side / 2 - 1) as f32;
            let centre = [place(phase % PHASES), place(phase / PHASES)];
            for pixel in 0..side * side {
                coverage.push(covered([pixel % side, pixel / side], centre, radius));
            }
        }
        Self {
            radius,
            side,
            coverage,
        }
    }

    fn at(&self, phase: usize) -> &[u8] {
        let size = self.side * self.side;
        &self.coverage[phase * size..(phase + 1) * size]
    }
}

/// How much of a pixel a disc covers, 0 to 255.
fn covered(pixel: [usize; 2], centre: [f32; 2], radius: f32) -> u8 {
    let mut inside = 0;
    for sample in 0..SAMPLES * SAMPLES {
        let at = |i: usize| (i as f32 + 0.5) / SAMPLES as f32;
        let dx = pixel[0] as f32 + at(sample % SAMPLES) - centre[0];
        let dy = pixel[1] as f32 + at(sample / SAMPLES) - centre[1];
        inside += usize::from(dx * dx + dy * dy <= radius * radius);
    }
    (inside * 255 / (SAMPLES * SAMPLES)) as u8
}

impl Dots {
    /// Transparent pixels.
    pub fn new(width: usize, height: usize) -> Self {
        Self {
            width,
            height,
            rgba: vec![0; 4 * width * height],
            ..Self::default()
        }
    }

    /// Whether there is nothing to be seen.
    pub fn is_empty(&self) -> bool {
        self.rows.0 >= self.rows.1
    }

    /// The first row that holds anything, and the pixels from there to the last.
    pub fn pixels(&self) -> (usize, &[u8]) {
        let (from, to) = self.rows;
        (from, &self.rgba[4 * self.width * from..4 * self.width * to])
    }

    /// Makes all pixels transparent again.
    pub fn clear(&mut self) {
        let (from, to) = std::mem::take(&mut self.rows);
        self.rgba[4 * self.width * from..4 * self.width * to].fill(0);
    }

    /// Stamps discs: `x, y` of each centre and the radius, in units of `scale` pixels.
    pub fn stamp(&mut self, centres: &[f32], radius: f32, color: Color, scale: f32) {
        let radius = radius * scale;
        if self.stamps.radius != radius {
            self.stamps = Stamps::new(radius);
        }
        for centre in centres.chunks_exact(2) {
            self.stamp_one(centre[0] * scale, centre[1] * scale, color);
        }
    }

    #[cfg_attr(small, optimize(speed))]
    fn stamp_one(&mut self, x: f32, y: f32, color: Color) {
        let side = self.stamps.side;
        let reach = (side / 2 - 1) as f32;
        let (left, top) = (x.floor() - reach, y.floor() - reach);
        // What is not wholly inside is left out pixel by pixel, what is far outside at once.
        let (right, bottom) = (self.width as f32, self.height as f32);
        let end = side as f32;
        if !(left > -end && top > -end && left < right && top < bottom) {
            return;
        }
        let phase = |at: f32| (((at - at.floor()) * PHASES as f32) as usize).min(PHASES - 1);
        let stamp = self.stamps.at(phase(y) * PHASES + phase(x));
        let (left, top) = (left as isize, top as isize);
        let rows = clipped(top, side, self.height);
        let columns = clipped(left, side, self.width);
        for row in rows.clone() {
            let line = (top + row as isize) as usize * self.width;
            for column in columns.clone() {
                let at = 4 * (line + (left + column as isize) as usize);
                let pixel = &mut self.rgba[at..at + 4];
                blend(pixel, color, stamp[row * side + column]);
            }
        }
        self.touch(top, rows);
    }

    fn touch(&mut self, top: isize, rows: std::ops::Range<usize>) {
        let from = (top + rows.start as isize) as usize;
        let to = (top + rows.end as isize) as usize;
        self.rows = if self.is_empty() {
            (from, to)
        } else {
            (self.rows.0.min(from), self.rows.1.max(to))
        };
    }
}

/// The part of `0..side`, laid at `start`, that falls on `0..length`.
fn clipped(start: isize, side: usize, length: usize) -> std::ops::Range<usize> {
    let from = (-start).max(0) as usize;
    let to = (length as isize - start).clamp(from as isize, side as isize);
    from..to as usize
}

/// Lays a colour over a pixel, as far as it covers it.
fn blend(pixel: &mut [u8], color: Color, coverage: u8) {
    let cover = u32::from(coverage) * (color.a * 256.0) as u32 / 256;
    if cover == 0 {
        return;
    }
    let below = u32::from(pixel[3]) * (255 - cover) / 255;
    let opacity = cover + below;
    for (byte, new) in pixel.iter_mut().zip([color.r, color.g, color.b]) {
        *byte = ((u32::from(new) * cover + u32::from(*byte) * below) / opacity) as u8;
    }
    pixel[3] = opacity as u8;
}

#[cfg(test)]
mod tests {
    use super::*;

    const RED: Color = Color::hex(0xff0000);
    const BLUE: Color = Color::hex(0x0000ff);

    /// The sum of all opacities, in pixels.
    fn area(dots: &Dots) -> f64 {
        let opacities = dots.rgba.iter().skip(3).step_by(4);
        opacities.map(|&a| f64::from(a) / 255.0).sum()
    }

    #[test]
    fn a_disc_covers_its_area_and_is_centred() {
        for (radius, scale) in [(2.4, 1.0), (1.2, 2.0), (5.0, 1.5)] {
            let mut dots = Dots::new(64, 64);
            dots.stamp(&[20.3, 21.6], radius, RED, scale);
            let r = f64::from(radius * scale);
            let disc = std::f64::consts::PI * r * r;
            assert!(
                (area(&dots) / disc - 1.0).abs() < 0.04,
                "{} {disc}",
                area(&dots)
            );
            let mean = |axis: usize| {
                let weight = |i: usize| f64::from(dots.rgba[4 * i + 3]) / 255.0;
                let place = |i: usize| [i % 64, i / 64][axis] as f64 + 0.5;
                (0..64 * 64).map(|i| weight(i) * place(i)).sum::<f64>() / area(&dots)
            };
            assert!((mean(0) - 20.3 * f64::from(scale)).abs() < 0.2);
            assert!((mean(1) - 21.6 * f64::from(scale)).abs() < 0.2);
        }
    }

    #[test]
    fn discs_may_lie_anywhere() {
        let mut dots = Dots::new(10, 10);
        let far = [
            -3.0,
            5.0,
            12.0,
            12.0,
            1e9,
            5.0,
            f32::NAN,
            1.0,
            0.0,
            0.0,
            9.9,
            9.9,
        ];
        dots.stamp(&far, 2.0, RED, 1.0);
        let corner = 4 * std::f64::consts::PI as usize;
        assert!(area(&dots) < corner as f64);
        assert_eq!(dots.pixels().0, 0);
    }

    #[test]
    fn what_is_cleared_is_transparent() {
        let mut dots = Dots::new(16, 16);
        dots.stamp(&[8.0, 8.0], 3.0, RED, 1.0);
        assert!(!dots.is_empty() && area(&dots) > 20.0);
        dots.clear();
        assert!(dots.is_empty() && dots.pixels().1.is_empty());
        assert_eq!(area(&dots), 0.0);
    }

    #[test]
    fn the_last_disc_lies_on_top() {
        let mut dots = Dots::new(16, 16);
        dots.stamp(&[8.0, 8.0], 4.0, RED, 1.0);
        dots.stamp(&[8.0, 8.0], 2.0, BLUE, 1.0);
        let at = 4 * (8 * 16 + 8);
        assert_eq!(dots.rgba[at..at + 4], [0, 0, 255, 255]);
        assert!(dots.rgba.chunks(4).any(|p| p == [255, 0, 0, 255]));
    }
}

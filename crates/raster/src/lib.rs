//! A [`Surface`] of pixels in memory: what the page shows.
//!
//! A browser without a GPU paints a canvas on the page's main thread, and what costs there is the
//! path: 220 trajectories took it longer than everything else of a frame. Here a line of the width of
//! a pixel is a few multiplications for each pixel it touches, wherever there is no GPU and wherever
//! there is one, and the finished picture is handed over in one go.
//!
//! Everything is anti-aliased, and everything lies on an opaque ground, so that laying a colour over
//! a pixel takes no division.

pub mod color;
mod coverage;
mod discs;
mod ink;
mod lines;
mod polygons;
mod stretch;
pub mod surface;

use crate::color::Color;
use crate::surface::{Image, Rect, Stroke, Surface};
use coverage::Coverage;
use discs::Stamps;
use ink::{Ink, opaque};
use lines::Pen;
use polygons::Fill;
use stretch::Stretch;

/// Pixels of a rectangle: from the first to before the second, along each axis.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Bounds {
    x: (usize, usize),
    y: (usize, usize),
}

impl Bounds {
    /// The pixels of an interval `from..to` along one axis: those whose middle is inside.
    fn within((first, end): (usize, usize), from: f32, to: f32) -> (usize, usize) {
        // The conversion rounds down, saturates, and takes what is not a number as 0.
        let cut = |at: f32| ((at + 0.5) as usize).clamp(first, end);
        (cut(from), cut(to).max(cut(from)))
    }
}

/// Where and how something is to be written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Label {
    pub middle: [f32; 2],
    pub size: f32,
    pub color: Color,
    /// Where its text ends among those of all labels.
    end: usize,
}

/// Pixels, and the memory it takes to draw on them.
#[derive(Debug, Default)]
pub struct Raster {
    width: usize,
    height: usize,
    /// Pixels in a unit of the drawing.
    scale: f32,
    /// Opaque ones, rows from the top, in memory red, green, blue, 255.
    pixels: Vec<u32>,
    clip: Bounds,
    coverage: Coverage,
    stamps: Stamps,
    fill: Fill,
    stretch: Stretch,
    labels: Vec<Label>,
    /// The texts of all labels, one after the other.
    texts: String,
}

impl Raster {
    /// So many pixels wide and high, `scale` of them in a unit of the drawing. Memory is taken when
    /// something is drawn.
    pub fn new(width: usize, height: usize, scale: f32) -> Self {
        Self {
            width,
            height,
            scale,
            ..Self::default()
        }
    }

    /// Four bytes a pixel (red, green, blue, 255), rows from the top; empty before anything is drawn.
    pub fn bytes(&self) -> &[u8] {
        bytemuck::cast_slice(&self.pixels)
    }

    /// What is to be written over the pixels, by whoever has fonts.
    pub fn labels(&self) -> impl Iterator<Item = (&str, Label)> {
        let mut begin = 0;
        self.labels.iter().map(move |&label| {
            let text = &self.texts[begin..label.end];
            begin = label.end;
            (text, label)
        })
    }

    fn whole(&self) -> Bounds {
        Bounds {
            x: (0, self.width),
            y: (0, self.height),
        }
    }

    fn pen(&mut self, stroke: Stroke) -> Pen<'_> {
        Pen::new(&mut self.coverage, self.clip, self.scale, stroke)
    }

    /// Gives what the marks of a call cover its colour.
    fn lay(&mut self, color: Color) {
        self.coverage.lay(Ink::of(color), &mut self.pixels);
    }
}

impl Surface for Raster {
    fn clear(&mut self, color: Color) {
        self.pixels.resize(self.width * self.height, 0);
        self.pixels.fill(opaque([color.r, color.g, color.b]));
        self.coverage.fit(self.width, self.height);
        self.clip = self.whole();
        self.labels.clear();
        self.texts.clear();
    }

    fn clip(&mut self, to: Option<Rect>) {
        let (whole, scale) = (self.whole(), self.scale);
        self.clip = to.map_or(whole, |rect| Bounds {
            x: Bounds::within(whole.x, rect.x * scale, (rect.x + rect.width) * scale),
            y: Bounds::within(whole.y, rect.y * scale, (rect.y + rect.height) * scale),
        });
    }

    fn discs(&mut self, centres: &[f32], radius: f32, color: Color) {
        let (ink, scale) = (Ink::of(color), self.scale);
        let stamp = self.stamps.of(radius * scale);
        for centre in centres.as_chunks::<2>().0 {
            let at = centre.map(|x| x * scale);
            stamp.lay(at, ink, &mut self.pixels, self.width, self.clip);
        }
    }

    fn squares(&mut self, centres: &[f32], half: f32, color: Color) {
        let scale = self.scale;
        for centre in centres.as_chunks::<2>().0 {
            let at = centre.map(|x| x * scale);
            polygons::square(at, half * scale, &mut self.coverage, self.clip);
        }
        self.lay(color);
    }

    fn triangles(&mut self, corners: &[f32], color: Color) {
        let scale = self.scale;
        for triangle in corners.as_chunks::<6>().0 {
            let at = triangle.map(|x| x * scale);
            self.fill.triangle(at, &mut self.coverage, self.clip);
        }
        self.lay(color);
    }

    fn segments(&mut self, ends: &[f32], stroke: Stroke) {
        let mut pen = self.pen(stroke);
        ends.as_chunks::<4>()
            .0
            .iter()
            .for_each(|ends| pen.line(ends));
        self.lay(stroke.color);
    }

    fn polylines(&mut self, points: &[f32], lengths: &[u32], stroke: Stroke) {
        let (mut pen, mut rest) = (self.pen(stroke), points);
        for &length in lengths {
            let (line, after) = rest.split_at((2 * length as usize).min(rest.len()));
            pen.line(line);
            rest = after;
        }
        self.lay(stroke.color);
    }

    fn label(&mut self, text: &str, middle: [f32; 2], size: f32, color: Color) {
        self.texts.push_str(text);
        self.labels.push(Label {
            middle,
            size,
            color,
            end: self.texts.len(),
        });
    }

    fn image(&mut self, image: Image<'_>, place: Rect) {
        let scale = self.scale;
        let place = [place.x, place.y, place.width, place.height].map(|x| x * scale);
        self.stretch
            .lay(&image, place, &mut self.pixels, self.width, self.clip);
    }
}

//! What a drawing needs from whatever it is drawn on.
//!
//! Two things implement it: pixels in memory ([`raster::Raster`]), and [`super::svg::Svg`].
//! Coordinates are CSS pixels with the origin at the top left and y pointing down; the pixels of a
//! dense screen scale them themselves. A call carries many marks of one look, because what costs is the call and the change
//! of colour, not the mark. Marks of one call that overlap may or may not add up their opacity.

use crate::color::Color;

/// A rectangle in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rect {
    pub x: f32,
    pub y: f32,
    pub width: f32,
    pub height: f32,
}

/// How a line looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stroke {
    /// In CSS pixels.
    pub width: f32,
    pub color: Color,
    /// Length of the dashes, and of the gaps between them, in CSS pixels; `None` for a solid line.
    pub dash: Option<f32>,
    /// Whether the line ends where another begins, so that a pixel may be of one or of the other.
    pub abutting: bool,
}

impl Stroke {
    /// A solid line.
    pub const fn solid(width: f32, color: Color) -> Self {
        Self {
            width,
            color,
            dash: None,
            abutting: false,
        }
    }

    /// The same line, as a part of one.
    pub const fn abutting(self) -> Self {
        Self {
            abutting: true,
            ..self
        }
    }

    /// The same line, dashed.
    pub const fn dashed(self, dash: f32) -> Self {
        Self {
            dash: Some(dash),
            ..self
        }
    }
}

/// A picture made of pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Image<'a> {
    /// Four bytes a pixel (red, green, blue, 255), rows from the top. Enlarged, colours between those
    /// of the pixels are shown between them.
    pub rgba: &'a [u8],
    pub width: usize,
    pub height: usize,
}

/// Something to draw on.
///
/// All coordinates are finite: callers leave out points that are not. Lines end flat and join
/// round. Empty slices draw nothing.
pub trait Surface {
    /// Fills everything with an opaque colour.
    fn clear(&mut self, color: Color);

    /// Keeps what follows inside a rectangle, or lifts that restriction. Does not nest.
    fn clip(&mut self, to: Option<Rect>);

    /// Filled discs: `x, y` of each centre.
    fn discs(&mut self, centres: &[f32], radius: f32, color: Color);

    /// Filled upright squares: `x, y` of each centre, and half the side.
    fn squares(&mut self, centres: &[f32], half: f32, color: Color);

    /// Filled triangles: `x, y` of three corners each.
    fn triangles(&mut self, corners: &[f32], color: Color);

    /// Straight lines: `x, y` of both ends each.
    fn segments(&mut self, ends: &[f32], stroke: Stroke);

    /// Open polylines: all their `x, y` one after the other, and the number of points of each.
    fn polylines(&mut self, points: &[f32], lengths: &[u32], stroke: Stroke);

    /// A short number or formula, upright, its middle at a pixel; never words, which are the page's.
    /// It may come to lie above all that is not written.
    fn label(&mut self, text: &str, middle: [f32; 2], size: f32, color: Color);

    /// A picture, stretched over a rectangle.
    fn image(&mut self, image: Image<'_>, place: Rect);
}

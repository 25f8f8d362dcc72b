//! A canvas as a [`Surface`]: many marks a path, and screens of any density.

use super::dom::{create, window};
use crate::render::color::Color;
use crate::render::dots::Dots;
use crate::render::surface::{Image, Rect, Stroke, Surface};
use std::f64::consts::TAU;
use std::fmt::Write;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageBitmap, ImageData};

/// Coordinates of so many discs, each no larger than that, are stamped as pixels.
const MANY: usize = 200;
const SMALL: f32 = 12.0;

/// A canvas and the look it was last set to, since changes of look are what costs.
pub struct Canvas {
    pub element: HtmlCanvasElement,
    context: CanvasRenderingContext2d,
    /// In CSS pixels.
    pub width: f32,
    pub height: f32,
    /// Pixels of the screen in one of CSS.
    ratio: f64,
    fill: Option<Color>,
    line: Option<Stroke>,
    css: String,
    dashes: js_sys::Array,
    pixels: Option<Pixels>,
    /// Discs that are stamped and not yet laid on the canvas.
    dots: Dots,
    layer: Option<Pixels>,
}

/// The canvas behind the canvas, on which pictures are laid before they are stretched.
struct Pixels {
    canvas: HtmlCanvasElement,
    context: CanvasRenderingContext2d,
    data: ImageData,
    bytes: js_sys::Uint8ClampedArray,
}

fn context(canvas: &HtmlCanvasElement) -> CanvasRenderingContext2d {
    let context = canvas.get_context("2d").ok().flatten();
    context.expect("every browser draws in 2d").unchecked_into()
}

/// Width and pixels (four bytes each, rows from the top) of a picture, made smaller so that its longer
/// side has at most so many.
pub fn pixels_of(picture: &ImageBitmap, side: f64) -> Option<(usize, Vec<u8>)> {
    let (wide, high) = (f64::from(picture.width()), f64::from(picture.height()));
    let scale = (side / wide.max(high)).min(1.0);
    let [width, height] = [wide, high].map(|length| (length * scale).round().max(1.0));
    let canvas: HtmlCanvasElement = create("canvas");
    canvas.set_width(width as u32);
    canvas.set_height(height as u32);
    let context = context(&canvas);
    context
        .draw_image_with_image_bitmap_and_dw_and_dh(picture, 0.0, 0.0, width, height)
        .ok()?;
    let data = context.get_image_data(0.0, 0.0, width, height).ok()?;
    Some((width as usize, data.data().0))
}

impl Canvas {
    /// A canvas that is on no page: so many CSS pixels wide and high, `ratio` pixels each.
    pub fn off_page(width: f32, height: f32, ratio: f64) -> Self {
        let element: HtmlCanvasElement = create("canvas");
        let mut canvas = Self::new(element);
        canvas.resize(f64::from(width), f64::from(height), ratio);
        canvas
    }

    /// Its pixels: four bytes each, rows from the top.
    pub fn pixels(&self) -> Option<Vec<u8>> {
        let (width, height) = (self.element.width(), self.element.height());
        let data = self
            .context
            .get_image_data(0.0, 0.0, width.into(), height.into());
        Some(data.ok()?.data().0)
    }

    /// Lays another canvas on this one, its left edge so many pixels from the left.
    pub fn lay(&self, other: &Self, left: f64) {
        let _ = self.context.set_transform(1.0, 0.0, 0.0, 1.0, 0.0, 0.0);
        let _ = self
            .context
            .draw_image_with_html_canvas_element(&other.element, left, 0.0);
        let _ = self
            .context
            .set_transform(self.ratio, 0.0, 0.0, self.ratio, 0.0, 0.0);
    }

    pub fn new(element: HtmlCanvasElement) -> Self {
        Self {
            context: context(&element),
            element,
            width: 0.0,
            height: 0.0,
            ratio: 1.0,
            fill: None,
            line: None,
            css: String::new(),
            dashes: js_sys::Array::new(),
            pixels: None,
            dots: Dots::default(),
            layer: None,
        }
    }

    /// Takes the size that the page's layout gives the canvas.
    pub fn measure(&mut self) {
        let (width, height) = (self.element.client_width(), self.element.client_height());
        let ratio = window().device_pixel_ratio().max(0.25);
        self.resize(width.into(), height.into(), ratio);
    }

    fn resize(&mut self, width: f64, height: f64, ratio: f64) {
        let pixels = |css: f64| (css * ratio).round() as u32;
        self.width = width as f32;
        self.height = height as f32;
        // Setting a size clears the canvas, so only a new one is set.
        if self.element.width() != pixels(width) {
            self.element.set_width(pixels(width));
        }
        if self.element.height() != pixels(height) {
            self.element.set_height(pixels(height));
        }
        let (wide, high) = (self.element.width(), self.element.height());
        self.dots = Dots::new(wide as usize, high as usize);
        self.layer = None;
        self.ratio = ratio;
        let _ = self.context.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0);
        self.context.set_line_cap("round");
        self.context.set_line_join("round");
        self.forget();
    }

    /// Lays the discs that are stamped on the canvas. Whatever is drawn next lies above them.
    pub fn lay_dots(&mut self) {
        if self.dots.is_empty() {
            return;
        }
        let (width, height) = (self.element.width(), self.element.height());
        if self.layer.is_none() {
            self.layer = Pixels::new(width, height);
        }
        if let Some(layer) = &self.layer {
            let (row, rows) = layer.lay_rows(&self.dots, width);
            let context = &self.context;
            let _ = context.set_transform(1.0, 0.0, 0.0, 1.0, 0.0, 0.0);
            let _ = context
                .draw_image_with_html_canvas_element_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
                    &layer.canvas,
                    0.0,
                    row,
                    width.into(),
                    rows,
                    0.0,
                    row,
                    width.into(),
                    rows,
                );
            let _ = context.set_transform(self.ratio, 0.0, 0.0, self.ratio, 0.0, 0.0);
        }
        self.dots.clear();
    }

    /// The context's look is not what it was set to last.
    fn forget(&mut self) {
        self.fill = None;
        self.line = None;
    }

    fn set_fill(&mut self, color: Color) {
        if self.fill != Some(color) {
            self.css.clear();
            let _ = write!(self.css, "{color}");
            self.context.set_fill_style_str(&self.css);
            self.fill = Some(color);
        }
    }

    fn set_line(&mut self, stroke: Stroke) {
        if self.line == Some(stroke) {
            return;
        }
        self.css.clear();
        let _ = write!(self.css, "{}", stroke.color);
        self.context.set_stroke_style_str(&self.css);
        self.context.set_line_width(f64::from(stroke.width));
        self.dashes.set_length(0);
        if let Some(dash) = stroke.dash {
            self.dashes.push(&f64::from(dash).into());
        }
        let _ = self.context.set_line_dash(&self.dashes);
        self.line = Some(stroke);
    }

    fn move_to(&self, point: &[f32]) {
        self.context
            .move_to(f64::from(point[0]), f64::from(point[1]));
    }

    fn line_to(&self, point: &[f32]) {
        self.context
            .line_to(f64::from(point[0]), f64::from(point[1]));
    }
}

impl Pixels {
    fn new(width: u32, height: u32) -> Option<Self> {
        let canvas: HtmlCanvasElement = create("canvas");
        canvas.set_width(width);
        canvas.set_height(height);
        let data = ImageData::new_with_sw(width, height).ok()?;
        Some(Self {
            context: context(&canvas),
            bytes: super::dom::property(&data, "data").unchecked_into(),
            canvas,
            data,
        })
    }

    fn fits(&self, image: &Image<'_>) -> bool {
        self.data.width() as usize == image.width && self.data.height() as usize == image.height
    }

    /// Takes over the rows that hold discs, and gives the first and the number of them.
    fn lay_rows(&self, dots: &Dots, width: u32) -> (f64, f64) {
        let (row, bytes) = dots.pixels();
        let start = 4 * width * row as u32;
        self.bytes
            .subarray(start, start + bytes.len() as u32)
            .copy_from(bytes);
        let (row, rows) = (row as f64, (bytes.len() / (4 * width as usize)) as f64);
        // Putting replaces the rows as they are, so nothing of an earlier frame shines through.
        let _ = self
            .context
            .put_image_data_with_dirty_x_and_dirty_y_and_dirty_width_and_dirty_height(
                &self.data,
                0.0,
                0.0,
                0.0,
                row,
                width.into(),
                rows,
            );
        (row, rows)
    }

    fn lay(&self, image: &Image<'_>) {
        self.bytes.copy_from(image.rgba);
        let _ = self.context.put_image_data(&self.data, 0.0, 0.0);
    }
}

impl Surface for Canvas {
    fn clear(&mut self, color: Color) {
        self.set_fill(color);
        let (width, height) = (f64::from(self.width), f64::from(self.height));
        // A pixel more, since the ratio may leave a fraction of one at the edge.
        self.context.fill_rect(0.0, 0.0, width + 1.0, height + 1.0);
    }

    fn clip(&mut self, to: Option<Rect>) {
        self.lay_dots();
        match to {
            Some(rect) => {
                self.context.save();
                self.context.begin_path();
                let [x, y, w, h] = [rect.x, rect.y, rect.width, rect.height].map(f64::from);
                self.context.rect(x, y, w, h);
                self.context.clip();
            }
            None => {
                self.context.restore();
                self.forget();
            }
        }
    }

    fn discs(&mut self, centres: &[f32], radius: f32, color: Color) {
        if centres.len() >= MANY && radius <= SMALL {
            return self.dots.stamp(centres, radius, color, self.ratio as f32);
        }
        self.lay_dots();
        self.set_fill(color);
        let radius = f64::from(radius);
        self.context.begin_path();
        for centre in centres.chunks_exact(2) {
            let (x, y) = (f64::from(centre[0]), f64::from(centre[1]));
            self.context.move_to(x + radius, y);
            let _ = self.context.arc(x, y, radius, 0.0, TAU);
        }
        self.context.fill();
    }

    fn squares(&mut self, centres: &[f32], half: f32, color: Color) {
        self.lay_dots();
        self.set_fill(color);
        let half = f64::from(half);
        self.context.begin_path();
        for centre in centres.chunks_exact(2) {
            let (x, y) = (f64::from(centre[0]), f64::from(centre[1]));
            self.context
                .rect(x - half, y - half, 2.0 * half, 2.0 * half);
        }
        self.context.fill();
    }

    fn triangles(&mut self, corners: &[f32], color: Color) {
        self.lay_dots();
        self.set_fill(color);
        self.context.begin_path();
        for triangle in corners.chunks_exact(6) {
            self.move_to(&triangle[..2]);
            self.line_to(&triangle[2..4]);
            self.line_to(&triangle[4..]);
            self.context.close_path();
        }
        self.context.fill();
    }

    fn segments(&mut self, ends: &[f32], stroke: Stroke) {
        self.lay_dots();
        self.set_line(stroke);
        self.context.begin_path();
        for segment in ends.chunks_exact(4) {
            self.move_to(&segment[..2]);
            self.line_to(&segment[2..]);
        }
        self.context.stroke();
    }

    fn polylines(&mut self, points: &[f32], lengths: &[u32], stroke: Stroke) {
        self.lay_dots();
        self.set_line(stroke);
        self.context.begin_path();
        let mut rest = points;
        for &length in lengths {
            let (line, after) = rest.split_at((2 * length as usize).min(rest.len()));
            rest = after;
            let mut points = line.chunks_exact(2);
            if let Some(first) = points.next() {
                self.move_to(first);
            }
            for point in points {
                self.line_to(point);
            }
        }
        self.context.stroke();
    }

    fn label(&mut self, text: &str, [x, y]: [f32; 2], size: f32, color: Color) {
        self.lay_dots();
        self.set_fill(color);
        self.context
            .set_font(&format!("{size}px system-ui, sans-serif"));
        self.context.set_text_align("center");
        self.context.set_text_baseline("middle");
        let _ = self.context.fill_text(text, x.into(), y.into());
    }

    fn image(&mut self, image: Image<'_>, place: Rect) {
        self.lay_dots();
        if !self
            .pixels
            .as_ref()
            .is_some_and(|pixels| pixels.fits(&image))
        {
            self.pixels = Pixels::new(image.width as u32, image.height as u32);
        }
        let Some(pixels) = &self.pixels else { return };
        pixels.lay(&image);
        self.context.set_image_smoothing_enabled(image.smooth);
        let [x, y, w, h] = [place.x, place.y, place.width, place.height].map(f64::from);
        let _ = self
            .context
            .draw_image_with_html_canvas_element_and_dw_and_dh(&pixels.canvas, x, y, w, h);
    }
}

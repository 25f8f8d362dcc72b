//! A canvas of the page: shows the pixels of a drawing, on screens of any density.

use super::dom::{create, window};
use raster::color::Color;
use raster::{Label, Raster};
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageBitmap, ImageData};

/// A canvas, and the drawing it shows.
pub struct Canvas {
    pub element: HtmlCanvasElement,
    context: CanvasRenderingContext2d,
    /// In CSS pixels.
    pub width: f32,
    pub height: f32,
    /// Pixels of the screen in one of CSS.
    ratio: f64,
    /// What is drawn on; seen once it is shown.
    pub raster: Raster,
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

    /// Fills all of it with a colour.
    pub fn fill(&self, color: Color) {
        let (width, height) = (self.element.width(), self.element.height());
        self.context.set_fill_style_str(&color.to_string());
        self.context
            .fill_rect(0.0, 0.0, width.into(), height.into());
    }

    /// Lays another canvas on this one, its left edge so many pixels from the left.
    pub fn lay(&self, other: &Self, left: f64) {
        let _ = self
            .context
            .draw_image_with_html_canvas_element(&other.element, left, 0.0);
    }

    pub fn new(element: HtmlCanvasElement) -> Self {
        Self {
            context: context(&element),
            element,
            width: 0.0,
            height: 0.0,
            ratio: 1.0,
            raster: Raster::default(),
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
        self.ratio = ratio;
        let (wide, high) = (
            self.element.width() as usize,
            self.element.height() as usize,
        );
        self.raster = Raster::new(wide, high, ratio as f32);
    }

    /// Shows what has been drawn.
    pub fn show(&self) {
        // Read where it lies in the program's memory; a canvas without size shows nothing.
        let pixels = Clamped(self.raster.bytes());
        let data = ImageData::new_with_u8_clamped_array(pixels, self.element.width());
        if let Ok(data) = data {
            let _ = self.context.put_image_data(&data, 0.0, 0.0);
        }
        for (text, label) in self.raster.labels() {
            self.write(text, label);
        }
    }

    fn write(&self, text: &str, label: Label) {
        let [x, y] = label.middle.map(|x| f64::from(x) * self.ratio);
        let size = f64::from(label.size) * self.ratio;
        let context = &self.context;
        context.set_fill_style_str(&label.color.to_string());
        context.set_font(&format!("{size}px system-ui, sans-serif"));
        context.set_text_align("center");
        context.set_text_baseline("middle");
        let _ = context.fill_text(text, x, y);
    }
}

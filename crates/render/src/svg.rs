//! A [`Surface`] that writes SVG: for export, and to look at what was drawn without a browser.

use super::png;
use raster::color::Color;
use raster::surface::{Image, Rect, Stroke, Surface};
use std::fmt::Write;

/// A drawing as SVG text.
#[derive(Clone, Debug)]
pub struct Svg {
    text: String,
    width: f32,
    height: f32,
    clips: usize,
    clipped: bool,
}

impl Svg {
    /// An empty drawing of that size in CSS pixels.
    pub fn new(width: f32, height: f32) -> Self {
        let mut svg = Self {
            text: String::new(),
            width,
            height,
            clips: 0,
            clipped: false,
        };
        svg.put(format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\">\n"
        ));
        svg
    }

    /// The finished text.
    pub fn finish(mut self) -> String {
        self.clip(None);
        self.text.push_str("</svg>\n");
        self.text
    }

    fn put(&mut self, text: std::fmt::Arguments) {
        // Writing to a string cannot fail.
        let _ = self.text.write_fmt(text);
    }

    /// Opens a path element; its commands follow, then [`Svg::fill`] or [`Svg::stroke`].
    fn path(&mut self) {
        self.text.push_str("<path d=\"");
    }

    /// A command of a path and its point. A hundredth of a pixel is finer than any screen.
    fn go(&mut self, command: char, x: f32, y: f32) {
        let hundredths = |value: f32| f64::from((value * 100.0).round()) / 100.0;
        self.put(format_args!("{command}{} {}", hundredths(x), hundredths(y)));
    }

    fn fill(&mut self, color: Color) {
        let Color { r, g, b, a } = color;
        self.put(format_args!(
            "\" fill=\"#{r:02x}{g:02x}{b:02x}\" fill-opacity=\"{a}\"/>\n"
        ));
    }

    fn stroke(&mut self, stroke: Stroke) {
        let (Color { r, g, b, a }, width) = (stroke.color, stroke.width);
        self.put(format_args!(
            "\" fill=\"none\" stroke=\"#{r:02x}{g:02x}{b:02x}\" stroke-opacity=\"{a}\" \
             stroke-width=\"{width}\" stroke-linejoin=\"round\""
        ));
        if let Some(dash) = stroke.dash {
            self.put(format_args!(" stroke-dasharray=\"{dash}\""));
        }
        self.text.push_str("/>\n");
    }
}

impl Surface for Svg {
    fn clear(&mut self, color: Color) {
        let (width, height) = (self.width, self.height);
        self.put(format_args!(
            "<rect width=\"{width}\" height=\"{height}\" fill=\"{color}\"/>\n"
        ));
    }

    fn clip(&mut self, to: Option<Rect>) {
        if std::mem::take(&mut self.clipped) {
            self.text.push_str("</g>\n");
        }
        if let Some(Rect {
            x,
            y,
            width,
            height,
        }) = to
        {
            let id = self.clips;
            self.put(format_args!(
                "<clipPath id=\"clip{id}\"><rect x=\"{x}\" y=\"{y}\" width=\"{width}\" \
                 height=\"{height}\"/></clipPath>\n<g clip-path=\"url(#clip{id})\">\n"
            ));
            self.clips += 1;
            self.clipped = true;
        }
    }

    fn discs(&mut self, centres: &[f32], radius: f32, color: Color) {
        if centres.is_empty() {
            return;
        }
        self.path();
        for centre in centres.chunks_exact(2) {
            self.go('M', centre[0] - radius, centre[1]);
            let across = 2.0 * radius;
            self.put(format_args!(
                "a{radius} {radius} 0 1 1 {across} 0a{radius} {radius} 0 1 1 -{across} 0z"
            ));
        }
        self.fill(color);
    }

    fn squares(&mut self, centres: &[f32], half: f32, color: Color) {
        if centres.is_empty() {
            return;
        }
        self.path();
        for centre in centres.chunks_exact(2) {
            self.go('M', centre[0] - half, centre[1] - half);
            let side = 2.0 * half;
            self.put(format_args!("h{side}v{side}h-{side}z"));
        }
        self.fill(color);
    }

    fn triangles(&mut self, corners: &[f32], color: Color) {
        if corners.is_empty() {
            return;
        }
        self.path();
        for triangle in corners.chunks_exact(6) {
            self.go('M', triangle[0], triangle[1]);
            self.go('L', triangle[2], triangle[3]);
            self.go('L', triangle[4], triangle[5]);
            self.text.push('z');
        }
        self.fill(color);
    }

    fn segments(&mut self, ends: &[f32], stroke: Stroke) {
        if ends.is_empty() {
            return;
        }
        self.path();
        for segment in ends.chunks_exact(4) {
            self.go('M', segment[0], segment[1]);
            self.go('L', segment[2], segment[3]);
        }
        self.stroke(stroke);
    }

    fn polylines(&mut self, points: &[f32], lengths: &[u32], stroke: Stroke) {
        if lengths.is_empty() {
            return;
        }
        self.path();
        let mut points = points.chunks_exact(2);
        for &length in lengths {
            for (i, point) in points.by_ref().take(length as usize).enumerate() {
                self.go(if i == 0 { 'M' } else { 'L' }, point[0], point[1]);
            }
        }
        self.stroke(stroke);
    }

    fn label(&mut self, text: &str, [x, y]: [f32; 2], size: f32, color: Color) {
        let Color { r, g, b, a } = color;
        let text = text.replace('&', "&amp;").replace('<', "&lt;");
        self.put(format_args!(
            "<text x=\"{x}\" y=\"{y}\" font-family=\"sans-serif\" font-size=\"{size}\" \
             text-anchor=\"middle\" dominant-baseline=\"central\" \
             fill=\"#{r:02x}{g:02x}{b:02x}\" fill-opacity=\"{a}\">{text}</text>\n"
        ));
    }

    fn image(&mut self, image: Image<'_>, place: Rect) {
        let Rect {
            x,
            y,
            width,
            height,
        } = place;
        let png = png::base64(&png::encode(image.rgba, image.width, image.height));
        self.put(format_args!(
            "<image x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" \
             preserveAspectRatio=\"none\" \
             href=\"data:image/png;base64,{png}\"/>\n"
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INK: Color = Color::hex(0x112233);

    fn drawn(draw: impl FnOnce(&mut Svg)) -> String {
        let mut svg = Svg::new(20.0, 10.0);
        draw(&mut svg);
        svg.finish()
    }

    #[test]
    fn nothing_drawn_is_a_valid_picture() {
        let text = drawn(|svg| {
            svg.discs(&[], 1.0, INK);
            svg.polylines(&[], &[], Stroke::solid(1.0, INK));
        });
        assert!(text.starts_with("<svg") && text.ends_with("</svg>\n"));
        assert_eq!(text.lines().count(), 2);
    }

    #[test]
    fn polylines_are_told_apart_by_their_lengths() {
        let points = [0.0, 0.0, 1.0, 0.0, 2.0, 2.0, 3.0, 3.0, 4.0, 4.5];
        let text = drawn(|svg| svg.polylines(&points, &[2, 3], Stroke::solid(1.0, INK)));
        assert!(text.contains("d=\"M0 0L1 0M2 2L3 3L4 4.5\""), "{text}");
    }

    #[test]
    fn a_clip_is_closed_before_the_next_and_at_the_end() {
        let rect = Rect {
            x: 0.0,
            y: 0.0,
            width: 1.0,
            height: 1.0,
        };
        let text = drawn(|svg| {
            svg.clip(Some(rect));
            svg.clip(Some(rect));
        });
        assert_eq!(text.matches("<g ").count(), 2);
        assert_eq!(text.matches("</g>").count(), 2);
        assert!(text.contains("#clip0") && text.contains("#clip1"));
    }

    #[test]
    fn dashes_and_opacity_are_written() {
        let stroke = Stroke::solid(2.0, INK.alpha(0.5)).dashed(4.0);
        let text = drawn(|svg| svg.segments(&[0.0, 0.0, 1.0, 1.0], stroke));
        assert!(text.contains("stroke-opacity=\"0.5\"") && text.contains("dasharray=\"4\""));
    }
}

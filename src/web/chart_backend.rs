//! What charts are drawn on: a canvas of the page, or a text for a file. One type for both, since
//! everything of a chart is compiled once for each type it is drawn on.

use plotters::prelude::SVGBackend;
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
};
use plotters_canvas::CanvasBackend;
use std::fmt;

/// A canvas, or an SVG text.
pub enum ChartBackend<'a> {
    Canvas(CanvasBackend),
    Svg(SVGBackend<'a>),
}

/// A chart could not be drawn.
#[derive(Debug)]
pub struct Undrawn;

impl fmt::Display for Undrawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("The chart could not be drawn.")
    }
}

impl std::error::Error for Undrawn {}

type Outcome<T = ()> = Result<T, DrawingErrorKind<Undrawn>>;

fn undrawn<E: std::error::Error + Send + Sync>(
    _: DrawingErrorKind<E>,
) -> DrawingErrorKind<Undrawn> {
    DrawingErrorKind::DrawingError(Undrawn)
}

/// Does the same with either.
macro_rules! either {
    ($self:ident, $paper:ident => $edit:expr) => {
        match $self {
            Self::Canvas($paper) => $edit.map_err(undrawn),
            Self::Svg($paper) => $edit.map_err(undrawn),
        }
    };
}

impl DrawingBackend for ChartBackend<'_> {
    type ErrorType = Undrawn;

    fn get_size(&self) -> (u32, u32) {
        match self {
            Self::Canvas(chart_backend) => chart_backend.get_size(),
            Self::Svg(chart_backend) => chart_backend.get_size(),
        }
    }

    fn ensure_prepared(&mut self) -> Outcome {
        either!(self, chart_backend => chart_backend.ensure_prepared())
    }

    fn present(&mut self) -> Outcome {
        either!(self, chart_backend => chart_backend.present())
    }

    fn draw_pixel(&mut self, point: BackendCoord, color: BackendColor) -> Outcome {
        either!(self, chart_backend => chart_backend.draw_pixel(point, color))
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> Outcome {
        either!(self, chart_backend => chart_backend.draw_line(from, to, style))
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Outcome {
        either!(self, chart_backend => chart_backend.draw_rect(from, to, style, fill))
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Outcome {
        either!(self, chart_backend => chart_backend.draw_path(path, style))
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        centre: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Outcome {
        either!(self, chart_backend => chart_backend.draw_circle(centre, radius, style, fill))
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        corners: I,
        style: &S,
    ) -> Outcome {
        either!(self, chart_backend => chart_backend.fill_polygon(corners, style))
    }

    fn draw_text<S: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &S,
        at: BackendCoord,
    ) -> Outcome {
        either!(self, chart_backend => chart_backend.draw_text(text, style, at))
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> Outcome<(u32, u32)> {
        either!(self, chart_backend => chart_backend.estimate_text_size(text, style))
    }
}

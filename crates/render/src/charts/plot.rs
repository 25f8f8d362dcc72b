//! Curves in a frame, by `plotters`.

use super::Drawn;
use super::axis::{Axis, Scale, Tick};
use super::curve::{Curve, range};
use crate::numbers::three;
use crate::palette::Theme;
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use raster::color;

/// Size of the numbers, in CSS pixels.
const FONT: f64 = 12.0;
/// The width of a digit of that size, at most, and how far from its line a number stands.
const DIGIT: f64 = 7.4;
const GAP: f64 = 4.0;
/// CSS pixels kept for the numbers at the left and at the bottom, and free elsewhere.
const LEFT: f64 = 36.0;
const BOTTOM: f64 = 18.0;
const MARGIN: f64 = 6.0;
/// CSS pixels that a number on an axis wants for itself.
const ROOM: [f64; 2] = [54.0, 30.0];
/// A chart smaller than this, in CSS pixels, has no room for a curve.
const LEAST: f64 = 32.0;
/// A range of values beyond this ratio is shown logarithmically.
const WIDE: f64 = 12.0;

/// A chart, ready to be drawn.
pub(super) struct Plot {
    pub curves: Vec<Curve>,
    x: Axis,
    y: Axis,
    /// Where on the x axis the present is marked.
    marker: Option<f64>,
}

type Context<'a, DB> = ChartContext<'a, DB, Cartesian2d<Scale, Scale>>;

impl Plot {
    /// Curves against training steps.
    pub(super) fn of_steps(curves: Vec<Curve>) -> Self {
        let steps = curves.iter().filter_map(|curve| curve.points.last());
        let last = steps.map(|point| point.0).fold(0.0, f64::max);
        // Before the first steps the axes should not be a single point.
        let x = Axis::linear(0.0, if last > 0.0 { last } else { 1000.0 });
        let (low, high) = range(&curves, |_| true).unwrap_or((0.0, 1.0));
        let y = if low > 0.0 && high > WIDE * low {
            Axis::logarithmic(low, high)
        } else {
            Axis::linear(low, high)
        };
        Self {
            curves,
            x,
            y: y.with_room(0.08, 0.06),
            marker: None,
        }
    }

    /// Curves against time, with the present marked; the axis of values spans 0 and 1 at least.
    pub(super) fn of_time(mut curves: Vec<Curve>, t: f64) -> Self {
        curves.iter_mut().for_each(|curve| curve.now = curve.at(t));
        let (low, high) = range(&curves, |_| true).unwrap_or((0.0, 1.0));
        Self {
            curves,
            x: Axis::linear(0.0, 1.0),
            y: Axis::linear(low.min(0.0), high.max(1.0)).with_room(0.03, 0.03),
            marker: Some(t.clamp(0.0, 1.0)),
        }
    }

    /// Curves against a count on a logarithmic axis.
    pub(super) fn of_counts(curves: Vec<Curve>) -> Self {
        let counts = curves.iter().flat_map(Curve::places).map(|(x, _)| x);
        let counts = counts.filter(|x| x.is_finite() && *x > 0.0);
        let (first, last) = counts.fold((f64::INFINITY, 0.0), |(low, high), x| {
            (x.min(low), x.max(high))
        });
        let known = first <= last;
        let x = Axis::logarithmic(if known { first } else { 1.0 }, last.max(1.0));
        let (low, high) = range(&curves, |_| true).unwrap_or((0.0, 1.0));
        Self {
            curves,
            x: x.with_room(0.04, 0.04),
            y: Axis::linear(low, high).with_room(0.12, 0.12),
            marker: None,
        }
    }

    /// The same with a logarithmic axis, whatever the values.
    pub(super) fn logarithmic(self) -> Self {
        let (low, high) = range(&self.curves, |value| value > 0.0).unwrap_or((0.01, 1.0));
        let y = Axis::logarithmic(low, high).with_room(0.08, 0.08);
        Self { y, ..self }
    }

    /// The same with a linear axis that begins at 0.
    pub(super) fn above_zero(self) -> Self {
        let high = range(&self.curves, |_| true).map_or(1.0, |(_, high)| high);
        let y = Axis::linear(0.0, high).with_room(0.0, 0.08);
        Self { y, ..self }
    }

    /// Draws axes and curves; an area too small for them is only cleared.
    pub(super) fn draw<DB: DrawingBackend>(
        &self,
        theme: &Theme,
        scale: f64,
        area: &DrawingArea<DB, Shift>,
    ) -> Drawn<DB> {
        area.fill(&color(theme.paper))?;
        let (width, height) = area.dim_in_pixel();
        let size = [
            f64::from(width) - (LEFT + self.right()) * scale,
            f64::from(height) - BOTTOM * scale,
        ];
        if size.iter().any(|side| *side < (LEAST * scale).max(1.0)) {
            return Ok(());
        }
        let ticks = [0, 1].map(|i| {
            let most = (size[i] / (ROOM[i] * scale)).max(2.0) as usize;
            [self.x, self.y][i].ticks(most)
        });
        let mut context = self.frame(&ticks, theme, scale, area)?;
        self.mark_present(&mut context, theme, scale)?;
        for curve in &self.curves {
            self.draw_curve(curve, &mut context, scale)?;
        }
        Ok(())
    }

    /// The axes with their numbers.
    fn frame<'a, DB: DrawingBackend>(
        &self,
        [x, y]: &[Vec<Tick>; 2],
        theme: &Theme,
        scale: f64,
        area: &'a DrawingArea<DB, Shift>,
    ) -> Result<Context<'a, DB>, DrawingAreaErrorKind<DB::ErrorType>> {
        let mut context = ChartBuilder::on(area)
            .margin_top(px(MARGIN, scale))
            .margin_right(px(self.right(), scale))
            .x_label_area_size(px(BOTTOM, scale))
            .y_label_area_size(px(LEFT, scale))
            .build_cartesian_2d(Scale::new(self.x, x), Scale::new(self.y, y))?;
        let font = (FontFamily::SansSerif, FONT * scale).into_font();
        let faint = color(theme.faint);
        context
            .configure_mesh()
            .disable_x_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(line(faint.mix(0.5), 1.0, scale))
            .axis_style(line(faint, 1.0, scale))
            .set_all_tick_mark_size(px(3.0, scale))
            .label_style(font.color(&color(theme.ink).mix(0.8)))
            .x_label_formatter(&|place| label(x, *place))
            .y_label_formatter(&|place| label(y, *place))
            .draw()?;
        Ok(context)
    }

    /// A line across the chart at the present, and where the curves are.
    fn mark_present<DB: DrawingBackend>(
        &self,
        context: &mut Context<DB>,
        theme: &Theme,
        scale: f64,
    ) -> Drawn<DB> {
        let Some(now) = self.marker else {
            return Ok(());
        };
        let across = [(now, self.y.low), (now, self.y.high)];
        let style = line(color(theme.ink).mix(0.45), 1.0, scale);
        draw_path(context, across.to_vec(), style)?;
        for curve in &self.curves {
            if let Some(value) = curve.now.and_then(|value| self.y.place(value)) {
                let style = color(curve.entry.color).filled();
                draw_dot(context, (now, value), px(3.5, scale), style)?;
            }
        }
        Ok(())
    }

    fn draw_curve<DB: DrawingBackend>(
        &self,
        curve: &Curve,
        context: &mut Context<DB>,
        scale: f64,
    ) -> Drawn<DB> {
        let points = self.places(curve);
        if points.is_empty() {
            return Ok(());
        }
        let style = line(color(curve.entry.color), 1.5, scale);
        match curve.entry.line.dash() {
            None => draw_path(context, points.clone(), style)?,
            Some(dash) => {
                let [dash, gap] = dash.map(|length| px(f64::from(length), scale));
                context.draw_series(DashedLineSeries::new(points.clone(), dash, gap, style))?;
            }
        };
        if curve.dotted {
            for place in points {
                draw_dot(context, place, px(2.5, scale), style.filled())?;
            }
        }
        self.draw_bars(curve, context, style)?;
        self.write_level(curve, context, scale)
    }

    /// The errors of a curve's values.
    fn draw_bars<DB: DrawingBackend>(
        &self,
        curve: &Curve,
        context: &mut Context<DB>,
        style: ShapeStyle,
    ) -> Drawn<DB> {
        for &(x, low, high) in &curve.bars {
            let ends = (self.x.place(x), self.y.place(low), self.y.place(high));
            if let (Some(x), Some(low), Some(high)) = ends {
                draw_path(context, vec![(x, low), (x, high)], style)?;
            }
        }
        Ok(())
    }

    /// The points of a curve in the axes' measures.
    fn places(&self, curve: &Curve) -> Vec<(f64, f64)> {
        if let Some(y) = curve.level.and_then(|level| self.y.place(level)) {
            return vec![(self.x.low, y), (self.x.high, y)];
        }
        let place = |&(x, y): &(f64, f64)| Some((self.x.place(x)?, self.y.place(y)?));
        curve.points.iter().filter_map(place).collect()
    }

    /// The number of a level, outside at its end: above the line for the higher of two levels and
    /// below it for the lower, so that both stay legible however close they are.
    fn write_level<DB: DrawingBackend>(
        &self,
        curve: &Curve,
        context: &mut Context<DB>,
        scale: f64,
    ) -> Drawn<DB> {
        let Some(level) = curve.level else {
            return Ok(());
        };
        let mut others = self.curves.iter().filter_map(|other| other.level);
        let side = match others.find(|other| *other != level) {
            None => VPos::Center,
            Some(other) if other < level => VPos::Bottom,
            Some(_) => VPos::Top,
        };
        let font = (FontFamily::SansSerif, FONT * scale).into_font();
        let style = font.color(&color(curve.entry.color));
        let style = style.pos(Pos::new(HPos::Left, side));
        let at = (self.x.high, self.y.place(level).unwrap_or(self.y.low));
        let text = Text::new(three(level), (px(GAP, scale), 0), style);
        context.draw_series([EmptyElement::at(at) + text])?;
        Ok(())
    }

    /// CSS pixels to the right of the curves: room for the longest number of a level.
    fn right(&self) -> f64 {
        let levels = self.curves.iter().filter_map(|curve| curve.level);
        let digits = levels.map(|level| three(level).chars().count()).max();
        digits.map_or(1.5 * MARGIN, |n| (GAP + DIGIT * n as f64).max(LEFT))
    }
}

/// A line through places. The one way to draw one: `plotters` makes a program of its own for every kind of series.
fn draw_path<DB: DrawingBackend>(
    context: &mut Context<DB>,
    places: Vec<(f64, f64)>,
    style: ShapeStyle,
) -> Drawn<DB> {
    context.draw_series([PathElement::new(places, style)])?;
    Ok(())
}

fn draw_dot<DB: DrawingBackend>(
    context: &mut Context<DB>,
    place: (f64, f64),
    radius: i32,
    style: ShapeStyle,
) -> Drawn<DB> {
    context.draw_series([Circle::new(place, radius, style)])?;
    Ok(())
}

/// What stands at a tick.
fn label(ticks: &[Tick], place: f64) -> String {
    let tick = ticks.iter().find(|tick| tick.place == place);
    tick.map_or(String::new(), |tick| tick.label.clone())
}

/// CSS pixels in whole device pixels, at least one.
fn px(length: f64, scale: f64) -> i32 {
    (length * scale).round().max(1.0) as i32
}

/// A line of that many CSS pixels.
fn line(color: RGBAColor, width: f64, scale: f64) -> ShapeStyle {
    color.stroke_width(px(width, scale) as u32)
}

fn color(color: color::Color) -> RGBAColor {
    RGBAColor(color.r, color.g, color.b, f64::from(color.a))
}

//! Pointing at the stage, and drawing on it with mouse, touch or pen.

use super::dom;
use super::page::{App, act};
use app::msg::Msg;
use app::msg::Pointer;
use app::stroke::Stroke;
use app::user_data;
use flow::Point;
use protocol::LaneId;
use std::cell::RefCell;
use web_sys::PointerEvent;

/// Pixels between two points of a drawing.
const SPACING: f64 = 7.0;
/// Milliseconds between two changes of the drawing while the pen is down: each starts the lane anew.
const EVERY: f64 = 120.0;

/// A stroke on its way.
struct Drawing {
    lane: LaneId,
    stroke: Stroke,
    points: Vec<Point>,
    told: f64,
}

thread_local! {
    static DRAWING: RefCell<Option<Drawing>> = const { RefCell::new(None) };
}

pub fn listen() {
    act(|app| {
        for lane in LaneId::ALL {
            listen_on(app.stage.canvas(lane), lane);
        }
    });
}

fn listen_on(canvas: &web_sys::HtmlCanvasElement, lane: LaneId) {
    let target = canvas.clone();
    dom::listen(canvas, "pointerdown", move |event: PointerEvent| {
        let _ = target.set_pointer_capture(event.pointer_id());
        act(move |app| app.pen_down(lane, &event));
    });
    dom::listen(canvas, "pointermove", move |event: PointerEvent| {
        act(move |app| app.pen_moves(lane, &event));
    });
    for end in ["pointerup", "pointercancel"] {
        dom::listen(canvas, end, |_: PointerEvent| act(App::pen_up));
    }
    dom::listen(canvas, "pointerleave", |_: PointerEvent| {
        act(|app| app.handle(Msg::Pointer(None)));
    });
}

impl App {
    fn place(&self, lane: LaneId, event: &PointerEvent) -> (Point, f64) {
        let (x, y) = (event.offset_x() as f32, event.offset_y() as f32);
        self.stage.point(&self.state, lane, x, y)
    }

    /// Whether some data of this lane are what the user draws on it.
    pub fn draws(&self, lane: LaneId) -> bool {
        let role = user_data::role(&self.state.settings, lane, self.state.drawing);
        role.is_some_and(|role| !self.host.locks(role.param()))
    }

    fn pen_down(&mut self, lane: LaneId, event: &PointerEvent) {
        let (at, pixel) = self.place(lane, event);
        self.handle(Msg::Pointer(Some(Pointer { lane, at })));
        if !self.draws(lane) || event.button() > 0 {
            return;
        }
        let (stroke, first) = Stroke::begin(at, SPACING * pixel);
        let drawing = Drawing {
            lane,
            stroke,
            points: Vec::new(),
            told: dom::now(),
        };
        DRAWING.set(Some(drawing));
        self.handle(Msg::Draw(vec![first]));
    }

    fn pen_moves(&mut self, lane: LaneId, event: &PointerEvent) {
        let (at, _) = self.place(lane, event);
        self.handle(Msg::Pointer(Some(Pointer { lane, at })));
        let points = DRAWING.with_borrow_mut(|drawing| {
            let drawing = drawing.as_mut().filter(|drawing| drawing.lane == lane)?;
            drawing.points.extend(drawing.stroke.on(at));
            let due = dom::now() - drawing.told > EVERY && !drawing.points.is_empty();
            due.then(|| {
                drawing.told = dom::now();
                std::mem::take(&mut drawing.points)
            })
        });
        if let Some(points) = points {
            self.handle(Msg::Draw(points));
        }
    }

    fn pen_up(&mut self) {
        let rest = DRAWING.take().map(|drawing| drawing.points);
        if let Some(points) = rest.filter(|points| !points.is_empty()) {
            self.handle(Msg::Draw(points));
        }
    }
}

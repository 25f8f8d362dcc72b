//! The loop of animation frames: time passes, and what has changed is drawn.

use super::dom::window;
use super::page::{App, Dirty, act_unseen};
use super::{chunks, host, measures, story};
use app::msg::Msg;
use app::state::State;
use app::state::pictures::MEASURES;
use protocol::LaneId;
use std::cell::{Cell, OnceCell};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;

/// Frames after which there is time for what the page did not need to begin to move.
const BEGUN: u32 = 20;
/// Milliseconds between two showings of the figures and their charts, or of texts that nobody waits
/// for, at least.
const EVERY: f64 = 100.0;
/// Frames without any change after which the loop rests.
const PATIENCE: u32 = 300;

thread_local! {
    static CALLBACK: OnceCell<Closure<dyn FnMut(f64)>> = const { OnceCell::new() };
    static REQUESTED: Cell<bool> = const { Cell::new(false) };
}

/// What the loop remembers from frame to frame.
#[derive(Default)]
pub struct Frames {
    last: Option<f64>,
    figures: f64,
    texts: f64,
    still: u32,
    count: u32,
    seen: Seen,
}

/// What tells one picture from the next while time runs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Seen {
    t: f64,
    playing: bool,
    scene: u32,
    /// What the scene is waiting for, and whether the tour is on.
    waited: (bool, u32),
    ensembles: [Option<(*const f32, usize)>; 2],
}

impl Seen {
    fn of(state: &State) -> Self {
        let buffer = |lane: LaneId| {
            let ensemble = state.lanes[lane].ensemble.as_ref()?;
            Some((ensemble.frames.0.as_ptr(), ensemble.frames.0.len()))
        };
        Self {
            t: state.settings.t,
            playing: state.playing,
            scene: state.settings.scene,
            waited: (state.tour.touring, state.tour.passages),
            ensembles: [buffer(LaneId::A), buffer(LaneId::B)],
        }
    }
}

/// Asks for a frame, if none is asked for already.
pub fn wake() {
    if REQUESTED.replace(true) {
        return;
    }
    CALLBACK.with(|callback| {
        let callback = callback.get_or_init(|| Closure::new(frame));
        let _ = window().request_animation_frame(callback.as_ref().unchecked_ref());
    });
}

fn frame(now: f64) {
    REQUESTED.set(false);
    act_unseen(move |app| app.frame(now));
}

impl App {
    /// Frames since the page was opened.
    pub fn frames_drawn(&self) -> u32 {
        self.frames.count
    }

    fn frame(&mut self, now: f64) {
        if self.visibility.hidden() {
            self.frames.last = None;
            return;
        }
        let dt = (now - self.frames.last.unwrap_or(now)) / 1000.0;
        self.frames.last = Some(now);
        self.frames.count = self.frames.count.saturating_add(1);
        host::drawn(self, self.frames.count);
        if self.frames.count == BEGUN {
            story::bring_formulas();
        }
        self.handle(Msg::Tick { dt });
        self.note_time();
        let changed = self.draw(now);
        self.events.flush(&self.state);
        self.rest_or_go_on(changed);
    }

    /// Time, and the exact flow as it is made, change the picture without any message.
    fn note_time(&mut self) {
        let seen = Seen::of(&self.state);
        let before = std::mem::replace(&mut self.frames.seen, seen);
        self.dirty.stage |= seen != before;
        self.dirty.time |= seen.t != before.t;
        self.dirty.texts |= seen.playing != before.playing || seen.waited != before.waited;
        self.dirty.figures |= seen.ensembles != before.ensembles;
        // The tour turns scenes without being asked.
        if seen.scene != before.scene {
            self.dirty = Dirty::ALL;
        }
    }

    fn draw(&mut self, now: f64) -> bool {
        // Before anything is written: a chart sets fonts, and the browser brings all styles up to
        // date for that, which costs as much as the chart where some are not.
        let charted = chunks::beside().is_some_and(|beside| (beside.draw_chart)(self));
        let dirty = std::mem::take(&mut self.dirty);
        if dirty.stage {
            self.stage.draw(&self.state, &self.look.theme);
            super::transport::show_time(&self.state);
        }
        if dirty.texts {
            self.show_texts();
        }
        let left = Dirty {
            stage: false,
            texts: false,
            later: dirty.later && !dirty.texts,
            ..dirty
        };
        self.draw_beside(left, charted || dirty.texts, now);
        charted || dirty.stage || dirty.texts || left.any()
    }

    /// The figures, and the texts that nobody waits for: neither in a frame that is full, nor both in
    /// one, since together they would be felt; and nobody reads them 60 times a second.
    fn draw_beside(&mut self, mut left: Dirty, full: bool, now: f64) {
        let due = |last: f64| !full && now - last >= EVERY;
        let Frames { texts, figures, .. } = self.frames;
        let beside = chunks::beside().filter(|_| (left.figures || left.time) && due(figures));
        if left.later && due(texts) && (beside.is_none() || texts <= figures) {
            self.frames.texts = now;
            left.later = false;
            self.show_progress();
        } else if let Some(beside) = beside {
            self.frames.figures = now;
            (beside.draw_figures)(self, left.figures, now);
            (left.figures, left.time) = (false, false);
        }
        self.dirty.add(left);
    }

    fn rest_or_go_on(&mut self, changed: bool) {
        self.frames.still = if changed { 0 } else { self.frames.still + 1 };
        if self.state.playing || self.state.tour.touring || self.frames.still < PATIENCE {
            wake();
        } else {
            self.frames.last = None;
        }
    }
}

/// Brings figures, legends and the description up to date: all of them if more than the time has changed.
pub fn draw_figures(app: &mut App, changed: bool, now: f64) {
    app.charts.note(changed);
    let mut asked = Vec::new();
    if !app.host.hides("charts") {
        asked = app.charts.asked(&app.state);
        asked.extend(measures::wanted().then(|| MEASURES.to_owned()));
    }
    if asked != app.state.charts {
        app.handle(Msg::Charts(asked));
    }
    if changed {
        app.stage.show_figures(&app.state, &app.text);
        app.measures.show(&app.state, &app.text);
    }
    app.stage
        .show_legends(&app.state, &app.text, &app.look.theme);
    app.dirty.time |= !app.stage.describe(&app.state, &app.text, now);
}

//! Whether anybody can see the stage. Out of sight nothing is drawn, and after a while nothing is
//! trained either, unless a caller of the API waits for it.

use super::dom::{after, by_id, document, listen as on};
use super::page::{App, act};
use super::{frame, host};
use app::msg::Msg;
use protocol::LaneId;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{Element, Event, IntersectionObserver, IntersectionObserverEntry};

/// Milliseconds out of sight after which training rests.
const PATIENCE: i32 = 15_000;
/// Milliseconds out of sight after which the engine is let go: soon for a figure in somebody's article,
/// of which there may be many; late for a page of its own, which was left on purpose.
const LONG: [i32; 2] = [600_000, 60_000];

/// What is known of who can see the stage.
#[derive(Default)]
pub struct Visibility {
    page_hidden: bool,
    off_screen: bool,
    /// Counts the changes, so that a timer knows whether it is still meant.
    changes: u32,
    /// Lanes whose training rests until somebody looks again.
    resting: Vec<LaneId>,
}

impl Visibility {
    /// Whether nobody can see the stage.
    pub fn hidden(&self) -> bool {
        self.page_hidden || self.off_screen
    }
}

pub fn listen() {
    on(&document(), "visibilitychange", |_: Event| {
        let hidden = document().visibility_state() == web_sys::VisibilityState::Hidden;
        act(move |app| app.look(|visibility| visibility.page_hidden = hidden));
    });
    let moved = Closure::<dyn FnMut(js_sys::Array)>::new(|entries: js_sys::Array| {
        let last: IntersectionObserverEntry = entries.at(-1).unchecked_into();
        let visible = last.is_intersecting();
        act(move |app| {
            if visible {
                host::seen(app);
            }
            app.look(|visibility| visibility.off_screen = !visible);
        });
    });
    if let Ok(observer) = IntersectionObserver::new(moved.as_ref().unchecked_ref()) {
        observer.observe(&by_id::<Element>("stage"));
        // The observer lives as long as the page.
        std::mem::forget(observer);
    }
    moved.forget();
}

impl App {
    fn look(&mut self, change: impl FnOnce(&mut Visibility)) {
        let before = self.visibility.hidden();
        change(&mut self.visibility);
        if self.visibility.hidden() == before {
            return;
        }
        self.visibility.changes += 1;
        if before {
            self.handle(Msg::Recall);
            self.wake_training();
            frame::wake();
        } else {
            let change = self.visibility.changes;
            after(PATIENCE, move || act(move |app| app.rest_training(change)));
            let long = LONG[usize::from(self.host.embed)];
            after(long, move || act(move |app| app.let_engine_go(change)));
        }
    }

    fn rest_training(&mut self, change: u32) {
        if self.visibility.changes != change || self.calls.waiting() {
            return;
        }
        let training = |lane: &LaneId| self.state.lanes[*lane].training;
        self.visibility.resting = LaneId::ALL.into_iter().filter(training).collect();
        if !self.visibility.resting.is_empty() {
            self.handle(Msg::StopTraining { lane: None });
        }
    }

    fn let_engine_go(&mut self, change: u32) {
        if self.visibility.changes == change && !self.calls.waiting() {
            self.handle(Msg::Release);
        }
    }

    fn wake_training(&mut self) {
        for lane in std::mem::take(&mut self.visibility.resting) {
            self.handle(Msg::Train {
                lane: Some(lane),
                steps: None,
            });
        }
    }
}

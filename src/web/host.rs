//! The host's wishes, put into force.

use super::chunks;
use super::dom::{
    self, after, by_id, document, media, on_media, root, set_attribute, set_shown, window,
};
use super::page::{App, act};
use app::host::{Host, Start};
use app::msg::Msg;
use std::cell::Cell;
use web_sys::{Element, Event, HtmlElement};

const STILL: &str = "(prefers-reduced-motion: reduce)";

/// Reads the query of the page's address.
pub fn read() -> Host {
    Host::parse(&window().location().search().unwrap_or_default())
}

/// Lays the page out as the host wishes.
pub fn apply(app: &mut App) {
    let host = &app.host;
    let body: HtmlElement = document().body().expect("the page has a body");
    if host.embed {
        set_attribute(&body, "data-embed", "1");
        set_shown(&by_id("bar"), false);
    }
    for part in &host.hide {
        set_shown(&by_id(part), false);
    }
    if let Some(width) = host.width {
        let _ = body
            .style()
            .set_property("max-width", &format!("{width}px"));
    }
    if !document().fullscreen_enabled() {
        let tools: Element = by_id("tools");
        set_shown(
            &dom::first::<Element>(&tools, "[data-do='fullscreen']"),
            false,
        );
    }
    set_attribute(&root(), "data-ready", "1");
    let (still, locks) = (host.still, host.lock.clone());
    app.handle(Msg::Lock(locks));
    app.handle(Msg::ReducedMotion(still || media(STILL)));
    on_media(STILL, move |_| {
        act(move |app| app.handle(Msg::ReducedMotion(still || media(STILL))));
    });
}

/// Controls that stand by themselves, and the parameters they set.
const ALONE: &[(&str, &str)] = &[
    ("#scene, #scene-nav button", "scene"),
    ("#time, #transport button", "t"),
    ("#speed", "speed"),
    ("#loop", "loop"),
    ("#compare", "lanes"),
    ("#layers input", "layers"),
];

/// Takes from the visitor's hands what the host has locked.
pub fn lock(host: &Host) {
    let locked = ALONE.iter().filter(|(_, name)| host.locks(name));
    for element in locked.flat_map(|(selector, _)| dom::all(selector)) {
        dom::set_flag(&element, "disabled", true);
    }
}

/// Hides panel, charts and story, or shows them again.
pub fn toggle_panels() {
    let body = document().body().expect("the page has a body");
    if body.has_attribute("data-panels") {
        let _ = body.remove_attribute("data-panels");
    } else {
        set_attribute(&body, "data-panels", "hidden");
    }
}

thread_local! {
    static BEGUN: Cell<bool> = const { Cell::new(false) };
    static FETCHED: Cell<bool> = const { Cell::new(false) };
}

/// Frames with which the page is seen to move: only then the engine is fetched, so that nobody waits for both.
const MOVES: u32 = 3;
/// Milliseconds after which it is fetched even if no frame is drawn, since nobody looks.
const UNSEEN: i32 = 300;

/// Begins the visit, or waits for what the host wants to come first.
pub fn begin(app: &mut App) {
    if app.host.start == Start::Now {
        return begin_now(app);
    }
    app.handle(Msg::Pause);
    if app.host.start == Start::Click {
        for event in ["pointerdown", "keydown"] {
            dom::listen(&document(), event, |_: Event| act(begin_now));
        }
    }
}

/// The stage has come on the screen.
pub fn seen(app: &mut App) {
    if app.host.start == Start::Visible {
        begin_now(app);
    }
}

/// Fetches the engine and, unless the host forbids it, plays.
pub fn begin_now(app: &mut App) {
    if BEGUN.replace(true) {
        return;
    }
    after(UNSEEN, || act(fetch_engine));
    if app.frames_drawn() >= MOVES {
        fetch_engine(app);
    }
    if !app.host.autoplay {
        app.handle(Msg::Pause);
    } else if app.host.start != Start::Now && !app.state.reduced_motion {
        app.handle(Msg::Play);
    }
}

/// So many frames have been drawn.
pub fn drawn(app: &mut App, frames: u32) {
    if frames == MOVES {
        chunks::bring_rest();
        if BEGUN.get() {
            fetch_engine(app);
        }
    }
}

fn fetch_engine(app: &mut App) {
    if !FETCHED.replace(true) {
        chunks::bring_rest();
        app.engines.load(app.host.backend);
    }
}

/// Trains without being asked, once the engine can.
pub fn train_unasked(app: &mut App) {
    let training = app
        .state
        .lanes
        .iter()
        .any(|lane| lane.training || lane.step > 0);
    let scene = app::scenes::scene(app.state.settings.scene);
    let wanted = scene.is_none_or(|scene| scene.trains);
    if app.host.autoplay && wanted && !training {
        act(|app| {
            app.handle(Msg::Train {
                lane: None,
                steps: None,
            })
        });
    }
}

//! The page program: the state, everything that shows it, and the one way to change it.

use super::api::calls::Calls;
use super::charts::Charts;
use super::engine_link::Engines;
use super::events::Events;
use super::frame::{self, Frames};
use super::link::LinkWriter;
use super::measures::Measures;
use super::panel::Panel;
use super::stage::Stage;
use super::theme::Look;
use super::visibility::Visibility;
use super::{
    api, badge, centres, chunks, clicks, embed, host, keys, language, link, notices, panel,
    pointer, scene_list, story, terms, theme, transport, user_data, visibility,
};
use app::host::Host;
use app::msg::{Effect, Event, Msg};
use app::settings::Settings;
use app::state::State;
use app::text::Text;
use app::update::update;
use protocol::Reply;
use std::cell::RefCell;
use std::collections::VecDeque;

/// Everything there is to a visit.
pub struct App {
    pub state: State,
    pub host: Host,
    pub text: Text,
    pub look: Look,
    pub stage: Stage,
    pub charts: Charts,
    pub measures: Measures,
    pub panel: Panel,
    pub engines: Engines,
    pub calls: Calls,
    pub events: Events,
    pub link: LinkWriter,
    pub visibility: Visibility,
    pub frames: Frames,
    pub dirty: Dirty,
}

/// What no longer shows the state.
#[derive(Clone, Copy, Debug, Default)]
pub struct Dirty {
    /// The pictures of the lanes.
    pub stage: bool,
    /// Controls and texts.
    pub texts: bool,
    /// The charts, and the figures below the pictures.
    pub figures: bool,
    /// The chart and the description that follow time.
    pub time: bool,
    /// Texts that nobody waits for: the engine has told how far it is.
    pub later: bool,
}

impl Dirty {
    pub const ALL: Self = Self {
        stage: true,
        texts: true,
        figures: true,
        time: true,
        later: false,
    };

    /// Whether anything is to be shown.
    pub fn any(self) -> bool {
        self.stage || self.texts || self.figures || self.time || self.later
    }

    /// Something more is to be shown.
    pub fn add(&mut self, more: Self) {
        self.stage |= more.stage;
        self.texts |= more.texts;
        self.figures |= more.figures;
        self.time |= more.time;
        self.later |= more.later;
    }

    /// What a message can change. Time is looked at by [`Frames`].
    fn note(&mut self, msg: &Msg) {
        match msg {
            Msg::Tick { .. } => {}
            Msg::Pointer(_) => self.stage = true,
            Msg::Highlight(_) => (self.stage, self.texts) = (true, true),
            Msg::Engine(reply) => self.note_reply(reply),
            _ => self.add(Self::ALL),
        }
    }

    /// A training engine speaks many times a second.
    fn note_reply(&mut self, reply: &Reply) {
        match reply {
            Reply::Progress(_)
            | Reply::Ensemble(_)
            | Reply::Weights { .. }
            | Reply::Done { .. } => {
                self.add(Self {
                    stage: !matches!(reply, Reply::Progress(_)),
                    texts: false,
                    later: true,
                    ..Self::ALL
                });
            }
            _ => self.add(Self::ALL),
        }
    }
}

/// Something to be done with the app.
type Act = Box<dyn FnOnce(&mut App)>;

thread_local! {
    static APP: RefCell<Option<App>> = const { RefCell::new(None) };
    static QUEUE: RefCell<VecDeque<Act>> = const { RefCell::new(VecDeque::new()) };
}

/// Does something with the app: now, or, if it is in use further up the stack (an event was fired
/// by what we did to the document), as soon as it is free.
pub fn act(f: impl FnOnce(&mut App) + 'static) {
    act_unseen(f);
    frame::wake();
}

/// The same, without asking for a frame to show what came of it.
pub(super) fn act_unseen(f: impl FnOnce(&mut App) + 'static) {
    queue(Box::new(f));
}

/// Not generic, so that the program has it once and not with every listener.
fn queue(act: Act) {
    QUEUE.with_borrow_mut(|queue| queue.push_back(act));
    APP.with(|app| {
        let Ok(mut app) = app.try_borrow_mut() else {
            return;
        };
        if let Some(app) = app.as_mut() {
            while let Some(next) = QUEUE.with_borrow_mut(VecDeque::pop_front) {
                next(app);
            }
        }
    });
}

/// Asks the app for something; `None` while it is in use further up the stack, which it never is when
/// a future goes on.
pub fn ask<T: 'static>(f: impl FnOnce(&mut App) -> T) -> Option<T> {
    APP.with(|app| app.try_borrow_mut().ok()?.as_mut().map(f))
}

/// Lets something happen to the page.
pub fn dispatch(msg: Msg) {
    act(move |app| app.handle(msg));
}

impl App {
    /// Lets something happen, and does what follows from it.
    pub fn handle(&mut self, msg: Msg) {
        self.dirty.note(&msg);
        let ticks = matches!(msg, Msg::Tick { .. });
        for effect in update(&mut self.state, msg) {
            self.run(effect);
        }
        if ticks {
            return;
        }
        if let Some(exchange) = chunks::exchange() {
            (exchange.settle)(&mut self.calls, &self.state);
        }
        // Out of sight there are no frames that would tell.
        if self.visibility.hidden() {
            self.events.flush(&self.state);
        }
    }

    fn run(&mut self, effect: Effect) {
        match effect {
            Effect::Send(request) => self.engines.send(&request),
            Effect::SendToCandidate(request) => self.engines.send_rival(&request),
            Effect::Promote => self.engines.promote(),
            Effect::DismissCandidate => self.engines.dismiss_rival(),
            Effect::LoadCandidate(kind) => self.engines.challenge(kind),
            Effect::Release => self.engines.release(),
            Effect::Load => self.engines.load(self.host.backend),
            Effect::WriteLink(fragment) => self.link.write(fragment),
            Effect::Emit(event) => self.emit(event),
        }
    }

    fn emit(&mut self, event: Event) {
        if event == Event::Ready {
            self.engines.load_rival(self.host.backend);
            if let Some(exchange) = chunks::exchange() {
                (exchange.ask_again)(&self.calls, &self.engines);
            }
            host::train_unasked(self);
        }
        self.events.note(event, &self.state, &self.text);
    }

    /// Brings controls and texts up to date with the state.
    pub fn show_texts(&mut self) {
        badge::show(self);
        notices::show(&self.state, &self.text);
        story::show(&self.state, &self.text);
        transport::show(&self.state, &self.text);
        host::lock(&self.host);
        panel::show(self);
        self.show_drawing();
        self.show_centres();
        terms::show(&self.state, &self.text);
        self.stage.show_texts(&self.state, &self.text);
    }

    /// The same for what changes while an engine trains; settings do not.
    pub fn show_progress(&mut self) {
        badge::show(self);
        notices::show(&self.state, &self.text);
        story::show_tour(&self.state, &self.text);
        panel::show_training(self);
        self.stage.show_texts(&self.state, &self.text);
    }
}

/// Starts the page program; what it gives is kept once it listens.
///
/// # Errors
/// If there is nothing to say.
#[wasm_bindgen::prelude::wasm_bindgen]
pub async fn start() -> Result<(), js_sys::Error> {
    console_error_panic_hook::set_once();
    let host = host::read();
    let text = language::text(language::choose(&host)).await;
    let text = text.ok_or_else(|| js_sys::Error::new("the texts could not be loaded"))?;
    let app = App {
        state: State::new(Settings::default()),
        text,
        look: Look::new(&host),
        stage: Stage::new(),
        charts: Charts::new(),
        measures: Measures::default(),
        panel: Panel::default(),
        engines: Engines::default(),
        calls: Calls::default(),
        events: Events::new(&host),
        link: LinkWriter::default(),
        visibility: Visibility::default(),
        frames: Frames::default(),
        dirty: Dirty::ALL,
        host,
    };
    APP.set(Some(app));
    act(begin);
    Ok(())
}

fn begin(app: &mut App) {
    language::apply(app);
    host::apply(app);
    for listen in [
        centres::listen,
        clicks::listen,
        keys::listen,
        language::listen,
        link::listen,
        user_data::listen,
        panel::listen,
        pointer::listen,
        scene_list::listen,
        visibility::listen,
        story::listen,
        terms::listen,
        theme::listen,
        transport::listen,
        api::listen,
    ] {
        listen();
    }
    embed::listen(&app.host);
    app.handle(Msg::OpenLink(link::fragment()));
    host::begin(app);
}

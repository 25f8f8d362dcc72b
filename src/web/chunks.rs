//! What the page needs no code for until it moves: chunks of the program, each fetched when it is called for.
//!
//! A chunk hands over a table of its functions, and from then on they are called like any others. The build tool cuts
//! the program (`xtask/src/split.rs`): a function goes into a chunk if nothing else but the chunk's table leads to it.

use super::api::calls::{Calls, Promised};
use super::engine_link::Engines;
use super::page::{App, act};
use super::{charts, export, frame, help, language, scene_list, user_data};
use app::msg::Msg;
use app::notice::Notice;
use app::state::State;
use app::text::Text;
use protocol::{Answer, Checkpoint, JobId, LaneId};
use std::cell::{Cell, RefCell};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use wasm_split_helpers::{SplitLoaderError, wasm_split};
use web_sys::File;

/// What a visitor is told when a chunk cannot be had.
pub const FAILED: &str = "notice.no-chunk";

/// What stands beside the picture: charts, figures, the description, the lists of keys and of scenes.
#[derive(Clone, Copy)]
pub struct Beside {
    /// Draws one of the charts that are due; returns whether there was one.
    pub draw_chart: fn(&mut App) -> bool,
    /// Brings figures, legends and the description up to date; says whether more than the time has changed, and when.
    pub draw_figures: fn(&mut App, bool, f64),
    pub build_help: fn(&Text),
    pub build_scene_list: fn(&Text),
}

#[wasm_split(beside, fallible)]
fn fetch_beside() -> Result<Beside, SplitLoaderError> {
    Ok(Beside {
        draw_chart: charts::draw_one,
        draw_figures: frame::draw_figures,
        build_help: help::build,
        build_scene_list: scene_list::build,
    })
}

/// What goes in and out: the verbs of the API, and files.
#[derive(Clone, Copy)]
pub struct Exchange {
    pub call: fn(&mut App, &str, &JsValue, Promised),
    pub settle: fn(&mut Calls, &State),
    pub answered: fn(&mut Calls, JobId, Result<Answer, protocol::Refusal>),
    pub checked_out: fn(&mut Calls, LaneId, &Checkpoint, &State),
    pub ask_again: fn(&Calls, &Engines),
    pub open_export: fn(),
    pub take_file: fn(File),
    pub take_text: fn(&mut App, &str),
}

#[wasm_split(exchange, fallible)]
fn fetch_exchange() -> Result<Exchange, SplitLoaderError> {
    Ok(Exchange {
        call: App::call,
        settle: Calls::settle,
        answered: Calls::answered,
        checked_out: Calls::checked_out,
        ask_again: Calls::ask_again,
        open_export: export::dialog::open,
        take_file: user_data::take,
        take_text: user_data::take_text,
    })
}

/// Who waits for the chunk `exchange`, or for the news that it cannot be had.
type Waiter = Box<dyn FnOnce(Option<Exchange>)>;

thread_local! {
    static BESIDE: Cell<Option<Beside>> = const { Cell::new(None) };
    static ASKED: Cell<bool> = const { Cell::new(false) };
    static EXCHANGE: Cell<Option<Exchange>> = const { Cell::new(None) };
    static WAITING: RefCell<Vec<Waiter>> = const { RefCell::new(Vec::new()) };
}

/// What stands beside the picture, once it has been fetched.
pub fn beside() -> Option<Beside> {
    BESIDE.get()
}

/// Fetches all that the page did not need to begin to move, unless it is there or on its way. What cannot be had can be
/// asked for again.
pub fn bring_rest() {
    if BESIDE.get().is_some() || ASKED.replace(true) {
        return;
    }
    act(|app| {
        let language = app.text.language;
        // Both at once.
        let texts = language::request_rest(language);
        spawn_local(async move {
            let fetched = fetch_beside().await.ok();
            let texts = language::arrived(texts).await;
            ASKED.set(false);
            act(move |app| match (fetched, texts) {
                (Some(beside), Some(texts)) => {
                    BESIDE.set(Some(beside));
                    // In another language, chosen meanwhile, all texts have come at once.
                    if app.text.language == language {
                        app.text.add(texts);
                    }
                    language::complete(app);
                }
                _ => tell(app),
            });
        });
    });
}

/// What goes in and out, once somebody has used it.
pub fn exchange() -> Option<Exchange> {
    EXCHANGE.get()
}

/// Does something with what goes in and out, after fetching it if need be; in the order of the calls. `None` if it
/// cannot be had this time.
pub fn with_exchange(then: impl FnOnce(Option<Exchange>) + 'static) {
    wait(Box::new(then));
}

fn wait(then: Waiter) {
    if let Some(exchange) = EXCHANGE.get() {
        return then(Some(exchange));
    }
    let first = WAITING.with_borrow_mut(|waiting| {
        waiting.push(then);
        waiting.len() == 1
    });
    if first {
        spawn_local(async {
            let fetched = fetch_exchange().await.ok();
            EXCHANGE.set(fetched);
            for then in WAITING.take() {
                then(fetched);
            }
        });
    }
}

/// The same for what a visitor has asked for: who is told in a notice if it cannot be had.
pub fn use_exchange(then: impl FnOnce(Exchange) + 'static) {
    with_exchange(move |exchange| match exchange {
        Some(exchange) => then(exchange),
        None => act(tell),
    });
}

fn tell(app: &mut App) {
    app.handle(Msg::Notify(Notice {
        key: FAILED,
        values: Vec::new(),
    }));
}

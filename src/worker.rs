//! The engine in its worker: requests come in as messages, the engine is pulled along, replies go
//! out. Between two ticks the browser gets its turn, so that requests interleave with training.
//!
//! The same program is a helper ([`engine::helper`]) where its address says so.

mod helpers;
mod inbox;
mod turn;

use engine::session::Engine;
use inbox::Inbox;
use protocol::{Failure, Reply, encode};
use serde::Serialize;
use train::choice::{Choice, StepperChoice};
use train::device::Processor;
use turn::Turn;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::DedicatedWorkerGlobalScope;

/// Seconds of work between two looks at the messages.
const SLICE: f64 = 0.012;

/// Starts the engine of this worker, or its helper.
pub fn start() {
    if query("role").is_some() {
        return helpers::start();
    }
    std::panic::set_hook(Box::new(|panic| {
        console_error_panic_hook::hook(panic);
        post(&Reply::Failed(Failure::Program(panic.to_string())));
    }));
    spawn_local(run());
}

async fn run() {
    let inbox = Inbox::open();
    let processor = Processor::choose(choice(), stepper()).await;
    let clock = performance();
    let mut engine = Engine::new(processor, Box::new(move || clock.now() / 1000.0));
    post(&engine.ready());
    let turn = Turn::new();
    let mut helpers = helpers::Helpers::new(&mut engine);
    loop {
        let mut replies = Vec::new();
        for request in inbox.take() {
            match request {
                Ok(request) => engine.handle(request, &mut replies),
                Err(detail) => replies.push(Reply::Failed(Failure::Message(detail))),
            }
        }
        helpers.serve(&mut engine, &mut replies);
        replies.iter().for_each(post);
        if engine.idle() {
            inbox.wait().await;
        } else {
            engine.tick(SLICE).await.iter().for_each(post);
            turn.pass().await;
        }
    }
}

/// What the worker's address asks for: `backend=auto|webgpu|cpu`.
fn choice() -> Choice {
    query("backend")
        .and_then(|name| Choice::from_name(&name))
        .unwrap_or_default()
}

/// Which way of stepping it asks for: `stepper=auto|burn`.
fn stepper() -> StepperChoice {
    query("stepper")
        .and_then(|name| StepperChoice::from_name(&name))
        .unwrap_or_default()
}

/// What the worker's address says under a name.
fn query(name: &str) -> Option<String> {
    let query = web_sys::UrlSearchParams::new_with_str(&scope().location().search());
    query.ok().and_then(|query| query.get(name))
}

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

fn performance() -> web_sys::Performance {
    scope().performance().expect("a worker has a clock")
}

/// Sends a message to whoever started this worker; its buffer is given away, not copied.
fn post<T: Serialize>(message: &T) {
    let buffer = js_sys::Uint8Array::from(encode(message).as_slice()).buffer();
    let transfer = js_sys::Array::of1(&buffer);
    if let Err(error) = scope().post_message_with_transfer(&buffer, &transfer) {
        web_sys::console::error_1(&error);
    }
}

/// The digest of a tour of [`flow`], for the test that native and wasm agree to the bit. The small flavour alone
/// carries it: it walks through all of `flow`, which is more than the page uses, and fewer bytes matter elsewhere.
#[cfg(not(feature = "gpu"))]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn digest() -> String {
    format!("{:016x}", flow::digest::digest(1))
}

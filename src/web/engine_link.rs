//! The workers that train: fetched, listened to, spoken to, and let go.

use super::chunks;
use super::dom::{self, by_id, document, property, window};
use super::json;
use super::page::{App, Dirty, act};
use app::host::{BackendWish, StepperWish};
use app::msg::Msg;
use app::state::FIRST_PAGE_JOB;
use protocol::{BackendKind, EngineFault, Reply, Request, decode, encode};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Element, Event, MessageEvent, Response, Worker, WorkerOptions, WorkerType};

/// Milliseconds between two looks at an engine that the development server is still building.
const RETRY: i32 = 2000;

/// Which of the two engines a worker is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Engine,
    Candidate,
}

/// The two builds of the engine program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flavour {
    Cpu,
    Gpu,
}

impl Flavour {
    fn of(kind: BackendKind) -> Self {
        match kind {
            BackendKind::Cpu => Self::Cpu,
            BackendKind::WebGpu => Self::Gpu,
        }
    }
}

/// A worker, and how it is listened to.
struct Link {
    worker: Worker,
    role: Rc<Cell<Role>>,
    _message: Closure<dyn FnMut(MessageEvent)>,
    _error: Closure<dyn FnMut(Event)>,
}

/// The engine, and the second one that may take over.
#[derive(Default)]
pub struct Engines {
    engine: Option<Link>,
    candidate: Option<Link>,
    candidate_tried: bool,
    /// The development server is still building the engine.
    pub building: bool,
}

impl Engines {
    /// Fetches the engine.
    pub fn load(&mut self, wish: BackendWish) {
        match wish {
            BackendWish::WebGpu => fetch(Flavour::Gpu, Role::Engine),
            BackendWish::Auto | BackendWish::Cpu => fetch(Flavour::Cpu, Role::Engine),
        }
    }

    /// Fetches the second engine, once, where there may be a use for it.
    pub fn load_rival(&mut self, wish: BackendWish) {
        if wish == BackendWish::Auto && !std::mem::replace(&mut self.candidate_tried, true) {
            spawn_local(async {
                if has_adapter().await {
                    fetch(Flavour::Gpu, Role::Candidate);
                }
            });
        }
    }

    /// Fetches a second engine of that kind, once more.
    pub fn challenge(&mut self, kind: BackendKind) {
        fetch(Flavour::of(kind), Role::Candidate);
    }

    /// Asks the engine for something.
    pub fn send(&self, request: &Request) {
        post(self.engine.as_ref(), request);
    }

    /// Asks the second engine for something.
    pub fn send_rival(&self, request: &Request) {
        post(self.candidate.as_ref(), request);
    }

    /// The second engine takes the place of the first.
    pub fn promote(&mut self) {
        let Some(candidate) = self.candidate.take() else {
            return;
        };
        candidate.role.set(Role::Engine);
        end(self.engine.replace(candidate));
    }

    /// Lets the engine go, until it is loaded again.
    pub fn release(&mut self) {
        end(self.engine.take());
        self.candidate_tried = false;
    }

    /// The second engine is of no use.
    pub fn dismiss_rival(&mut self) {
        end(self.candidate.take());
    }
}

fn end(link: Option<Link>) {
    if let Some(link) = link {
        link.worker.set_onmessage(None);
        link.worker.set_onerror(None);
        link.worker.terminate();
    }
}

fn post(link: Option<&Link>, request: &Request) {
    if let Some(link) = link {
        let buffer = js_sys::Uint8Array::from(encode(request).as_slice()).buffer();
        let transfer = js_sys::Array::of1(&buffer);
        let _ = link.worker.post_message_with_transfer(&buffer, &transfer);
    }
}

/// The address of one of the site's files. Its name may carry a digest, which `#assets` knows.
pub fn address(name: &str) -> String {
    let assets: Element = by_id("assets");
    let text = assets.text_content().unwrap_or_default();
    let names = json::read(&text).unwrap_or_default();
    let name = names[name].as_str().unwrap_or(name).to_owned();
    let base = document().base_uri().ok().flatten().unwrap_or_default();
    let url = web_sys::Url::new_with_base(&name, &base);
    url.map_or(name, |url| url.href())
}

/// Whether there is a WebGPU adapter at all: the engine for it is too large to be fetched in vain.
async fn has_adapter() -> bool {
    let gpu = property(&window().navigator(), "gpu");
    let request: Option<js_sys::Function> = property(&gpu, "requestAdapter").dyn_into().ok();
    let promise = request.and_then(|request| request.call0(&gpu).ok());
    match promise {
        Some(promise) => {
            let adapter = JsFuture::from(js_sys::Promise::from(promise)).await;
            adapter.is_ok_and(|adapter| adapter.is_object())
        }
        None => false,
    }
}

/// Starts a worker as soon as its program is there.
fn fetch(flavour: Flavour, role: Role) {
    let script = match flavour {
        Flavour::Cpu => address("engine_cpu.js"),
        Flavour::Gpu => address("engine_gpu.js"),
    };
    spawn_local(async move {
        match available(&script).await {
            true => act(move |app| app.start_worker(flavour, role, &script)),
            false => act(move |app| app.lose(role, EngineFault::NotLoaded(String::new()))),
        }
    });
}

/// Waits until the server has the file; false if it never will.
async fn available(script: &str) -> bool {
    loop {
        let response = JsFuture::from(window().fetch_with_str(script)).await;
        let status = response.map_or(0, |response| response.unchecked_into::<Response>().status());
        match status {
            200..=299 => return true,
            503 => {
                act(|app| {
                    app.engines.building = true;
                    app.dirty.texts = true;
                });
                sleep(RETRY).await;
            }
            _ => return false,
        }
    }
}

async fn sleep(milliseconds: i32) {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        dom::after(milliseconds, move || {
            let _ = resolve.call0(&JsValue::NULL);
        });
    });
    let _ = JsFuture::from(promise).await;
}

/// The worker's own script, told what to load.
fn worker_address(flavour: Flavour, stepper: StepperWish, script: &str) -> String {
    let escape = |text: &str| String::from(js_sys::encode_uri_component(text));
    let (name, backend, wasm) = match flavour {
        Flavour::Cpu => ("cpu", "cpu", address("engine_cpu_bg.wasm")),
        Flavour::Gpu => ("gpu", "webgpu", address("engine_gpu_bg.wasm")),
    };
    let worker = address("engine_worker.js");
    let (js, wasm) = (escape(script), escape(&wasm));
    let stepper = stepper.name();
    format!("{worker}?flavour={name}&backend={backend}&stepper={stepper}&js={js}&wasm={wasm}")
}

impl App {
    fn start_worker(&mut self, flavour: Flavour, role: Role, script: &str) {
        self.engines.building = false;
        self.dirty = Dirty::ALL;
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let address = worker_address(flavour, self.host.stepper, script);
        let Ok(worker) = Worker::new_with_options(&address, &options) else {
            return self.lose(role, EngineFault::NoWorker);
        };
        let link = Link::new(worker, role);
        match role {
            Role::Engine => self.engines.engine = Some(link),
            Role::Candidate => self.engines.candidate = Some(link),
        }
    }

    /// A worker is of no use any more.
    fn lose(&mut self, role: Role, fault: EngineFault) {
        match role {
            Role::Engine => {
                end(self.engines.engine.take());
                self.handle(Msg::EngineLost(fault));
            }
            Role::Candidate => {
                self.engines.dismiss_rival();
                self.handle(Msg::CandidateLost(fault));
            }
        }
    }

    fn hear(&mut self, role: Role, bytes: &[u8]) {
        match (decode::<Reply>(bytes), role) {
            (Ok(Reply::Done { id, answer }), Role::Engine) if id < FIRST_PAGE_JOB => {
                if let Some(exchange) = chunks::exchange() {
                    (exchange.answered)(&mut self.calls, id, answer);
                }
            }
            (Ok(Reply::Checkpoint { lane, checkpoint }), Role::Engine) => {
                if let Some(exchange) = chunks::exchange() {
                    (exchange.checked_out)(&mut self.calls, lane, &checkpoint, &self.state);
                }
                self.handle(Msg::Engine(Reply::Checkpoint { lane, checkpoint }));
            }
            (Ok(reply), Role::Engine) => self.handle(Msg::Engine(reply)),
            (Ok(reply), Role::Candidate) => self.handle(Msg::Candidate(reply)),
            (Err(_), role) => self.lose(role, EngineFault::Version),
        }
    }

    /// What the worker's script says before its program can: how far it is, or that it failed.
    fn hear_script(&mut self, role: Role, data: &JsValue) {
        if let Some(reason) = property(data, "failed").as_string() {
            self.lose(role, EngineFault::NotLoaded(reason));
        } else if role == Role::Engine {
            let fraction = property(data, "progress").as_f64();
            self.handle(Msg::EngineLoading { fraction });
        }
    }
}

impl Link {
    fn new(worker: Worker, role: Role) -> Self {
        let role = Rc::new(Cell::new(role));
        let own = role.clone();
        let message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let (role, data) = (own.get(), event.data());
            match data.dyn_ref::<js_sys::ArrayBuffer>() {
                Some(buffer) => {
                    let bytes = js_sys::Uint8Array::new(buffer).to_vec();
                    act(move |app| app.hear(role, &bytes));
                }
                None => act(move |app| app.hear_script(role, &data)),
            }
        });
        let own = role.clone();
        let error = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
            event.prevent_default();
            let role = own.get();
            act(move |app| app.crashed(role));
        });
        worker.set_onmessage(Some(message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(error.as_ref().unchecked_ref()));
        Self {
            worker,
            role,
            _message: message,
            _error: error,
        }
    }
}

impl App {
    fn crashed(&mut self, role: Role) {
        let began = role == Role::Candidate || self.state.engine_ready();
        self.lose(
            role,
            if began {
                EngineFault::Crashed
            } else {
                EngineFault::NotLoaded(String::new())
            },
        );
    }
}

//! Calls of the API on their way: what was promised, and what it waits for.

use super::super::dom::set_property;
use super::super::engine_link::Engines;
use super::super::export;
use super::super::json;
use super::super::page::App;
use super::values;
use app::api::{Call, read};
use app::api_error::ApiError;
use app::msg::Msg;
use app::snapshot::snapshot;
use app::state::State;
use app::update::notices_of;
use app::wait::{Wait, figures};
use app::weights::{self, WeightsFault};
use flow::network::Network;
use js_sys::{Function, Uint8Array};
use protocol::{Answer, Checkpoint, JobId, LaneId, Refusal, Request};
use serde_json::Value as Json;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

/// The two ends of a promise.
pub struct Promised {
    pub resolve: Function,
    pub reject: Function,
}

impl Promised {
    fn keep(&self, value: &JsValue) {
        let _ = self.resolve.call1(&JsValue::NULL, value);
    }

    pub fn break_off(&self, failure: impl Into<ApiError>) {
        let ApiError { code, message } = failure.into();
        let error = js_sys::Error::new(&message);
        set_property(&error, "code", &code.into());
        let _ = self.reject.call1(&JsValue::NULL, &error);
    }

    fn settle(&self, outcome: Result<Json, impl Into<ApiError>>) {
        match outcome {
            Ok(value) => self.keep(&json::js(&value)),
            Err(failure) => self.break_off(failure),
        }
    }
}

/// A promise that is not kept yet.
struct Open {
    promised: Promised,
    wait: Wait,
    /// The question to the engine that it waits for the answer of.
    question: Option<(JobId, Request)>,
}

/// All promises that are not kept yet.
#[derive(Default)]
pub struct Calls {
    open: Vec<Open>,
    jobs: JobId,
}

impl Calls {
    /// Whether somebody waits for the engine's work.
    pub fn waiting(&self) -> bool {
        !self.open.is_empty()
    }

    /// Keeps or breaks off every promise that can be.
    pub fn settle(&mut self, state: &State) {
        self.open.retain(|open| match open.wait.outcome(state) {
            Some(outcome) => {
                open.promised.settle(outcome);
                false
            }
            None => true,
        });
    }

    /// The engine has answered a question.
    pub fn answered(&mut self, id: JobId, answer: Result<Answer, Refusal>) {
        let asked = |open: &Open| {
            open.question
                .as_ref()
                .is_some_and(|(asked, _)| *asked == id)
        };
        let Some(at) = self.open.iter().position(asked) else {
            return;
        };
        let open = self.open.swap_remove(at);
        match answer {
            Ok(answer) => open.promised.keep(&values::of_answer(answer)),
            Err(refusal) => open.promised.break_off(refusal),
        }
    }

    /// The engine has handed over a run: who asked for its weights gets them.
    pub fn checked_out(&mut self, lane: LaneId, checkpoint: &Checkpoint, state: &State) {
        let asked = |open: &Open| matches!(open.question, Some((_, Request::Checkpoint { lane: asked })) if asked == lane);
        while let Some(at) = self.open.iter().position(asked) {
            let open = self.open.swap_remove(at);
            match file_of(lane, checkpoint, state) {
                Ok(file) => open.promised.keep(&Uint8Array::from(file.as_slice())),
                Err(failure) => open.promised.break_off(failure),
            }
        }
    }

    /// Another engine is there: it gets the questions that are not answered yet.
    pub fn ask_again(&self, engines: &Engines) {
        for (_, request) in self.open.iter().filter_map(|open| open.question.as_ref()) {
            engines.send(request);
        }
    }
}

/// The safetensors file of a run.
fn file_of(lane: LaneId, checkpoint: &Checkpoint, state: &State) -> Result<Vec<u8>, ApiError> {
    let architecture = state.architecture(lane).ok_or(WeightsFault::NoNetwork)?;
    let network = Network::new(architecture, checkpoint.weights.0.clone());
    let network = network.map_err(|error| ApiError::from(error.to_string()))?;
    Ok(weights::write(&network, checkpoint.step))
}

impl App {
    /// Does what a caller wants.
    pub fn call(&mut self, verb: &str, args: &JsValue, promised: Promised) {
        let call = values::read_args(args)
            .and_then(|(json, beside)| read(verb, &json, beside, &self.state.settings));
        match call {
            Ok(call) => self.perform(call, promised),
            Err(failure) => promised.break_off(failure),
        }
    }

    fn perform(&mut self, call: Call, promised: Promised) {
        match call {
            Call::Get => promised.keep(&json::js(&snapshot(&self.state))),
            Call::Set(pairs) => promised.keep(&json::js(&self.set(pairs))),
            Call::Tell(msg) => {
                self.handle(msg);
                promised.keep(&json::js(&snapshot(&self.state)));
            }
            Call::Stop { lane } => {
                self.handle(Msg::StopTraining { lane });
                let lane = lane.unwrap_or(LaneId::A);
                let run = self.state.lanes[lane].run;
                self.wait(promised, Wait::Stopped { lane, run }, None);
            }
            Call::Weights { lane } => self.ask_for_weights(lane, promised),
            Call::Load { lane, file } => {
                let loaded = self.load_weights(lane, &file);
                promised.settle(loaded.map(|()| snapshot(&self.state)));
            }
            Call::Data { role, reading } => {
                let imported = self.bring(role, reading);
                promised.settle(match imported {
                    Ok(imported) => Ok(values::of_brought(&imported)),
                    Err(why) => Err(ApiError::from(why)),
                });
            }
            Call::Export(wish) => spawn_local(async move {
                match export::make(wish).await {
                    Ok(file) => promised.keep(&file),
                    Err(failure) => promised.break_off(failure),
                }
            }),
            Call::Ready => self.wait(promised, Wait::Ready, None),
            Call::Train { lane, steps } => self.train(lane, steps, promised),
            Call::Ask { lane, job } => {
                self.calls.jobs += 1;
                let id = self.calls.jobs;
                let request = Request::Job { id, lane, job };
                // An engine that is not ready yet is asked when it is.
                if self.state.engine_ready() {
                    self.engines.send(&request);
                }
                let run = self.state.lanes[lane].run;
                self.wait(promised, Wait::Answer { lane, run }, Some((id, request)));
            }
        }
    }

    fn ask_for_weights(&mut self, lane: LaneId, promised: Promised) {
        let request = Request::Checkpoint { lane };
        if self.state.engine_ready() {
            self.engines.send(&request);
        }
        let run = self.state.lanes[lane].run;
        self.calls.jobs += 1;
        let question = (self.calls.jobs, request);
        self.wait(promised, Wait::Answer { lane, run }, Some(question));
    }

    /// Puts the weights of a file into a lane's network.
    ///
    /// # Errors
    /// If they do not fit.
    pub fn load_weights(&mut self, lane: LaneId, file: &[u8]) -> Result<(), WeightsFault> {
        let architecture = self
            .state
            .architecture(lane)
            .ok_or(WeightsFault::NoNetwork)?;
        let weights = weights::read(file, architecture, json::read)?;
        self.handle(Msg::Load { lane, weights });
        Ok(())
    }

    /// The state after a patch, and what had to be changed about it.
    fn set(&mut self, pairs: Vec<(String, String)>) -> Json {
        let notices = notices_of(&self.state, &pairs);
        self.handle(Msg::Patch(pairs));
        let sentences: Vec<String> = notices
            .iter()
            .map(|notice| self.text.notice(notice))
            .collect();
        let mut state = snapshot(&self.state);
        state["notices"] = sentences.into();
        state
    }

    fn train(&mut self, lane: LaneId, steps: Option<u32>, promised: Promised) {
        let until = steps.map(|steps| self.state.lanes[lane].step.saturating_add(steps));
        self.handle(Msg::Train {
            lane: Some(lane),
            steps,
        });
        let run = self.state.lanes[lane].run;
        match until {
            Some(until) => self.wait(promised, Wait::Trained { lane, run, until }, None),
            None => promised.keep(&json::js(&figures(&self.state, lane))),
        }
    }

    fn wait(&mut self, promised: Promised, wait: Wait, question: Option<(JobId, Request)>) {
        self.calls.open.push(Open {
            promised,
            wait,
            question,
        });
        self.calls.settle(&self.state);
        // A promise is made to be kept: what rests out of sight does not rest from this.
        self.begin_if_waiting();
    }

    fn begin_if_waiting(&mut self) {
        if self.calls.waiting() {
            super::super::host::begin_now(self);
            self.handle(Msg::Recall);
        }
    }
}

//! Calls of the API on their way: what was promised, and what it waits for.

use super::super::engine_link::Engines;
use super::super::page::App;
use super::values;
use crate::app::api::{Call, read};
use crate::app::link;
use crate::app::msg::Msg;
use crate::app::snapshot::snapshot;
use crate::app::state::State;
use crate::app::wait::{Wait, figures};
use crate::engine::protocol::{Answer, JobId, Request};
use js_sys::Function;
use serde_json::{Value as Json, json};
use wasm_bindgen::JsValue;

/// The two ends of a promise.
pub struct Promised {
    pub resolve: Function,
    pub reject: Function,
}

impl Promised {
    fn keep(&self, value: &JsValue) {
        let _ = self.resolve.call1(&JsValue::NULL, value);
    }

    fn break_off(&self, sentence: &str) {
        let _ = self
            .reject
            .call1(&JsValue::NULL, &js_sys::Error::new(sentence));
    }

    fn settle(&self, outcome: Result<Json, String>) {
        match outcome {
            Ok(value) => self.keep(&super::super::dom::js(&value)),
            Err(sentence) => self.break_off(&sentence),
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
    pub fn answered(&mut self, id: JobId, answer: Result<Answer, String>) {
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
            Err(sentence) => open.promised.break_off(&sentence),
        }
    }

    /// Another engine is there: it gets the questions that are not answered yet.
    pub fn ask_again(&self, engines: &Engines) {
        for (_, request) in self.open.iter().filter_map(|open| open.question.as_ref()) {
            engines.send(request);
        }
    }
}

impl App {
    /// Does what a caller wants.
    pub fn call(&mut self, verb: &str, args: &JsValue, promised: Promised) {
        let call = values::read_args(args)
            .and_then(|(json, points)| read(verb, &json, points, &self.state.settings));
        match call {
            Ok(call) => self.perform(call, promised),
            Err(sentence) => promised.break_off(&sentence),
        }
    }

    fn perform(&mut self, call: Call, promised: Promised) {
        match call {
            Call::Get => promised.settle(Ok(snapshot(&self.state))),
            Call::Set(pairs) => promised.settle(Ok(self.set(pairs))),
            Call::Tell(msg) => {
                self.handle(msg);
                promised.settle(Ok(snapshot(&self.state)));
            }
            Call::Stop { lane } => {
                self.handle(Msg::StopTraining { lane });
                let lane = lane.unwrap_or(0);
                let run = self.state.lanes[lane].run;
                self.wait(promised, Wait::Stopped { lane, run }, None);
            }
            Call::Ready => self.wait(promised, Wait::Ready, None),
            Call::Train { lane, steps } => self.train(lane, steps, promised),
            Call::Ask { lane, job } => {
                self.calls.jobs += 1;
                let id = self.calls.jobs;
                let request = Request::Job {
                    id,
                    lane: lane as u8,
                    job,
                };
                // An engine that is not ready yet is asked when it is.
                if self.state.engine_ready() {
                    self.engines.send(&request);
                }
                let run = self.state.lanes[lane].run;
                self.wait(promised, Wait::Answer { lane, run }, Some((id, request)));
            }
        }
    }

    /// The state after a patch, and what had to be changed about it.
    fn set(&mut self, pairs: Vec<(String, String)>) -> Json {
        let notices = link::apply(&mut self.state.settings.clone(), &pairs);
        self.handle(Msg::Patch(pairs));
        let sentences: Vec<String> = notices
            .iter()
            .map(|notice| self.text.notice(notice))
            .collect();
        let mut state = snapshot(&self.state);
        state["notices"] = json!(sentences);
        state
    }

    fn train(&mut self, lane: usize, steps: Option<u32>, promised: Promised) {
        let until = steps.map(|steps| self.state.lanes[lane].step.saturating_add(steps));
        self.handle(Msg::Train {
            lane: Some(lane),
            steps,
        });
        let run = self.state.lanes[lane].run;
        match until {
            Some(until) => self.wait(promised, Wait::Trained { lane, run, until }, None),
            None => promised.settle(Ok(figures(&self.state, lane))),
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
        }
    }
}

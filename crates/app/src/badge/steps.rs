//! How each lane's training steps are taken, in words, and what stays on the CPU where WebGPU trains.

use crate::state::{EngineState, State};
use crate::text::Text;
use protocol::{BackendKind, Disagreement, LaneId, Misfit, SamplerFault, StepMethod, WhyBurn};

/// A line for each way of stepping, with its lane where lanes differ, and what the CPU does all the same.
pub(super) fn lines(state: &State, text: &Text) -> Vec<String> {
    let shown = usize::from(state.settings.lanes);
    let lanes = || {
        let lane = |id: LaneId| (id.letter(), &state.lanes[id]);
        LaneId::ALL.into_iter().map(lane).take(shown)
    };
    let known = |(name, lane): (char, &crate::state::LaneState)| {
        let said = method(lane.method.as_ref()?, text);
        Some((name, said))
    };
    let methods: Vec<_> = lanes().filter_map(known).collect();
    let mut lines: Vec<String> = match &methods[..] {
        [(_, first), rest @ ..] if rest.iter().all(|(_, other)| other == first) => {
            vec![text.fill("method.all", std::slice::from_ref(first))]
        }
        differing => {
            let line = |(name, said): &(char, String)| {
                text.fill("method.of", &[name.to_string(), said.clone()])
            };
            differing.iter().map(line).collect()
        }
    };
    for (name, lane) in lanes() {
        if let Some(fault) = &lane.sampler_fault {
            let values = [name.to_string(), sampler_fault(fault, text)];
            lines.push(text.fill("method.follows", &values));
        }
    }
    if let EngineState::Ready(backend) = &state.engine
        && backend.kind() == BackendKind::WebGpu
    {
        lines.push(text.get("method.stays").to_owned());
    }
    lines
}

fn method(method: &StepMethod, text: &Text) -> String {
    match method {
        StepMethod::Fused { .. } => text.get("method.fused").to_owned(),
        StepMethod::Blocked => text.get("method.blocked").to_owned(),
        StepMethod::Burn(kind, why) => {
            let key = match kind {
                BackendKind::Cpu => "method.burn-cpu",
                BackendKind::WebGpu => "method.burn-webgpu",
            };
            format!("{}; {}", text.get(key), why_burn(why, text))
        }
    }
}

fn why_burn(why: &WhyBurn, text: &Text) -> String {
    match why {
        WhyBurn::Chosen => text.get("why.chosen").to_owned(),
        WhyBurn::SelfTest(disagreement) => {
            text.fill("why.self-test", &[disagreed(disagreement, text)])
        }
        WhyBurn::TooLarge(misfit) => text.fill("why.too-large", &[misfit_of(misfit, text)]),
    }
}

fn disagreed(disagreement: &Disagreement, text: &Text) -> String {
    match disagreement {
        Disagreement::Loss { got, expected } => {
            let values = [got, expected].map(|loss| format!("{loss:.4}"));
            text.fill("why.loss", &values)
        }
        Disagreement::Gradients { share } => {
            text.fill("why.gradients", &[format!("{:.1}", 100.0 * share)])
        }
        Disagreement::Weights { rates } => text.fill("why.weights", &[format!("{rates:.3}")]),
        Disagreement::Failed(error) => text.fill("why.failed", std::slice::from_ref(error)),
    }
}

fn misfit_of(misfit: &Misfit, text: &Text) -> String {
    match misfit {
        Misfit::Width(units) => text.fill("why.width", &[units.to_string()]),
        Misfit::SharedMemory => text.get("why.shared").to_owned(),
        Misfit::Buffer(bytes) => text.fill("why.buffer", &[bytes.to_string()]),
    }
}

fn sampler_fault(fault: &SamplerFault, text: &Text) -> String {
    match fault {
        SamplerFault::SharedMemory => text.get("why.shared").to_owned(),
        SamplerFault::Outputs => text.get("why.outputs").to_owned(),
        SamplerFault::Wrong => text.get("why.wrong").to_owned(),
        SamplerFault::Device(error) => text.fill("why.failed", std::slice::from_ref(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;
    use crate::text::Language;
    use protocol::{Backend, CpuReason};

    fn state(kind: BackendKind, methods: [Option<StepMethod>; 2]) -> State {
        let mut state = State::new(Settings::default());
        state.engine = EngineState::Ready(match kind {
            BackendKind::Cpu => Backend::Cpu(CpuReason::Chosen),
            BackendKind::WebGpu => Backend::WebGpu {
                adapter: String::new(),
            },
        });
        state.settings.lanes = 2;
        for (lane, method) in state.lanes.iter_mut().zip(methods) {
            lane.method = method;
        }
        state
    }

    #[test]
    fn lanes_that_differ_are_told_one_by_one() {
        let text = Text::new(Language::English);
        let wide = WhyBurn::TooLarge(Misfit::Width(4096));
        let burn = StepMethod::Burn(BackendKind::WebGpu, wide);
        let fused = StepMethod::Fused { workgroups: [4, 9] };
        let kind = BackendKind::WebGpu;
        let told = lines(&state(kind, [Some(fused.clone()), Some(burn)]), &text);
        assert!(told[0].contains('A') && told[0].contains(text.get("method.fused")));
        assert!(
            told[1].contains('B') && told[1].contains("4096"),
            "{told:?}"
        );
        assert_eq!(told[2..], [text.get("method.stays")]);
        let told = lines(&state(kind, [Some(fused.clone()), Some(fused)]), &text);
        assert_eq!(told.len(), 2, "once for both: {told:?}");
        let told = lines(&state(BackendKind::Cpu, [None, None]), &text);
        assert!(told.is_empty(), "{told:?}");
    }

    #[test]
    fn chinese_lines_have_no_english_but_names() {
        let text = Text::new(Language::Chinese);
        let reasons = [
            WhyBurn::Chosen,
            WhyBurn::TooLarge(Misfit::SharedMemory),
            WhyBurn::TooLarge(Misfit::Buffer(7)),
            WhyBurn::SelfTest(Disagreement::Gradients { share: 0.5 }),
            WhyBurn::SelfTest(Disagreement::Weights { rates: 0.5 }),
        ];
        for why in reasons {
            let burn = StepMethod::Burn(BackendKind::WebGpu, why);
            let mut state = state(BackendKind::WebGpu, [Some(burn), None]);
            state.lanes[0].sampler_fault = Some(SamplerFault::Wrong);
            for line in lines(&state, &text) {
                let words = line.split(|c: char| !c.is_ascii_alphabetic());
                let names = [
                    "", "A", "B", "Burn", "Adam", "WebGPU", "CPU", "GPU", "stepper", "burn",
                ];
                let strange: Vec<_> = words.filter(|word| !names.contains(word)).collect();
                assert!(strange.is_empty(), "{strange:?}: {line}");
            }
        }
    }
}

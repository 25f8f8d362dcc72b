//! What trains, in words: the badge, and what stands behind it.

mod steps;

use super::state::{EngineState, State};
use super::statuses;
use super::text::Text;
use protocol::{Backend, EngineFault};

/// The badge itself: what trains, with the adapter's name or why the CPU does. `building` where the
/// engine's files are still being made.
pub fn sentence(state: &State, building: bool, text: &Text) -> String {
    let (key, detail) = match &state.engine {
        EngineState::Loading { .. } if building => ("badge.building", ""),
        EngineState::Loading { .. } => ("badge.loading", ""),
        // Why nothing trains is told in a notice.
        EngineState::Lost(_) => ("badge.lost", ""),
        EngineState::Ready(Backend::Cpu(reason)) => {
            let reason = statuses::cpu_reason(reason).map(|key| text.get(key));
            ("badge.cpu", reason.unwrap_or_default())
        }
        EngineState::Ready(Backend::WebGpu { adapter }) => ("badge.webgpu", adapter.as_str()),
    };
    let what = text.get(key);
    if what.contains(detail) {
        return what.to_owned();
    }
    format!("{what} · {detail}")
}

/// What stands behind it, a sentence a line: the reason where nothing trains, what both processors
/// were measured to do, how each lane's steps are taken, and what stays on the CPU.
pub fn details(state: &State, text: &Text) -> Vec<String> {
    let mut lines = Vec::new();
    if let EngineState::Lost(fault) = &state.engine {
        lines.push(text.get(statuses::engine_fault(fault)).to_owned());
    }
    if let Some(race) = &state.race {
        let speed = |steps: f64| format!("{steps:.0}");
        let number = |number: u32| number.to_string();
        let values = [
            number(race.work.depth),
            number(race.work.width),
            number(race.work.batch),
            speed(race.cpu),
            speed(race.webgpu),
            race.adapter.clone(),
        ];
        lines.push(text.fill("badge.race", &values));
    }
    lines.extend(steps::lines(state, text));
    let detail = match &state.engine {
        EngineState::Ready(Backend::Cpu(reason)) => statuses::detail(reason),
        EngineState::Lost(EngineFault::NotLoaded(detail)) => Some(detail.as_str()),
        _ => None,
    };
    if let Some(detail) = detail.filter(|detail| !detail.is_empty()) {
        lines.push(text.fill("badge.detail", &[detail.to_owned()]));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handover;
    use crate::settings::Settings;
    use crate::state::handover::Race;
    use crate::text::Language;
    use protocol::{CpuReason, StepMethod};

    fn trained_by(backend: Backend) -> State {
        let mut state = State::new(Settings::default());
        state.engine = EngineState::Ready(backend);
        state
    }

    #[test]
    fn the_badge_names_the_adapter_or_says_nothing_more() {
        let text = Text::new(Language::English);
        let gpu = trained_by(Backend::WebGpu {
            adapter: "NVIDIA H100".into(),
        });
        assert_eq!(
            sentence(&gpu, false, &text),
            "Training on WebGPU · NVIDIA H100"
        );
        let cpu = trained_by(Backend::Cpu(CpuReason::Chosen));
        assert_eq!(sentence(&cpu, false, &text), "Training on the CPU");
        assert!(details(&cpu, &text).is_empty());
    }

    #[test]
    fn behind_it_stand_both_speeds_and_the_method_in_every_language() {
        for language in Language::ALL {
            let text = Text::new(language);
            let mut state = trained_by(Backend::Cpu(CpuReason::Slower));
            let work = handover::work(&state);
            state.race = Some(Race {
                adapter: "lavapipe".into(),
                work,
                cpu: 812.4,
                webgpu: 24.6,
            });
            let workgroups = [4, 9];
            state.lanes[0].method = Some(StepMethod::Fused { workgroups });
            let lines = details(&state, &text).join("\n");
            for part in [
                "3 × 64",
                "256",
                "812",
                "25",
                "lavapipe",
                text.get("method.fused"),
            ] {
                assert!(lines.contains(part), "{lines}");
            }
            assert!(sentence(&state, false, &text).contains(text.get("reason.slower")));
        }
    }
}

//! What the engine is asked for only to be drawn: pairs, grids over the plane, meshes, curves, ...
//!
//! A picture belongs to a version of the lane; when the lane moves on and the layer or the chart is
//! shown, the picture is asked for again, one question at a time.

mod questions;
mod views;

use super::msg::Effect;
use super::settings::{DensityKind, Layer};
use super::state::State;
use super::state::pictures::{Depends, Picture, ShownBy, Version};
use flow::spec::{CouplingKind, SampleSchedule};
use protocol::{Answer, JobId, LaneId, Request};

/// Asks for every picture that is wanted and out of date.
pub fn refresh(state: &mut State, effects: &mut Vec<Effect>) {
    if !state.engine_ready() {
        return;
    }
    for lane in LaneId::ALL {
        for picture in Picture::ALL {
            if let Some(version) = wanted(state, lane, picture) {
                ask(state, lane, picture, version, effects);
            }
        }
    }
}

/// The version that should be on the stage, if the picture should be there at all.
fn wanted(state: &State, lane: LaneId, picture: Picture) -> Option<Version> {
    let own = &state.lanes[lane];
    let step = own.ensemble.as_ref().and_then(|e| e.step);
    let from_network = matches!(
        picture.depends(),
        Depends::Network | Depends::Seldom | Depends::Rarely
    );
    let possible = state.shown(lane) && own.problem.is_none() && (!from_network || step.is_some());
    if !possible || !shown(state, lane, picture) {
        return None;
    }
    let depends = picture.depends();
    let data_only = picture.of_data_only();
    Some(Version {
        run: own.run,
        round: if depends == Depends::Pairs {
            own.round
        } else {
            0
        },
        sampling: if data_only { 0 } else { own.sampling },
        step: match depends {
            Depends::Network => step.unwrap_or(0),
            Depends::Seldom => coarse(step.unwrap_or(0), own.training),
            Depends::Rarely => octave(step.unwrap_or(0), own.training)?,
            _ => 0,
        },
        extent: if data_only { 0.0 } else { state.extent },
    })
}

/// Whether the layer or the chart is there that shows the picture.
fn shown(state: &State, lane: LaneId, picture: Picture) -> bool {
    let (spec, settings) = (state.spec(lane), &state.settings);
    match picture.shown_by() {
        ShownBy::Always => true,
        ShownBy::Layers(layers) => settings.layers.any(layers),
        ShownBy::Density(kind) => {
            // Another coupling has no closed form, so its map is an estimate from the particles.
            let known =
                kind != DensityKind::Exact || spec.data.coupling == CouplingKind::Independent;
            settings.layers.has(Layer::Density) && settings.density == kind && known
        }
        ShownBy::Transfer => spec.sampling.sample_schedule != SampleSchedule::Same,
        ShownBy::Chart(name) => state.charts.iter().any(|chart| chart == name),
    }
}

/// While a lane trains, the number of steps rounded down to a power of the square root of two.
fn coarse(step: u32, training: bool) -> u32 {
    if !training || step == 0 {
        return step;
    }
    let octave = 1 << step.ilog2();
    let half = octave + octave * 2 / 5;
    if step >= half { half } else { octave }
}

/// While a lane trains, the number of steps rounded down to a power of two; at first none.
fn octave(step: u32, training: bool) -> Option<u32> {
    const FIRST: u32 = 256;
    match step {
        _ if !training => Some(step),
        0..FIRST => None,
        _ => Some(1 << step.ilog2()),
    }
}

fn ask(
    state: &mut State,
    lane: LaneId,
    picture: Picture,
    version: Version,
    effects: &mut Vec<Effect>,
) {
    let pictures = &state.lanes[lane].pictures;
    let slot = picture as usize;
    if pictures.asked[slot].is_some() || pictures.shown[slot] == Some(version) {
        return;
    }
    state.jobs += 1;
    let id = state.jobs;
    state.lanes[lane].pictures.asked[slot] = Some((id, version));
    effects.push(Effect::Send(Request::Job {
        id,
        lane,
        job: questions::job(state, lane, picture),
    }));
}

/// Takes the answer to one of the page's own questions. A picture that cannot be made is left out,
/// the stage has others; so is one of a lane that is sampled otherwise since.
pub fn answered(state: &mut State, id: JobId, answer: Result<Answer, protocol::Refusal>) {
    for own in &mut state.lanes {
        if let Some((picture, version)) = own.pictures.answered(id) {
            let current = picture.of_data_only() || version.sampling == own.sampling;
            if let Ok(answer) = answer
                && current
            {
                views::take(own, picture, version.extent, answer);
            }
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heavy_pictures_are_renewed_ever_more_rarely() {
        let renewals: std::collections::BTreeSet<u32> =
            (1..=4096).map(|s| coarse(s, true)).collect();
        assert!((20..=26).contains(&renewals.len()), "{renewals:?}");
        assert!((1..=4096).all(|s| coarse(s, true) <= s && coarse(s, true) * 3 >= 2 * s - 2));
        assert_eq!(coarse(1234, false), 1234);
        let renewals: std::collections::BTreeSet<u32> =
            (0..=4096).filter_map(|s| octave(s, true)).collect();
        assert_eq!(
            renewals.into_iter().collect::<Vec<_>>(),
            [256, 512, 1024, 2048, 4096]
        );
        assert_eq!(
            (octave(1234, false), octave(0, false)),
            (Some(1234), Some(0))
        );
    }

    #[test]
    fn every_picture_has_a_slot_of_its_own() {
        for (slot, picture) in Picture::ALL.into_iter().enumerate() {
            assert_eq!(picture as usize, slot);
        }
    }
}

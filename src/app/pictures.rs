//! What the engine is asked for only to be drawn: pairs, density, arrows, the overlay of a transfer.
//!
//! A picture belongs to a version of the lane; when the lane moves on and the layer is shown, the
//! picture is asked for again, one question at a time.

use super::msg::Effect;
use super::settings::{DensityKind, Layer};
use super::state::{Grid, PairsView, State, TransferView};
use crate::engine::protocol::{Answer, Job, JobId, Request, RunId};
use crate::flow::spec::{CouplingKind, SampleSchedule};

/// A kind of picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picture {
    Pairs,
    Density,
    Arrows,
    Transfer,
}

impl Picture {
    const ALL: [Self; 4] = [Self::Pairs, Self::Density, Self::Arrows, Self::Transfer];
}

/// What a picture was made of: run, sampling and training step.
type Version = (RunId, u32, u32);

/// The pictures of a lane: which version is shown, and which is being made.
#[derive(Debug, Default)]
pub struct Pictures {
    shown: [Option<Version>; 4],
    asked: [Option<(JobId, Version)>; 4],
}

impl Pictures {
    /// Forgets all pictures and questions (the answers, if they come, are dropped).
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    fn answered(&mut self, id: JobId) -> Option<Picture> {
        let found = Picture::ALL
            .into_iter()
            .find(|&p| self.asked[p as usize].is_some_and(|(asked, _)| asked == id))?;
        let (_, version) = self.asked[found as usize].take()?;
        self.shown[found as usize] = Some(version);
        Some(found)
    }
}

/// Cells along a side of the density picture, and how many times it is made for.
const DENSITY_SIDE: u32 = 96;
const DENSITY_TIMES: u32 = 25;
/// Arrows along a side, and how many times.
pub const ARROWS_SIDE: u32 = 19;
pub const ARROWS_TIMES: u32 = 17;
/// Pairs that are asked for: enough to see, and for a cost with a few percent of error.
const PAIRS: u32 = 2048;
/// Particles of the overlay of a transfer.
const TRANSFER_PARTICLES: u32 = 64;

/// Asks for every picture that is wanted and out of date.
pub fn refresh(state: &mut State, effects: &mut Vec<Effect>) {
    if !state.engine_ready() {
        return;
    }
    for lane in 0..2 {
        for picture in Picture::ALL {
            if let Some(version) = wanted(state, lane, picture) {
                ask(state, lane, picture, version, effects);
            }
        }
    }
}

/// The version that should be on the stage, if the picture should be there at all.
fn wanted(state: &State, lane: usize, picture: Picture) -> Option<Version> {
    let own = &state.lanes[lane];
    let spec = state.spec(lane);
    let layers = state.settings.layers;
    let step = own.ensemble.as_ref().and_then(|e| e.step);
    let shown = match picture {
        Picture::Pairs => true,
        Picture::Density => {
            layers.has(Layer::Density)
                && state.settings.density == DensityKind::Exact
                && spec.data.coupling == CouplingKind::Independent
        }
        Picture::Arrows => layers.has(Layer::Arrows) && step.is_some(),
        Picture::Transfer => {
            spec.sampling.sample_schedule != SampleSchedule::Same && step.is_some()
        }
    };
    if !shown || !state.shown(lane) || own.problem.is_some() {
        return None;
    }
    Some(match picture {
        Picture::Pairs => (own.run, 0, 0),
        Picture::Density => (own.run, own.sampling, 0),
        Picture::Arrows | Picture::Transfer => (own.run, own.sampling, step.unwrap_or(0)),
    })
}

fn ask(
    state: &mut State,
    lane: usize,
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
        lane: lane as u8,
        job: job(state, lane, picture),
    }));
}

fn job(state: &State, lane: usize, picture: Picture) -> Job {
    let seed = state.spec(lane).seed;
    let extent = state.extent;
    match picture {
        Picture::Pairs => Job::Couple { n: PAIRS, seed },
        Picture::Density => Job::Density {
            side: DENSITY_SIDE,
            extent,
            times: even_times(DENSITY_TIMES),
        },
        Picture::Arrows => Job::Arrows {
            side: ARROWS_SIDE,
            extent,
            times: even_times(ARROWS_TIMES),
        },
        Picture::Transfer => Job::TransferGap {
            n: TRANSFER_PARTICLES,
            seed,
        },
    }
}

/// `n` times from 0 to 1, both included.
pub fn even_times(n: u32) -> Vec<f64> {
    (0..n).map(|i| f64::from(i) / f64::from(n - 1)).collect()
}

/// Takes the answer to one of the page's own questions.
pub fn answered(state: &mut State, id: JobId, answer: Result<Answer, String>) {
    let extent = state.extent;
    for lane in 0..2 {
        let Some(picture) = state.lanes[lane].pictures.answered(id) else {
            continue;
        };
        let own = &mut state.lanes[lane];
        match (picture, answer) {
            (
                Picture::Pairs,
                Ok(Answer::Couple {
                    x0,
                    x1,
                    cost,
                    crossings,
                    ..
                }),
            ) => {
                own.pairs = Some(PairsView {
                    x0: x0.0,
                    x1: x1.0,
                    cost,
                    crossings,
                });
            }
            (Picture::Density, Ok(Answer::Density(values))) => {
                own.density = Some(Grid {
                    side: DENSITY_SIDE as usize,
                    extent,
                    channels: 1,
                    times: even_times(DENSITY_TIMES),
                    values: values.0,
                });
            }
            (Picture::Arrows, Ok(Answer::Arrows(values))) => {
                own.arrows = Some(Grid {
                    side: ARROWS_SIDE as usize,
                    extent,
                    channels: 2,
                    times: even_times(ARROWS_TIMES),
                    values: values.0,
                });
            }
            (
                Picture::Transfer,
                Ok(Answer::TransferGap {
                    gap,
                    steps,
                    rescaled,
                }),
            ) => {
                own.transfer = Some(TransferView {
                    gap,
                    steps,
                    rescaled,
                });
            }
            // A picture that cannot be made is left out; the stage has others.
            _ => {}
        }
        return;
    }
}

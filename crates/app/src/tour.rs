//! What a scene waits for, and the tour: the scenes one after the other, each as long as it takes.

use super::msg::Msg;
use super::notice::Notice;
use super::scenes::{SCENES, Wait, scene};
use super::state::tour::Progress;
use super::state::{EngineState, State};
use protocol::LaneId;

/// Seconds that the words of a scene need, at least.
const READING: f64 = 25.0;
/// Seconds after which the tour goes on even if what it waits for has not come.
const PATIENCE: f64 = 90.0;

/// Time passes. Returns the scene that the tour opens next, if it is time for it.
pub(super) fn tick(state: &mut State, dt: f64) -> Option<u32> {
    let (number, arrived) = (state.settings.scene, state.settings.t >= 1.0);
    let tour = &mut state.tour;
    if tour.scene != number {
        *tour = Progress {
            touring: tour.touring,
            scene: number,
            arrived,
            ..Progress::default()
        };
    }
    tour.passages += u32::from(arrived && !tour.arrived);
    tour.arrived = arrived;
    if dt.is_finite() {
        tour.seconds += dt.clamp(0.0, 0.25);
    }
    if state.tour.touring && over(state) {
        next(state)
    } else {
        None
    }
}

/// Starts the tour where the visit is, or stops it. From the last scene it starts anew:
/// then the scene to open is returned.
pub(super) fn toggle(state: &mut State) -> Option<u32> {
    state.tour.touring = !state.tour.touring;
    state.tour.seconds = 0.0;
    let at_the_end = state.settings.scene as usize >= SCENES.len();
    (state.tour.touring && at_the_end).then_some(1)
}

/// Whether the visitor takes over by this, so that the tour ends.
pub(super) fn ended_by(msg: &Msg) -> bool {
    matches!(
        msg,
        Msg::Set { .. }
            | Msg::Patch(_)
            | Msg::OpenLink(_)
            | Msg::Pause
            | Msg::TogglePlay
            | Msg::StepTime(_)
            | Msg::Seek(_)
            | Msg::StopTraining { .. }
            | Msg::ToggleTraining
            | Msg::Reset
            | Msg::Compare(_)
            | Msg::ToggleCompare
            | Msg::ToggleLayer(_)
            | Msg::Draw(_)
            | Msg::ClearDrawing
    )
}

/// The scene after this one; after the last the tour ends.
fn next(state: &mut State) -> Option<u32> {
    let next = state.settings.scene + 1;
    state.tour.touring = scene(next).is_some();
    state.tour.touring.then_some(next)
}

/// Whether the tour has seen enough of the scene.
fn over(state: &State) -> bool {
    let seconds = state.tour.seconds;
    seconds >= PATIENCE || seconds >= READING && fulfilled(state)
}

/// Whether what the scene waits for has come, or can come no more.
fn fulfilled(state: &State) -> bool {
    match scene(state.settings.scene).map(|scene| scene.wait) {
        Some(Wait::Passages(n)) => state.tour.passages >= n || state.reduced_motion,
        Some(Wait::Steps(n)) => steps(state) >= n || matches!(state.engine, EngineState::Lost(_)),
        Some(Wait::Words) | None => true,
    }
}

/// The fewest steps that a lane on the stage has trained; a borrowing lane has none of its own.
fn steps(state: &State) -> u32 {
    let own = |&lane: &LaneId| state.shown(lane) && !state.settings.borrows(lane);
    let lanes = LaneId::ALL.into_iter().filter(own);
    lanes.map(|lane| state.lanes[lane].step).min().unwrap_or(0)
}

/// What the visitor should wait for, in words; nothing for a scene of words alone.
pub fn waiting(state: &State) -> Option<Notice> {
    let wait = scene(state.settings.scene)?.wait;
    let sentence = |key, n: u32, now: u32| Notice {
        key,
        values: vec![n.to_string(), now.min(n).to_string()],
    };
    if wait != Wait::Words && fulfilled(state) {
        return Some(Notice {
            key: "story.wait.over",
            values: Vec::new(),
        });
    }
    match wait {
        Wait::Passages(n) => Some(sentence("story.wait.passages", n, state.tour.passages)),
        Wait::Steps(n) => Some(sentence("story.wait.steps", n, steps(state))),
        Wait::Words => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::settings::Settings;
    use super::super::update::update;
    use super::*;

    fn pass(state: &mut State, seconds: f64) {
        for _ in 0..(seconds * 5.0) as u32 {
            update(state, Msg::Tick { dt: 0.2 });
        }
    }

    fn touring() -> State {
        let mut state = State::new(Settings::default());
        update(&mut state, Msg::ToggleTour);
        state
    }

    #[test]
    fn the_tour_waits_for_training_and_for_the_words_to_be_read() {
        let mut state = touring();
        pass(&mut state, READING + 5.0);
        assert_eq!(state.settings.scene, 1, "not trained");
        state.lanes[0].step = 1500;
        pass(&mut state, 1.0);
        assert_eq!(state.settings.scene, 2);
        assert_eq!(state.tour.passages, 0, "each scene counts anew");
        pass(&mut state, READING - 2.0);
        assert_eq!(state.settings.scene, 2, "not read");
    }

    #[test]
    fn what_never_comes_is_not_waited_for_for_ever() {
        let mut state = touring();
        pass(&mut state, PATIENCE + 1.0);
        assert_eq!(state.settings.scene, 2);
        let mut lost = touring();
        update(&mut lost, Msg::EngineLost(protocol::EngineFault::Crashed));
        pass(&mut lost, READING + 1.0);
        assert_eq!(lost.settings.scene, 2);
    }

    #[test]
    fn it_ends_after_the_last_scene_and_starts_again_from_the_first() {
        let mut state = touring();
        update(&mut state, Msg::OpenScene(SCENES.len() as u32));
        assert!(state.tour.touring, "turning scenes leaves the tour on");
        pass(&mut state, READING + 1.0);
        assert!(!state.tour.touring);
        update(&mut state, Msg::ToggleTour);
        assert_eq!((state.settings.scene, state.tour.touring), (1, true));
    }

    #[test]
    fn a_visitor_who_takes_over_ends_it() {
        for msg in [Msg::Seek(0.5), Msg::ToggleCompare, Msg::TogglePlay] {
            let mut state = touring();
            update(&mut state, msg);
            assert!(!state.tour.touring);
        }
        let mut state = touring();
        update(&mut state, Msg::Highlight(None));
        assert!(state.tour.touring);
    }

    #[test]
    fn passages_are_counted_as_time_arrives() {
        let mut state = State::new(Settings::default());
        update(&mut state, Msg::OpenScene(2));
        assert_eq!(waiting(&state).unwrap().values, ["3", "0"]);
        pass(&mut state, 30.0);
        assert_eq!(waiting(&state).unwrap().key, "story.wait.over");
    }
}

//! The centres of Gaussian mixtures as something to take hold of on the stage.

use super::points;
use super::settings::Settings;
use super::user_data::Endpoint;
use flow::Point;
use flow::spec::{Source, Target};
use protocol::LaneId;

/// The most centres of a mixture.
pub const MOST: usize = 12;
/// How far from the origin a hand can move a coordinate; a link may say more.
const REACH: f64 = 4.0;
/// Half-width of a stage on which every centre within reach is seen, with its spread: so the stage
/// need not grow, and what is held does not run away from the hand.
pub(crate) const SHEET: f64 = 6.0;

/// A centre that a lane shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Centre {
    pub role: Endpoint,
    pub index: usize,
    pub at: Point,
}

/// The parameter that holds the centres of a role.
pub fn param(role: Endpoint) -> &'static str {
    match role {
        Endpoint::Source => "source_centres",
        Endpoint::Target => "centres",
    }
}

fn list(settings: &Settings, role: Endpoint) -> &[Point] {
    match role {
        Endpoint::Source => &settings.drawn.source_centres,
        Endpoint::Target => &settings.drawn.centres,
    }
}

/// Whether this end of the lane is such a mixture.
pub fn mixed(settings: &Settings, lane: LaneId, role: Endpoint) -> bool {
    let data = settings.spec(lane).data;
    match role {
        Endpoint::Source => data.source == Source::Gmm,
        Endpoint::Target => data.target == Target::Gmm,
    }
}

/// The roles that some lane on the stage has a mixture in.
pub fn roles(settings: &Settings) -> Vec<Endpoint> {
    let used = |role: &Endpoint| {
        LaneId::ALL
            .into_iter()
            .any(|lane| settings.shown(lane) && mixed(settings, lane, *role))
    };
    Endpoint::ALL.into_iter().filter(used).collect()
}

/// The centres that a lane shows: the target's first, then the source's.
pub fn centres(settings: &Settings, lane: LaneId) -> Vec<Centre> {
    let shown = Endpoint::ALL
        .into_iter()
        .filter(|&role| settings.shown(lane) && mixed(settings, lane, role));
    shown
        .flat_map(|role| {
            let points = list(settings, role).iter().enumerate();
            points.map(move |(index, &at)| Centre { role, index, at })
        })
        .collect()
}

/// What a change comes to: the parameter and its text.
pub type Change = (&'static str, String);

fn changed(role: Endpoint, points: &[Point]) -> Change {
    (param(role), points::encode(points))
}

/// A centre elsewhere, within reach.
pub fn moved(settings: &Settings, role: Endpoint, index: usize, to: Point) -> Change {
    let mut points = list(settings, role).to_vec();
    if let Some(point) = points
        .get_mut(index)
        .filter(|_| to.iter().all(|x| x.is_finite()))
    {
        *point = to.map(|x| x.clamp(-REACH, REACH));
    }
    changed(role, &points)
}

/// A centre a step further: by an arrow key, in steps that suit a stage of that half-width.
pub fn nudged(settings: &Settings, centre: &Centre, by: Point, extent: f64) -> Change {
    const STEPS: f64 = 40.0;
    let step = extent / STEPS;
    let to = [centre.at[0] + step * by[0], centre.at[1] + step * by[1]];
    moved(settings, centre.role, centre.index, to)
}

/// One more centre, unless there are [`MOST`] already.
pub fn added(settings: &Settings, role: Endpoint, at: Point) -> Option<Change> {
    let mut points = list(settings, role).to_vec();
    (points.len() < MOST).then(|| {
        points.push(at.map(|x| x.clamp(-REACH, REACH)));
        changed(role, &points)
    })
}

/// One centre less, unless it is the last.
pub fn removed(settings: &Settings, role: Endpoint, index: usize) -> Option<Change> {
    let mut points = list(settings, role).to_vec();
    (points.len() > 1 && index < points.len()).then(|| {
        points.remove(index);
        changed(role, &points)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link;
    use crate::msg::Msg;
    use crate::state::State;
    use crate::update::update;

    fn mixture() -> Settings {
        let mut settings = Settings::default();
        settings.lane[0].data.target = Target::Gmm;
        settings
    }

    fn with(settings: &Settings, change: Change) -> Settings {
        let mut settings = settings.clone();
        let notices = link::apply(&mut settings, &[(change.0.to_owned(), change.1)]);
        assert!(notices.is_empty());
        settings
    }

    #[test]
    fn centres_move_come_and_go() {
        let settings = mixture();
        let before = centres(&settings, LaneId::A);
        assert_eq!(before.len(), 5);
        let settings = with(
            &settings,
            moved(&settings, Endpoint::Target, 2, [1.0, -99.0]),
        );
        let at = centres(&settings, LaneId::A)[2].at;
        assert!(
            (at[0] - 1.0).abs() < 0.003 && (at[1] + REACH).abs() < 0.003,
            "{at:?}"
        );
        let nudged = nudged(
            &settings,
            &centres(&settings, LaneId::A)[2],
            [1.0, 0.0],
            4.0,
        );
        let settings = with(&settings, nudged);
        assert!((centres(&settings, LaneId::A)[2].at[0] - at[0] - 0.1).abs() < 0.003);
        let settings = with(
            &settings,
            added(&settings, Endpoint::Target, [0.0, 0.0]).unwrap(),
        );
        let settings = with(&settings, removed(&settings, Endpoint::Target, 0).unwrap());
        assert_eq!(centres(&settings, LaneId::A).len(), 5);
        assert_eq!(centres(&settings, LaneId::B), []);
    }

    #[test]
    fn the_stage_holds_still_under_the_hand() {
        let mut state = State::new(mixture());
        assert_eq!(state.extent, SHEET);
        for x in [1.0, 3.0, 99.0] {
            let (name, text) = moved(&state.settings, Endpoint::Target, 0, [x, x]);
            let name = name.to_owned();
            update(
                &mut state,
                Msg::Set {
                    lane: LaneId::A,
                    name,
                    text,
                },
            );
            assert_eq!(state.extent, SHEET);
        }
    }

    #[test]
    fn there_is_a_first_and_a_last() {
        let mut settings = mixture();
        settings.drawn.centres.truncate(1);
        assert_eq!(removed(&settings, Endpoint::Target, 0), None);
        settings.drawn.centres = vec![[0.0, 0.0]; MOST];
        assert_eq!(added(&settings, Endpoint::Target, [0.0, 0.0]), None);
        assert_eq!(roles(&settings), [Endpoint::Target]);
    }
}

//! What the panel of controls shows for these settings.

use super::link::lane_differences;
use super::scenes::{COMPARISONS, Comparison};
use super::schema::{Group, Param};
use super::settings::{DensityKind, Settings};
use flow::spec::CouplingKind;
use protocol::LaneId;

/// Parameters whose control stands elsewhere than in the groups.
const ELSEWHERE: &[&str] = &[
    "lanes",
    "layers",
    "t",
    "speed",
    "loop",
    "scene",
    "drawn",
    "drawn_source",
    "centres",
    "source_centres",
];

/// Whether the parameter's control is one of the groups'.
pub fn in_a_group(param: &Param) -> bool {
    !ELSEWHERE.contains(&param.name)
}

/// What should be said beside a control under these settings, as a key of the language files.
pub fn remark(param: &Param, settings: &Settings, lane: LaneId) -> Option<&'static str> {
    let spec = settings.spec(lane);
    let exact = settings.density == DensityKind::Exact;
    match param.name {
        "density" if exact && spec.data.coupling != CouplingKind::Independent => {
            Some("remark.density-estimate")
        }
        _ => None,
    }
}

/// Whether a parameter's control should be seen while the panel sets this lane.
pub fn visible(param: &Param, settings: &Settings, lane: LaneId) -> bool {
    if param.name == "borrow" && settings.lanes < 2 {
        return false;
    }
    // A lane that borrows a network has nothing of its own but how it is sampled.
    if param.per_lane && settings.borrows(lane) && param.group != Group::Sampling {
        return false;
    }
    (param.applies)(&settings.spec(lane))
}

/// Whether the two lanes on the stage differ in a parameter.
pub fn differs(param: &Param, settings: &Settings) -> bool {
    settings.lanes == 2 && lane_differences(settings).any(|p| p.name == param.name)
}

/// What the lanes differ in, as far as it shows.
pub fn shown_differences(settings: &Settings) -> Vec<&'static Param> {
    if settings.lanes < 2 {
        return Vec::new();
    }
    lane_differences(settings)
        .filter(|p| LaneId::ALL.iter().any(|&lane| visible(p, settings, lane)))
        .filter(|p| !settings.borrow || p.group == Group::Sampling)
        .collect()
}

/// What the choice of comparisons should say: `""` for one lane, the comparison's key, or
/// `"custom"` for two lanes that differ otherwise.
pub fn comparison(settings: &Settings) -> &'static str {
    if settings.lanes < 2 {
        return "";
    }
    let different: Vec<&str> = lane_differences(settings).map(|p| p.name).collect();
    let found = COMPARISONS
        .iter()
        .find(|c| matches(c, settings, &different));
    found.map_or("custom", |c| c.key)
}

/// The comparison sets all that differs, and its first value does differ.
fn matches(comparison: &Comparison, settings: &Settings, different: &[&str]) -> bool {
    let borrow = comparison.patch.iter().find(|(name, _)| *name == "borrow");
    let names: Vec<&str> = comparison
        .patch
        .iter()
        .filter_map(|(name, _)| name.strip_prefix("b."))
        .collect();
    borrow.is_none_or(|(_, value)| (*value == "1") == settings.borrow)
        && different.iter().all(|name| names.contains(name))
        && names.first().is_some_and(|name| different.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::msg::Msg;
    use crate::schema::param;
    use crate::state::State;
    use crate::update::update;

    #[test]
    fn a_comparison_is_known_again() {
        for wanted in COMPARISONS {
            let mut state = State::new(Settings::default());
            assert_eq!(comparison(&state.settings), "");
            update(&mut state, Msg::Compare(wanted.key.to_owned()));
            assert_eq!(comparison(&state.settings), wanted.key);
            assert!(!shown_differences(&state.settings).is_empty());
        }
    }

    #[test]
    fn lanes_of_the_user_s_own_are_called_so() {
        let mut settings = Settings {
            lanes: 2,
            ..Settings::default()
        };
        settings.lane[1].training.lr = 0.01;
        assert_eq!(comparison(&settings), "custom");
    }

    #[test]
    fn an_exact_density_is_an_estimate_where_there_is_none() {
        let mut settings = Settings::default();
        let density = param("density").unwrap();
        assert_eq!(remark(density, &settings, LaneId::A), None);
        settings.lane[0].data.coupling = CouplingKind::Ot;
        assert_eq!(
            remark(density, &settings, LaneId::A),
            Some("remark.density-estimate")
        );
    }

    #[test]
    fn a_borrowing_lane_sets_only_how_it_is_sampled() {
        let settings = Settings {
            lanes: 2,
            borrow: true,
            ..Settings::default()
        };
        let sees = |name: &str| visible(param(name).unwrap(), &settings, LaneId::B);
        assert!(sees("solver") && !sees("width") && sees("borrow"));
        assert!(!visible(param("power").unwrap(), &settings, LaneId::A));
    }
}

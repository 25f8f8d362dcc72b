//! Values that cannot be combined: each pair once, with the sentence that says why.

use super::notice::Notice;
use super::schema::param;
use super::settings::Settings;
use super::settings::labels;
use flow::spec::{CouplingKind, Guide, Prediction, Source};
use protocol::LaneId;

/// A combination that does not go.
pub(crate) struct Rule {
    /// Its sentence in the language files.
    pub key: &'static str,
    /// The parameters it is about; a change of them that breaks the rule is taken back.
    pub params: &'static [&'static str],
    /// Whether a lane has this combination.
    pub broken: fn(&Settings, LaneId) -> bool,
}

/// Every rule.
pub(crate) const RULES: &[Rule] = &[
    Rule {
        key: "rule.score-gaussian",
        params: &["predict", "source"],
        broken: |s, lane| {
            let spec = &s.lane[lane];
            spec.model.predict == Prediction::Score && spec.data.source != Source::Gaussian
        },
    },
    Rule {
        key: "rule.guide-labels",
        params: &["guide", "target", "coupling"],
        broken: |s, lane| s.lane[lane].model.guide != Guide::None && labels(s, lane) == 0,
    },
    // The factor of a classifier's gradient is that of a standard normal source.
    Rule {
        key: "rule.classifier-gaussian",
        params: &["guide", "source"],
        broken: |s, lane| {
            let spec = &s.lane[lane];
            spec.model.guide == Guide::Classifier && spec.data.source != Source::Gaussian
        },
    },
    // The pairs of a flow have no labels.
    Rule {
        key: "rule.guide-reflow",
        params: &["guide", "coupling"],
        broken: |s, lane| {
            let spec = &s.lane[lane];
            spec.model.guide != Guide::None && spec.data.coupling == CouplingKind::Reflow
        },
    },
];

/// Takes back what breaks a rule, in either lane: to what was set before, or to the default where
/// that would not help. Gives a sentence for each rule that had to be kept.
pub(crate) fn keep(before: &Settings, settings: &mut Settings) -> Vec<Notice> {
    let mut notices = Vec::new();
    for rule in RULES {
        let broken = |settings: &Settings, lane: LaneId| (rule.broken)(settings, lane);
        let lanes: Vec<LaneId> = LaneId::ALL
            .into_iter()
            .filter(|&lane| broken(settings, lane))
            .collect();
        for &lane in &lanes {
            let default = Settings::default();
            let from = if broken(before, lane) {
                &default
            } else {
                before
            };
            for param in rule.params.iter().filter_map(|name| param(name)) {
                (param.set)(settings, lane, (param.get)(from, lane));
            }
        }
        if !lanes.is_empty() {
            notices.push(Notice {
                key: rule.key,
                values: Vec::new(),
            });
        }
    }
    notices
}

/// Takes back changes of locked parameters and names them.
pub(crate) fn keep_locked(
    before: &Settings,
    settings: &mut Settings,
    locks: &[String],
) -> Option<Notice> {
    let mut names = Vec::new();
    for param in super::schema::PARAMS {
        let locked = locks.iter().any(|lock| lock == param.name || lock == "all");
        for lane in LaneId::ALL.into_iter().filter(|_| locked) {
            let value = (param.get)(before, lane);
            if (param.get)(settings, lane) != value {
                (param.set)(settings, lane, value);
                names.push(param.name.to_owned());
            }
        }
    }
    names.dedup();
    (!names.is_empty()).then(|| Notice {
        key: "notice.locked",
        values: vec![names.join(", ")],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link;
    use crate::schema::PARAMS;
    use proptest::prelude::*;

    fn changed(before: &Settings, pairs: &[(&str, &str)]) -> (Settings, Vec<&'static str>) {
        let mut settings = before.clone();
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
            .collect();
        link::apply(&mut settings, &pairs);
        let notices = keep(before, &mut settings);
        (
            settings,
            notices.into_iter().map(|notice| notice.key).collect(),
        )
    }

    #[test]
    fn a_score_needs_a_gaussian_source_whichever_comes_last() {
        let default = Settings::default();
        let (moons, told) = changed(&default, &[("source", "moons")]);
        assert_eq!(told, [""; 0]);
        let (same, told) = changed(&moons, &[("predict", "score"), ("width", "32")]);
        assert_eq!(told, ["rule.score-gaussian"]);
        assert_eq!(same.lane[0].model.predict, Prediction::Velocity);
        assert_eq!(
            (same.lane[0].data.source, same.lane[0].model.width),
            (Source::Moons, 32)
        );
        let (score, _) = changed(&default, &[("predict", "score")]);
        let (same, told) = changed(&score, &[("b.source", "ring")]);
        assert_eq!(told, ["rule.score-gaussian"]);
        assert_eq!(same, score);
    }

    #[test]
    fn a_rectified_flow_is_not_guided_and_a_classifier_needs_a_gaussian_source() {
        let default = Settings::default();
        let (reflow, told) = changed(&default, &[("coupling", "reflow")]);
        assert_eq!(told, [""; 0]);
        for guide in ["cfg", "classifier"] {
            let (same, told) = changed(&reflow, &[("guide", guide)]);
            assert_eq!((same, told), (reflow.clone(), vec!["rule.guide-reflow"]));
            let (guided, told) = changed(&default, &[("guide", guide)]);
            assert_eq!(told, [""; 0]);
            let (same, told) = changed(&guided, &[("coupling", "reflow")]);
            assert_eq!((same, told), (guided, vec!["rule.guide-reflow"]));
        }
        let (classifier, _) = changed(&default, &[("guide", "classifier")]);
        let (same, told) = changed(&classifier, &[("source", "ring")]);
        assert_eq!((same, told), (classifier, vec!["rule.classifier-gaussian"]));
        let (_, told) = changed(&default, &[("guide", "cfg"), ("source", "ring")]);
        assert_eq!(told, [""; 0]);
    }

    #[test]
    fn locked_values_stay() {
        let before = Settings::default();
        let mut settings = before.clone();
        settings.lane[0].training.lr = 0.1;
        settings.lane[1].training.lr = 0.1;
        settings.lane[0].training.batch = 32;
        let notice = keep_locked(&before, &mut settings, &["lr".into()]).unwrap();
        assert_eq!(notice.values, ["lr"]);
        assert_eq!(settings.lane[0].training.lr, before.lane[0].training.lr);
        assert_eq!(settings.lane[0].training.batch, 32);
        assert!(keep_locked(&before, &mut settings, &["all".into()]).is_some());
        assert_eq!(settings, before);
    }

    proptest! {
            #[test]
            fn no_change_leaves_a_rule_broken(changes in prop::collection::vec((0..PARAMS.len(), 0..2usize, 0..12usize), 1..12)) {
                let before = Settings::default();
                let mut settings = before.clone();
                for (which, lane, choice) in changes {
                    let lane = LaneId::ALL[if PARAMS[which].per_lane { lane } else { 0 }];
                    let text = link::sample_text(&PARAMS[which].kind, choice);
                    link::set(&mut settings, &PARAMS[which], lane, &text);
                }
                keep(&before, &mut settings);
                for rule in RULES {
                    prop_assert!(!LaneId::ALL
    .into_iter().any(|lane| (rule.broken)(&settings, lane)), "{}", rule.key);
                }
            }
        }
}

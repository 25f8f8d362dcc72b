//! The table of all figures.

use crate::fixture::{self, CHECKERBOARD};
use app::state::State;
use app::text::{Language, Text};
use flow::distribution::Estimate;
use protocol::LaneId;
use protocol::Metrics;
use render::measures::{Row, lanes, table};

fn metrics() -> Metrics {
    let estimate = |value, error| Estimate { value, error };
    Metrics {
        step: 2000,
        samples: 1000,
        label: None,
        loss: 3.79,
        floor: Some(estimate(3.754, 0.0021)),
        excess: Some(estimate(0.0362, 0.000_74)),
        estimated: false,
        nll: estimate(3.81, 0.012),
        unreachable: 3,
        likelihood_samples: 1000,
        entropy: Some(estimate(3.676, 0.0)),
        w2: 0.431,
        w2_floor: 0.41,
        energy_distance: 0.0052,
        energy_floor: 0.0031,
        on_support: Some(0.963),
        straightness: 0.61,
        kinetic: 6.2,
        npe: 0.55,
        w2_of_ends: 2.0,
        coupling_cost: 15.2,
        crossings: 0.23,
        nfe: 64,
    }
}

fn state(both: [Option<Metrics>; 2]) -> State {
    let mut state = fixture::state(CHECKERBOARD);
    state.settings.lanes = 2;
    for (lane, metrics) in both.into_iter().enumerate() {
        state.lanes[lane].views.measures = metrics;
    }
    state
}

fn cells<'a>(rows: &'a [Row], key: &str) -> Option<Vec<[&'a str; 2]>> {
    let row = rows.iter().find(|row| row.key == key)?;
    Some(
        row.cells
            .iter()
            .map(|[a, b]| [a.as_str(), b.as_str()])
            .collect(),
    )
}

#[test]
fn every_figure_stands_beside_its_floor() {
    let state = state([Some(metrics()), None]);
    assert_eq!(lanes(&state), [(LaneId::A, 2000, 1000)]);
    let rows = table(&state);
    for (key, figure, floor) in [
        ("measure.loss", "3.79", "3.75 ± 0.0021"),
        ("measure.excess", "0.0362 ± 0.00074", "0"),
        ("measure.w2", "0.431", "0.410"),
        ("measure.energy", "0.00520", "0.00310"),
        ("measure.support", "96.3%", ""),
        ("measure.nll", "3.81 ± 0.012", "3.68"),
        ("measure.unreachable", "3 / 1000", "0"),
        ("measure.straightness", "0.610", "0"),
        ("measure.kinetic", "6.20", "4.00"),
        ("measure.npe", "0.550", "0"),
        ("measure.cost", "15.2", "4.00"),
        ("measure.crossings", "23.0%", ""),
        ("measure.nfe", "64", ""),
    ] {
        assert_eq!(cells(&rows, key), Some(vec![[figure, floor]]), "{key}");
    }
    assert_eq!(rows.len(), 13, "an exact excess is not an estimated one");
}

#[test]
fn what_no_lane_knows_has_no_row_and_what_one_knows_has_one() {
    let unknown = Metrics {
        loss: f64::NAN,
        floor: None,
        excess: None,
        entropy: None,
        unreachable: 0,
        on_support: None,
        ..metrics()
    };
    let rows = table(&state([None, Some(unknown)]));
    for key in [
        "measure.loss",
        "measure.excess",
        "measure.support",
        "measure.unreachable",
    ] {
        assert_eq!(cells(&rows, key), None, "{key}");
    }
    assert_eq!(
        cells(&rows, "measure.nll"),
        Some(vec![["3.81 ± 0.012", ""]])
    );
    let rows = table(&state([Some(metrics()), Some(unknown)]));
    let support = cells(&rows, "measure.support");
    assert_eq!(support, Some(vec![["96.3%", ""], ["", ""]]));
    let excess = cells(&rows, "measure.excess");
    assert_eq!(excess, Some(vec![["0.0362 ± 0.00074", "0"], ["", ""]]));
    assert!(table(&state([None, None])).is_empty());
}

#[test]
fn the_pairs_of_all_labels_have_no_floor_in_the_ends_of_one() {
    let label = Some(1);
    let rows = table(&state([Some(Metrics { label, ..metrics() }), None]));
    assert_eq!(cells(&rows, "measure.cost"), Some(vec![["15.2", ""]]));
    assert_eq!(
        cells(&rows, "measure.kinetic"),
        Some(vec![["6.20", "4.00"]])
    );
}

#[test]
fn every_row_has_words_and_an_explanation_in_both_languages() {
    let estimated = Metrics {
        estimated: true,
        ..metrics()
    };
    let rows = table(&state([Some(metrics()), Some(estimated)]));
    assert_eq!(rows.len(), 14);
    for language in Language::ALL {
        let text = Text::new(language);
        for row in &rows {
            for key in [row.key.to_owned(), format!("{}.help", row.key)] {
                assert!(text.find(&key).is_some(), "{key}");
            }
        }
    }
}

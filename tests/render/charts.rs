//! Charts as SVG text, compared with the committed ones.
//!
//! `FLOWLAB_GOLDEN=write cargo test --test render` writes them anew: look at them before
//! committing.

use crate::{fixture, studies};
use app::state::{History, State};
use flow::spec::{SampleSchedule, ScheduleKind};
use plotters::prelude::{IntoDrawingArea, SVGBackend};
use protocol::LaneId;
use render::charts::{Chart, Line, draw, legend};
use render::palette::{Theme, ThemeKind};

/// A chart of that many device pixels.
pub fn svg(chart: Chart, state: &State, kind: ThemeKind, size: (u32, u32), scale: f64) -> String {
    let mut text = String::new();
    {
        let area = SVGBackend::with_string(&mut text, size).into_drawing_area();
        draw(chart, state, &Theme::of(kind), scale, &area).expect("SVG takes everything");
        area.present().expect("SVG takes everything");
    }
    text
}

fn golden(name: &str, text: &str) {
    let path = format!("{}/tests/golden/{name}.svg", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("FLOWLAB_GOLDEN").is_some() {
        std::fs::write(&path, text).expect("the folder is there");
    }
    let wanted = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        text == wanted,
        "{name} is drawn otherwise than the committed {path}"
    );
}

/// The charts of training and of the schedule.
const TRAINING: [Chart; 4] = [
    Chart::Loss,
    Chart::Excess,
    Chart::Schedule,
    Chart::Straightness,
];

/// Two lanes that train, the second more slowly.
fn trained() -> State {
    let mut state = fixture::empty();
    state.settings.lanes = 2;
    state.settings.t = 0.4;
    state.settings.lane[1].path.schedule = ScheduleKind::Cosine;
    state.lanes[0].history = fixture::history(0.05, Some(3.737), 5000);
    state.lanes[1].history = fixture::history(0.01, Some(3.5), 5000);
    state
}

/// The numbers and nothing else that stand in a chart.
fn texts(svg: &str) -> Vec<&str> {
    let after = svg.split("<text ").skip(1);
    after
        .map(|text| {
            text.split_once('>')
                .unwrap()
                .1
                .split("</text>")
                .next()
                .unwrap()
                .trim()
        })
        .collect()
}

#[test]
fn charts_are_drawn_as_they_were() {
    for chart in Chart::ALL {
        let state = if TRAINING.contains(&chart) {
            trained()
        } else {
            studies::state()
        };
        let name = chart.key().replace('.', "-");
        golden(
            &name,
            &svg(chart, &state, ThemeKind::Light, (360, 180), 1.0),
        );
        let name = format!("{name}-dark-small");
        golden(&name, &svg(chart, &state, ThemeKind::Dark, (240, 120), 1.0));
    }
    let text = svg(
        Chart::Loss,
        &trained(),
        ThemeKind::Projector,
        (720, 360),
        2.0,
    );
    golden("chart-loss-projector-dense", &text);
}

#[test]
fn a_chart_holds_numbers_only() {
    for chart in Chart::ALL {
        for text in texts(&svg(
            chart,
            &studies::state(),
            ThemeKind::Light,
            (360, 180),
            1.0,
        )) {
            let number = |c: char| c.is_ascii_digit() || ".k×−⁻⁰¹²³⁴⁵⁶⁷⁸⁹".contains(c);
            assert!(text.chars().all(number), "{chart:?}: {text}");
        }
    }
}

#[test]
fn the_loss_shows_its_floor_as_a_number_and_a_dashed_line() {
    let state = trained();
    let text = svg(Chart::Loss, &state, ThemeKind::Light, (360, 180), 1.0);
    assert!(texts(&text).contains(&"3.74") && texts(&text).contains(&"3.50"));
    let floors = legend(Chart::Loss, &state, &Theme::of(ThemeKind::Light));
    let floors = floors.iter().filter(|entry| entry.key == "legend.floor");
    assert!(floors.clone().count() == 2 && floors.clone().all(|e| e.line == Line::Short));
}

#[test]
fn a_loss_without_a_floor_is_not_shown() {
    let mut state = trained();
    state.lanes[1].history.floor = None;
    let entries = legend(Chart::Loss, &state, &Theme::of(ThemeKind::Light));
    assert!(!entries.is_empty() && entries.iter().all(|entry| entry.lane == Some(LaneId::A)));
}

#[test]
fn one_lane_needs_no_names() {
    let mut state = studies::state();
    state.settings.lanes = 1;
    for chart in Chart::ALL {
        let entries = legend(chart, &state, &Theme::of(ThemeKind::Light));
        assert!(
            entries.iter().all(|entry| entry.lane.is_none()),
            "{chart:?}"
        );
    }
}

#[test]
fn a_transfer_shows_both_schedules() {
    let mut state = trained();
    state.settings.borrow = true;
    state.settings.lane[1].sampling.sample_schedule = SampleSchedule::Vp;
    let entries = legend(Chart::Schedule, &state, &Theme::of(ThemeKind::Light));
    let keys: Vec<_> = entries
        .iter()
        .map(|entry| (entry.key.as_ref(), entry.lane))
        .collect();
    assert_eq!(
        keys,
        [
            ("legend.alpha", Some(LaneId::A)),
            ("legend.sigma", Some(LaneId::A)),
            ("legend.alpha-sampled", Some(LaneId::B)),
            ("legend.sigma-sampled", Some(LaneId::B)),
        ]
    );
    // A borrowing lane trains nothing.
    let entries = legend(Chart::Excess, &state, &Theme::of(ThemeKind::Light));
    assert!(entries.iter().all(|entry| entry.lane == Some(LaneId::A)));
}

#[test]
fn lanes_differ_in_more_than_colour() {
    for chart in [Chart::Loss, Chart::Excess, Chart::Straightness] {
        let entries = legend(chart, &trained(), &Theme::of(ThemeKind::Light));
        let look = |lane| {
            entries
                .iter()
                .find(|entry| entry.lane == Some(lane))
                .unwrap()
        };
        assert_ne!(look(LaneId::A).line, look(LaneId::B).line);
        assert_ne!(look(LaneId::A).color, look(LaneId::B).color);
    }
}

#[test]
fn nothing_known_draws_empty_axes() {
    for chart in Chart::ALL {
        let text = svg(chart, &fixture::empty(), ThemeKind::Light, (240, 120), 1.0);
        assert!(texts(&text).len() >= 3, "{chart:?}");
    }
}

#[test]
fn wild_values_neither_panic_nor_are_drawn() {
    let wild = [f64::NAN, f64::INFINITY, -1.0, 0.0, 1e30, 1e-30, f64::MAX];
    let values: Vec<_> = (0..).zip(wild).collect();
    for floor in [None, Some(f64::NAN), Some(0.0), Some(3.7)] {
        let mut state = trained();
        state.lanes[1].history = History {
            loss: values.clone(),
            excess: values.clone(),
            straightness: values.clone(),
            floor,
        };
        for chart in Chart::ALL {
            for size in [(240, 120), (30, 900), (1, 1), (900, 40)] {
                for scale in [0.5, 1.0, 3.0] {
                    let text = svg(chart, &state, ThemeKind::Light, size, scale);
                    assert!(!text.contains("NaN") && !text.contains("inf"), "{chart:?}");
                }
            }
        }
    }
}

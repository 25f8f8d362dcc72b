//! The charts of schedules, studies and of the course of time.

use crate::charts::svg;
use crate::fixture;
use crate::studies;
use app::settings::{DensityKind, Layers};
use app::state::State;
use app::text::{Language, Text};
use flow::prediction::Prediction;
use flow::spec::{CouplingKind, SampleSchedule, ScheduleKind, Source};
use render::charts::{Chart, Line, legend};
use render::palette::{Theme, ThemeKind};

fn keys(chart: Chart, state: &State) -> Vec<String> {
    let entries = legend(chart, state, &Theme::of(ThemeKind::Light));
    entries.into_iter().map(|entry| entry.key.into()).collect()
}

/// The corners of the lines drawn in a colour, in pixels.
fn corners(svg: &str, color: &str) -> Vec<(f64, f64)> {
    let lines = svg.split("<polyline ").skip(1);
    let lines = lines.filter(|line| line.split("/>").next().unwrap().contains(color));
    let corner = |pair: &str| {
        let (x, y) = pair.split_once(',')?;
        Some((x.parse().ok()?, y.parse().ok()?))
    };
    lines
        .flat_map(|line| {
            let points = line.split("points=\"").nth(1).unwrap();
            let points = points.split('"').next().unwrap().split(' ');
            points.filter_map(corner).collect::<Vec<_>>()
        })
        .collect()
}

fn hex(color: raster::color::Color) -> String {
    format!("#{:02X}{:02X}{:02X}", color.r, color.g, color.b)
}

#[test]
fn every_chart_belongs_somewhere_and_has_data_there() {
    let state = studies::state();
    for chart in Chart::ALL {
        assert!(chart.belongs(&state), "{chart:?}");
        assert!(!keys(chart, &state).is_empty(), "{chart:?}");
    }
}

#[test]
fn at_first_only_the_charts_of_training_and_schedule_belong() {
    let state = fixture::empty();
    let belong: Vec<_> = Chart::ALL
        .into_iter()
        .filter(|c| c.belongs(&state))
        .collect();
    let first = [
        Chart::Loss,
        Chart::Excess,
        Chart::Schedule,
        Chart::Straightness,
    ];
    assert_eq!(belong, first);
}

#[test]
fn charts_leave_with_what_they_speak_of() {
    let mut state = studies::state();
    state.settings.layers = Layers::of(&[]);
    state.settings.density = DensityKind::Exact;
    for lane in &mut state.settings.lane {
        lane.data.coupling = CouplingKind::Independent;
        lane.model.predict = Prediction::Velocity;
        lane.path.schedule = ScheduleKind::CondOt;
        lane.sampling.sample_schedule = SampleSchedule::Same;
    }
    let belong: Vec<_> = Chart::ALL
        .into_iter()
        .filter(|c| c.belongs(&state))
        .collect();
    assert_eq!(belong.len(), 4, "{belong:?}");
}

#[test]
fn every_line_and_chart_has_words_in_both_languages() {
    let state = studies::state();
    for language in Language::ALL {
        let text = Text::new(language);
        for chart in Chart::ALL {
            assert!(text.find(chart.key()).is_some(), "{chart:?}");
            assert!(text.find(&format!("{}.help", chart.key())).is_some());
            for key in keys(chart, &state) {
                assert!(text.find(&key).is_some(), "{key}");
            }
        }
    }
}

#[test]
fn a_convergence_of_order_two_falls_twice_as_steeply_as_one_of_order_one() {
    // Oracle: on logarithmic axes C n^-p is a straight line of slope -p.
    let state = studies::state();
    let theme = Theme::of(ThemeKind::Light);
    let text = svg(Chart::Errors, &state, ThemeKind::Light, (720, 360), 2.0);
    let dots = |class: usize| {
        let color = hex(theme.classes[class]);
        let circles = text.split("<circle ").skip(1);
        let circles = circles.filter(|c| c.split("/>").next().unwrap().contains(&color));
        let number = |circle: &str, name: &str| -> f64 {
            let value = circle.split(&format!("{name}=\"")).nth(1).unwrap();
            value.split('"').next().unwrap().parse().unwrap()
        };
        circles
            .map(|c| (number(c, "cx"), number(c, "cy")))
            .collect::<Vec<_>>()
    };
    let slope = |points: &[(f64, f64)]| {
        let (first, last) = (points[0], points[points.len() - 1]);
        (last.1 - first.1) / (last.0 - first.0)
    };
    let [one, two, four] = [0, 1, 2].map(|class| slope(&dots(class)));
    assert!(one > 0.0, "errors fall, and pixels grow downwards");
    assert!((two / one - 2.0).abs() < 0.1 && (four / one - 4.0).abs() < 0.2);
}

#[test]
fn the_snr_of_condot_passes_one_at_one_half() {
    // Oracle: rho = t / (1 - t), which is point-symmetric about t = 1/2 on a logarithmic axis.
    let mut state = studies::state();
    state.settings.lanes = 1;
    state.settings.lane[0].path.schedule = ScheduleKind::CondOt;
    let color = hex(Theme::of(ThemeKind::Light).lane[0]);
    let text = svg(Chart::Snr, &state, ThemeKind::Light, (720, 360), 2.0);
    let curve = corners(&text, &color);
    let sum =
        |at: &dyn Fn(&(f64, f64)) -> f64, i: usize| at(&curve[i]) + at(&curve[curve.len() - 1 - i]);
    assert!(curve.len() > 80);
    for i in 0..curve.len() / 2 {
        assert!((sum(&|p| p.0, i) - sum(&|p| p.0, 0)).abs() <= 2.0);
        assert!((sum(&|p| p.1, i) - sum(&|p| p.1, 0)).abs() <= 2.0);
    }
    assert!(curve.windows(2).all(|pair| pair[1].1 <= pair[0].1));
}

#[test]
fn published_costs_stand_beside_those_of_the_same_data_only() {
    let mut state = studies::state();
    let published = "legend.cost-published".to_owned();
    assert!(keys(Chart::Costs, &state).contains(&published));
    for lane in &mut state.settings.lane {
        lane.data.source = Source::Gaussian;
    }
    assert!(!keys(Chart::Costs, &state).contains(&published));
}

#[test]
fn where_mass_is_conserved_rate_and_inflow_are_one_line() {
    // Oracle: the continuity equation, for the exact field.
    let state = studies::state();
    let view = state.lanes[0].views.region.as_ref().unwrap();
    for balance in &view.balances {
        let inflow = -balance.outflow.iter().sum::<f64>();
        assert!((balance.rate - inflow).abs() < 1e-3);
    }
    let keys = keys(Chart::Balance, &state);
    assert_eq!(
        keys,
        ["legend.mass", "legend.mass-rate", "legend.mass-inflow"]
    );
}

#[test]
fn the_balances_of_two_lanes_are_told_apart_and_spared_a_divergent_end() {
    let mut state = studies::state();
    let mut view = state.lanes[0].views.region.clone().unwrap();
    let before = svg(Chart::Balance, &state, ThemeKind::Light, (360, 180), 1.0);
    state.lanes[0].views.region.as_mut().unwrap().balances[20].outflow = [1e3; 4];
    let after = svg(Chart::Balance, &state, ThemeKind::Light, (360, 180), 1.0);
    assert!(before == after, "the last inflow sets no scale");
    view.balances.truncate(20);
    state.lanes[1].views.region = Some(view);
    let entries = legend(Chart::Balance, &state, &Theme::of(ThemeKind::Light));
    for (i, one) in entries.iter().enumerate() {
        let looks = entries[..i].iter().map(|other| (other.line, other.color));
        assert!(
            !looks.into_iter().any(|look| look == (one.line, one.color)),
            "{one:?}"
        );
    }
}

#[test]
fn what_is_compared_in_one_colour_differs_in_its_line() {
    let state = studies::state();
    for chart in [
        Chart::Likelihood,
        Chart::Gradients,
        Chart::Gap,
        Chart::Costs,
    ] {
        let entries = legend(chart, &state, &Theme::of(ThemeKind::Light));
        for (i, one) in entries.iter().enumerate() {
            for other in &entries[..i] {
                assert!(
                    (one.color, one.line) != (other.color, other.line),
                    "{chart:?}"
                );
            }
        }
    }
    assert!(
        Line::ALL
            .iter()
            .filter(|line| line.dash().is_none())
            .count()
            == 1
    );
}

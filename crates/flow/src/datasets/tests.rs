//! Oracles: the reference generators themselves, densities by brute integration along the curve.

use super::*;
use crate::distribution::Estimate;
use crate::labels::MOST_LABELS;
use crate::quadrature::gauss_legendre;
use crate::random::Rng;
use proptest::prelude::*;

fn all() -> Vec<(String, Distribution)> {
    let points = vec![[0.0, 0.0], [1.0, 2.0], [-1.0, 0.5]];
    let drawn = Drawn {
        source: points.clone(),
        target: points,
        ..Drawn::default()
    };
    let sources = Source::ALL
        .iter()
        .map(|&s| (format!("{s:?}"), source(s, &drawn).unwrap()));
    let targets = Target::ALL
        .iter()
        .map(|&t| (format!("{t:?}"), target(t, &drawn).unwrap()));
    sources.chain(targets).collect()
}

/// Density at `p` of `curve(u) + noise`, `u` uniform on `[0, 1]`, by 1,600 Gauss nodes.
fn along(curve: &dyn Fn(f64) -> Point, noise: f64, p: Point) -> f64 {
    let panels = 100;
    let rule = gauss_legendre(16);
    let mut sum = 0.0;
    for i in 0..panels {
        for &(s, w) in &rule {
            let u = (f64::from(i) + 0.5 * (1.0 + s)) / f64::from(panels);
            let q = curve(u);
            let square = (p[0] - q[0]).powi(2) + (p[1] - q[1]).powi(2);
            sum += 0.5 * w / f64::from(panels) * (-0.5 * square / (noise * noise)).exp();
        }
    }
    sum / (TAU * noise * noise)
}

/// Largest error of the density at random points near the data, relative to the highest density.
fn largest_error(data: &Distribution, truth: &dyn Fn(Point) -> f64) -> f64 {
    let mut rng = Rng::new(1);
    let (mut worst, mut top) = (0.0f64, 0.0f64);
    for p in data.sample(&mut rng, 400) {
        let p = [p[0] + 0.1 * rng.normal(), p[1] + 0.1 * rng.normal()];
        let (ours, theirs) = (data.density(p), truth(p));
        worst = worst.max((ours - theirs).abs());
        top = top.max(theirs);
    }
    worst / top
}

#[test]
fn moons_have_the_density_of_the_generator() {
    let truth = |p: Point| {
        let place = |x: f64, y: f64| [2.0 * (x - 0.5), 2.0 * (y - 0.25)];
        let upper = |u: f64| place((PI * u).cos(), (PI * u).sin());
        let lower = |u: f64| place(1.0 - (PI * u).cos(), 0.5 - (PI * u).sin());
        0.5 * (along(&upper, 0.1, p) + along(&lower, 0.1, p))
    };
    let error = largest_error(&moons(), &truth);
    assert!(
        error < 1e-6,
        "{error} with {} components",
        moons().components().len()
    );
    assert!(moons().mean().iter().all(|v| v.abs() < 1e-9));
}

#[test]
fn spirals_have_the_density_of_the_generator() {
    let arm = |turn: f64| {
        move |u: f64| {
            let theta = ((PI / 2.0).powi(2) * (1.0 - u) + (2.5 * PI).powi(2) * u).sqrt();
            let r = 4.0 * theta / (2.5 * PI);
            [r * (theta + turn).cos(), r * (theta + turn).sin()]
        }
    };
    let truth =
        |p: Point| 0.5 * (along(&arm(0.0), CURVE_NOISE, p) + along(&arm(PI), CURVE_NOISE, p));
    let error = largest_error(&spirals(), &truth);
    assert!(
        error < 1e-6,
        "{error} with {} components",
        spirals().components().len()
    );
}

#[test]
fn rings_have_the_density_of_the_generator() {
    let truth = |p: Point| {
        let total: f64 = RING_RADII.iter().sum();
        let ring = |radius: f64| {
            let curve = move |u: f64| [radius * (TAU * u).cos(), radius * (TAU * u).sin()];
            radius / total * along(&curve, CURVE_NOISE, p)
        };
        RING_RADII.into_iter().map(ring).sum()
    };
    let error = largest_error(&rings(), &truth);
    assert!(
        error < 1e-6,
        "{error} with {} components",
        rings().components().len()
    );
}

#[test]
fn the_checkerboard_is_that_of_the_reference_generator() {
    let board = checkerboard();
    let mut rng = Rng::new(2);
    for _ in 0..2_000 {
        let x1 = 4.0 * rng.uniform() - 2.0;
        let x2 = rng.uniform() - 2.0 * f64::from(rng.below(2) as u8) + x1.floor().rem_euclid(2.0);
        let p = [x1 / 0.45, x2 / 0.45];
        assert!((board.density(p) - 0.45 * 0.45 / 8.0).abs() < 1e-15);
    }
    let area = board
        .components()
        .iter()
        .map(|c| (c.x.entropy() + c.y.entropy()).exp())
        .sum::<f64>();
    assert!((area * 0.45 * 0.45 / 8.0 - 1.0).abs() < 1e-12);
    let entropy = board.entropy(&mut rng, 0);
    assert!(
        (entropy.value - 3.676).abs() < 1e-3 && entropy.error == 0.0,
        "{entropy:?}"
    );
}

#[test]
fn eight_gaussians_are_those_of_torchcfm() {
    assert!((EIGHT_STD - 0.1f64.powf(0.25)).abs() < 1e-15);
    let data = eight_gaussians();
    assert!((data.second_moment() - 25.0 - 2.0 * 0.1f64.sqrt()).abs() < 1e-9);
}

#[test]
fn the_square_has_unit_variance() {
    assert!((SQUARE_HALF_WIDTH - 3f64.sqrt()).abs() < 1e-15);
    assert!((square().second_moment() - 2.0).abs() < 1e-12);
}

/// Samples fall into a 12 by 12 grid as the density says: Pearson's chi-square, fixed seed.
#[test]
fn samples_follow_the_density() {
    let (side, n) = (12, 20_000);
    let fine = 16;
    for (name, data) in all() {
        let extent = data.extent();
        let cell = 2.0 * extent / f64::from(side);
        let mut counts = vec![0.0; (side * side) as usize];
        for p in data.sample(&mut Rng::new(4), n) {
            let [i, j] = p.map(|v| ((v + extent) / cell).floor() as i32);
            if (0..side).contains(&i) && (0..side).contains(&j) {
                counts[(i + side * j) as usize] += 1.0;
            }
        }
        let (mut chi, mut cells) = (0.0, 0.0);
        for (k, count) in counts.iter().enumerate() {
            let corner = [k as i32 % side, k as i32 / side].map(|i| -extent + cell * f64::from(i));
            let step = cell / f64::from(fine);
            let at = |m: i32, low: f64| low + step * (f64::from(m) + 0.5);
            let mass: f64 = (0..fine * fine)
                .map(|m| {
                    data.density([at(m % fine, corner[0]), at(m / fine, corner[1])]) * step * step
                })
                .sum();
            let expected = mass * n as f64;
            // The grid integrates kernels as narrow as it only roughly.
            if expected > 20.0 && name != "Drawn" {
                chi += (count - expected) * (count - expected) / expected;
                cells += 1.0;
            }
        }
        let bound = cells + 5.0 * (2.0f64 * cells).sqrt() + 5.0;
        assert!(chi <= bound, "{name}: chi-square {chi} of {cells} cells");
    }
}

#[test]
fn moments_entropy_and_extent_agree_with_samples() {
    for (name, data) in all() {
        let mut rng = Rng::new(9);
        let points = data.sample(&mut rng, 20_000);
        let within = |e: Estimate, v: f64| (e.value - v).abs() < 5.0 * e.error + 1e-12;
        let estimate =
            |f: &dyn Fn(&Point) -> f64| Estimate::of(&points.iter().map(f).collect::<Vec<_>>());
        for i in [0, 1] {
            assert!(within(estimate(&|p| p[i]), data.mean()[i]), "{name}");
        }
        assert!(
            within(
                estimate(&|p| p[0] * p[0] + p[1] * p[1]),
                data.second_moment()
            ),
            "{name}"
        );
        if let Some(entropy) = data.closed_entropy() {
            let spread = estimate(&|p| -data.log_density(*p));
            assert!(
                (spread.value - entropy).abs() < 5.0 * spread.error + 1e-9,
                "{name}"
            );
        }
        let extent = data.extent();
        let outside = points
            .iter()
            .filter(|p| p.iter().any(|v| v.abs() > extent))
            .count();
        assert!(outside <= 45, "{name}: {outside} of 20,000 beyond {extent}");
        assert!(
            extent
                > 0.9
                    * points
                        .iter()
                        .flatten()
                        .fold(0.0, |m: f64, v| m.max(v.abs()))
                    - 1.5,
            "{name}"
        );
    }
}

#[test]
fn a_bad_drawing_is_refused_with_a_sentence() {
    let refused = |target: Vec<Point>| around_points(&target).unwrap_err();
    assert_eq!(refused(vec![]), DataError::NothingDrawn);
    assert_eq!(
        refused(vec![[0.0, 0.0], [f64::NAN, 1.0]]),
        DataError::NotFinite(1)
    );
    assert!(refused(vec![]).to_string().ends_with('.'));
}

proptest! {
    #[test]
    fn any_finite_drawing_is_a_distribution(points in prop::collection::vec([-1e6..1e6f64, -1e6..1e6f64], 1..40)) {
        let data = around_points(&points).unwrap();
        prop_assert!(data.extent().is_finite());
        prop_assert!(data.sample(&mut Rng::new(0), 10).iter().flatten().all(|v| v.is_finite()));
        prop_assert!(data.density(points[0]) > 0.0);
    }
}

#[test]
fn every_target_has_the_labels_of_its_parts_at_every_level() {
    // Oracle: the density of the whole is the weighted sum of those of its labels.
    let drawing = Drawn {
        target: vec![[0.3, -0.2], [1.0, 2.0]],
        ..Drawn::default()
    };
    let counts = [2, 2, 8, 5, 2, 5, 3, 2, 2, 3, 4, 1];
    for (&name, classes) in Target::ALL.iter().zip(counts) {
        let data = target(name, &drawing).unwrap();
        assert_eq!(data.classes(), classes, "{name:?}");
        let weights = data.class_weights();
        let own = |k| data.of_class(k).unwrap();
        for p in data.sample(&mut Rng::new(1), 20) {
            let parts = (0..).zip(&weights).map(|(k, w)| w * own(k).density(p));
            let (sum, whole): (f64, f64) = (parts.sum(), data.density(p));
            assert!((sum / whole - 1.0).abs() < 1e-9, "{name:?}");
        }
        assert!((0..classes).all(|k| own(k).levels().count() == data.levels().count()));
        assert!(data.of_class(classes).is_none());
        assert!(data.classes() <= MOST_LABELS);
    }
}

#[test]
fn labels_are_counted_as_they_are_given() {
    let drawn = Drawn {
        target: vec![[0.0, 0.0], [1.0, 2.0]],
        ..Drawn::default()
    };
    for &name in Target::ALL {
        let given = target(name, &drawn).unwrap().classes();
        assert_eq!(classes(name, &drawn), given, "{name:?}");
    }
}

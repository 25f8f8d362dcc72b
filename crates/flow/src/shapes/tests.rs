//! Oracles: the definitions of the curves, integrated by brute force; flows without stand-ins.

use super::*;
use crate::exact::ExactField;
use crate::quadrature::gauss_legendre;
use crate::random::Rng;
use crate::schedule::Schedule;

/// Density at `p` of `curve(u) + noise` with a density `likely(u)`, by 1,600 Gauss nodes.
fn along(curve: &dyn Fn(f64) -> (Point, f64), noise: f64, p: Point) -> f64 {
    let (panels, rule) = (100, gauss_legendre(16));
    let (mut sum, mut total) = (0.0, 0.0);
    for i in 0..panels {
        for &(s, w) in &rule {
            let u = (f64::from(i) + 0.5 * (1.0 + s)) / f64::from(panels);
            let (q, likely) = curve(u);
            let square = (p[0] - q[0]).powi(2) + (p[1] - q[1]).powi(2);
            sum += w * likely * (-0.5 * square / (noise * noise)).exp();
            total += w * likely;
        }
    }
    sum / total / (TAU * noise * noise)
}

/// Largest error of the density at random points near the data, relative to the highest density.
fn largest_error(data: &Distribution, truth: &dyn Fn(Point) -> f64) -> f64 {
    let mut rng = Rng::new(1);
    let (mut worst, mut top) = (0.0f64, 0.0f64);
    for p in data.sample(&mut rng, 150) {
        let p = [p[0] + 0.1 * rng.normal(), p[1] + 0.1 * rng.normal()];
        let (ours, theirs) = (data.density(p), truth(p));
        worst = worst.max((ours - theirs).abs());
        top = top.max(theirs);
    }
    worst / top
}

fn all() -> Vec<(&'static str, Distribution)> {
    vec![
        ("pinwheel", pinwheel()),
        ("s-curve", s_curve()),
        ("swiss roll", swiss_roll()),
        ("smiley", smiley()),
        ("FM", letters("FM").unwrap()),
        ("flow", letters("flow").unwrap()),
        ("gmm", gmm(&polygon(5, GMM_RADIUS)).unwrap()),
    ]
}

#[test]
fn the_s_curve_has_the_density_of_scikit_learns() {
    let truth = |p: Point| {
        let curve = |u: f64| {
            let t = 3.0 * PI * (u - 0.5);
            ([2.0 * t.sin(), 2.0 * t.signum() * (t.cos() - 1.0)], 1.0)
        };
        along(&curve, CURVE_NOISE, p)
    };
    let error = largest_error(&s_curve(), &truth);
    assert!(error < 1e-6, "{error}");
}

#[test]
fn the_swiss_roll_has_the_density_of_its_definition() {
    let truth = |p: Point| {
        // As uniform in theta, weighted by theta.
        let curve = |u: f64| {
            let t = 1.5 * PI * (1.0 + 2.0 * u);
            ([t * t.cos(), t * t.sin()].map(|v| 4.0 / (4.5 * PI) * v), t)
        };
        along(&curve, CURVE_NOISE, p)
    };
    let error = largest_error(&swiss_roll(), &truth);
    assert!(error < 1e-6, "{error}");
}

#[test]
fn the_pinwheel_has_the_density_of_its_definition() {
    let truth = |p: Point| {
        let arm = |k: i32| {
            let curve = move |u: f64| {
                let z = 5.0 * u - 2.5;
                let r = 1.0 + 0.3 * z;
                let angle = f64::from(k) * TAU / 5.0 + 0.25 * r.exp();
                (
                    [2.0 * r * angle.cos(), 2.0 * r * angle.sin()],
                    (-0.5 * z * z).exp(),
                )
            };
            along(&curve, CURVE_NOISE, p) / 5.0
        };
        (0..5).map(arm).sum()
    };
    let error = largest_error(&pinwheel(), &truth);
    assert!(error < 1e-6, "{error}");
}

#[test]
fn letters_have_the_density_of_their_strokes() {
    // L: a stem of 6 and a foot of 4, centred.
    let truth = |p: Point| {
        let stem = |u: f64| ([-2.0, 3.0 - 6.0 * u], 1.0);
        let foot = |u: f64| ([-2.0 + 4.0 * u, -3.0], 1.0);
        0.6 * along(&stem, CURVE_NOISE, p) + 0.4 * along(&foot, CURVE_NOISE, p)
    };
    let error = largest_error(&letters("l").unwrap(), &truth);
    assert!(error < 1e-6, "{error}");
}

#[test]
fn the_smiley_weighs_lines_by_length_and_eyes_as_said() {
    let face = TAU * FACE_RADIUS;
    let mouth = 2.1 * (PI - 0.8);
    let total = face + mouth + 2.0 * EYE_MASS;
    let truth = |p: Point| {
        let ring = |u: f64| (on_circle(FACE_RADIUS, TAU * u), 1.0);
        let smile = |u: f64| (on_circle(2.1, PI + 0.4 + (PI - 0.8) * u), 1.0);
        let eye =
            |x: f64| Distribution::new(vec![Component::gaussian(1.0, [x, 1.2], 0.3)]).density(p);
        let lines = face * along(&ring, CURVE_NOISE, p) + mouth * along(&smile, CURVE_NOISE, p);
        (lines + EYE_MASS * (eye(-1.3) + eye(1.3))) / total
    };
    let error = largest_error(&smiley(), &truth);
    assert!(error < 1e-6, "{error}");
}

#[test]
fn under_noise_the_stand_ins_are_as_good() {
    let normal = Distribution::standard_normal();
    for (name, data) in all() {
        let plain = Distribution::new(data.components().to_vec());
        let [field, full] = [&data, &plain].map(|d| ExactField::new(&normal, d, Schedule::CondOt));
        for t in [0.1, 0.4, 0.6, 0.75, 0.9, 0.97] {
            let (mut worst, mut top) = (0.0f64, 0.0f64);
            for x in data.sample(&mut Rng::new(2), 30) {
                let x = x.map(|v| t * v);
                let (a, b) = (field.density(x, t), full.density(x, t));
                (worst, top) = (worst.max((a - b).abs()), top.max(b));
            }
            assert!(worst / top < 1e-6, "{name} {t} {}", worst / top);
        }
    }
}

#[test]
fn all_are_about_as_large_as_the_others() {
    for (name, data) in all() {
        let extent = data.extent();
        assert!((3.0..4.8).contains(&extent), "{name} {extent}");
        assert!(
            data.components().len() < 500,
            "{name} {}",
            data.components().len()
        );
    }
}

#[test]
fn every_letter_can_be_drawn_and_nothing_else() {
    for letter in 'a'..='z' {
        let data = letters(&letter.to_string()).unwrap();
        assert!(data.extent() < 4.0, "{letter}");
        for stroke in polylines(glyph(letter).unwrap()).flatten() {
            assert!(stroke[0] <= 4.0 && stroke[1] <= 6.0, "{letter}");
        }
    }
    let refused = |text: &str| {
        let error = letters(text).unwrap_err();
        assert!(error.to_string().ends_with('.'));
        error
    };
    assert_eq!(refused(""), TextError::Empty);
    assert_eq!(
        refused("toolong"),
        TextError::TooLong {
            letters: 7,
            most: MOST_LETTERS
        }
    );
    assert_eq!(refused("a\u{e9}"), TextError::Unknown('\u{e9}'));
}

#[test]
fn gaussians_stand_where_they_are_put() {
    let triangle = polygon(3, 2.0);
    assert!((triangle[0][0]).abs() < 1e-12 && (triangle[0][1] - 2.0).abs() < 1e-12);
    let data = gmm(&triangle).unwrap();
    assert!((data.second_moment() - 4.0 - 2.0 * GMM_STD * GMM_STD).abs() < 1e-12);
    assert_eq!(gmm(&[]).unwrap_err(), DataError::NothingDrawn);
    assert_eq!(
        gmm(&[[0.0, f64::NAN]]).unwrap_err(),
        DataError::NotFinite(0)
    );
}

//! Measurements, not tests: `cargo test --release --test timing -- --ignored --nocapture`.

use flowlab::flow::{Point, assignment};
use std::hint::black_box;
use std::time::Instant;

/// A little generator of its own.
fn numbers(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (state >> 11) as f64 / (1u64 << 53) as f64
    }
}

fn gaussian(n: usize, seed: u64) -> Vec<Point> {
    let mut next = numbers(seed);
    let mut normal = move || (0..12).map(|_| next()).sum::<f64>() - 6.0;
    (0..n).map(|_| [normal(), normal()]).collect()
}

fn clusters(n: usize, seed: u64) -> Vec<Point> {
    let mut pick = numbers(seed + 1000);
    gaussian(n, seed)
        .into_iter()
        .map(|p| (p, (pick() * 8.0).floor() * std::f64::consts::FRAC_PI_4))
        .map(|(p, a)| [5.0 * a.cos() + 0.56 * p[0], 5.0 * a.sin() + 0.56 * p[1]])
        .collect()
}

fn moons(n: usize, seed: u64) -> Vec<Point> {
    let mut next = numbers(seed);
    (0..n)
        .map(|i| (i % 2 == 0, std::f64::consts::PI * next()))
        .map(|(upper, a)| match upper {
            true => [3.0 * a.cos() - 1.0, 3.0 * a.sin() - 1.0],
            false => [3.0 * (1.0 - a.cos()) - 1.0, 3.0 * (0.5 - a.sin()) - 1.0],
        })
        .collect()
}

fn board(n: usize, seed: u64) -> Vec<Point> {
    let mut next = numbers(seed);
    (0..n)
        .map(|_| (4.0 * next() - 2.0, next() - 2.0 * (next() * 2.0).floor()))
        .map(|(x, y)| [x / 0.45, (y + x.floor().rem_euclid(2.0)) / 0.45])
        .collect()
}

type Sampler = fn(usize, u64) -> Vec<Point>;

#[test]
#[ignore = "a measurement"]
fn assignment() {
    let cases: [(&str, Sampler, Sampler); 2] = [
        ("gaussian -> checkerboard", gaussian, board),
        ("8gaussians -> moons", clusters, moons),
    ];
    for (name, source, target) in cases {
        for n in [64, 128, 256, 512, 1024] {
            let pairs: Vec<_> = (0..20)
                .map(|s| (source(n, 2 * s), target(n, 2 * s + 1)))
                .collect();
            let start = Instant::now();
            for (x, y) in &pairs {
                black_box(assignment::assign_points(x, y));
            }
            println!(
                "{name}, n = {n:4}: {:.3} ms",
                start.elapsed().as_secs_f64() * 1e3 / 20.0
            );
        }
    }
}

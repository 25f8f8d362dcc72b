//! Measurements, not tests: `cargo test --release --test timing -- --ignored --nocapture`.

use flowlab::flow::network::{Architecture, Network};
use flowlab::flow::random::Rng;
use flowlab::flow::spec::LaneSpec;
use flowlab::flow::{Point, VelocityField, assignment};
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

/// Seconds that `f` takes when nothing disturbs it: the least of several runs.
fn least_time<T>(f: impl Fn() -> T) -> f64 {
    let time = |_| {
        let start = Instant::now();
        black_box(f());
        start.elapsed().as_secs_f64()
    };
    (0..7).map(time).fold(f64::INFINITY, f64::min)
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
            let mean = pairs
                .iter()
                .map(|(x, y)| least_time(|| assignment::assign_points(x, y)));
            let mean = mean.sum::<f64>() / pairs.len() as f64;
            println!("{name}, n = {n:4}: {:.3} ms", mean * 1e3);
        }
    }
}

#[test]
#[ignore = "a measurement"]
fn network() {
    let spec = LaneSpec::default().model;
    let architecture = Architecture::new(&spec, flowlab::flow::features::Encoding::PLAIN);
    let network = Network::init(architecture, &mut Rng::new(1));
    let x = gaussian(2048, 1);
    let rate =
        |passes: usize, time: f64| (passes * x.len() * architecture.flops()) as f64 / time / 1e6;
    let velocity = least_time(|| {
        let mut out = vec![[0.0; 2]; x.len()];
        network.velocity(&x, 0.5, None, &mut out);
        out
    });
    let divergence = least_time(|| {
        let mut out = vec![0.0; x.len()];
        network.divergence(&x, 0.5, None, &mut out);
        out
    });
    println!(
        "velocity of {} points: {:.2} ms, {:.0} MFLOP/s",
        x.len(),
        velocity * 1e3,
        rate(1, velocity)
    );
    println!(
        "divergence: {:.2} ms, {:.0} MFLOP/s",
        divergence * 1e3,
        rate(3, divergence)
    );
}

//! Times what the engine does beside the training steps, natively and alone: exact assignment and the snapshot of a
//! network. `cargo xtask bench --only native/` runs it; each line that it prints is a row of that table, as JSON.

use flowlab::flow::features::Encoding;
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

/// Prints a row: the seconds that `f` takes, in several runs, each turned into the row's unit.
fn row<T>(id: &str, what: &str, unit: &str, figure: impl Fn(f64) -> f64, f: impl Fn() -> T) {
    let time = |_| {
        let start = Instant::now();
        black_box(f());
        figure(start.elapsed().as_secs_f64())
    };
    let samples: Vec<f64> = (0..7).map(time).collect();
    let row = serde_json::json!({"id": id, "what": what, "unit": unit, "samples": samples});
    println!("{row}");
}

type Sampler = fn(usize, u64) -> Vec<Point>;

fn assignment() {
    const PROBLEMS: usize = 20;
    let cases: [(&str, Sampler, Sampler); 2] = [
        ("gaussian to checkerboard", gaussian, board),
        ("8gaussians to moons", clusters, moons),
    ];
    for (name, source, target) in cases {
        for n in [64, 128, 256, 512, 1024] {
            let pairs = (0..PROBLEMS as u64).map(|s| (source(n, 2 * s), target(n, 2 * s + 1)));
            let pairs: Vec<_> = pairs.collect();
            row(
                &format!("native/assignment/{}/{n}", name.replace(' ', "-")),
                &format!("exact assignment of {n} pairs, native: {name}"),
                "ms",
                |seconds| 1e3 * seconds / PROBLEMS as f64,
                || {
                    let solve = |(x, y): &(Vec<Point>, Vec<Point>)| assignment::assign_points(x, y);
                    pairs.iter().map(solve).collect::<Vec<_>>()
                },
            );
        }
    }
}

fn network() {
    let architecture = Architecture::new(&LaneSpec::default().model, Encoding::PLAIN);
    let network = Network::init(architecture, &mut Rng::new(1));
    let x = gaussian(2048, 1);
    // A divergence costs as much as three velocities: the pass and its two tangents.
    let rate = |passes: usize| {
        let work = (passes * x.len() * architecture.flops()) as f64;
        move |seconds: f64| work / seconds / 1e6
    };
    row(
        "native/velocity",
        "velocity of 2,048 points by the default network, native",
        "MFLOP/s",
        rate(1),
        || {
            let mut out = vec![[0.0; 2]; x.len()];
            network.velocity(&x, 0.5, None, &mut out);
            out
        },
    );
    row(
        "native/divergence",
        "divergence at 2,048 points, native",
        "MFLOP/s",
        rate(3),
        || {
            let mut out = vec![0.0; x.len()];
            network.divergence(&x, 0.5, None, &mut out);
            out
        },
    );
}

fn main() {
    assignment();
    network();
}

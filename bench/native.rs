//! Times what the engine does beside the training steps, natively and alone: exact assignment and the snapshot of a
//! network. `cargo xtask bench --only native/` runs it; each line that it prints is a row of that table, as JSON.

use flow::datasets::{checkerboard, eight_gaussians, moons};
use flow::distribution::Distribution;
use flow::features::Encoding;
use flow::network::{Architecture, Network};
use flow::random::Rng;
use flow::spec::LaneSpec;
use flow::{Point, VelocityField, assignment};
use std::hint::black_box;
use std::time::Instant;

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

fn assignment() {
    const PROBLEMS: usize = 20;
    let gaussian = Distribution::standard_normal();
    let cases = [
        ("gaussian to checkerboard", gaussian, checkerboard()),
        ("8gaussians to moons", eight_gaussians(), moons()),
    ];
    for (name, source, target) in cases {
        for n in [64, 128, 256, 512, 1024] {
            let mut rng = Rng::new(1);
            let pairs: Vec<_> = (0..PROBLEMS)
                .map(|_| (source.sample(&mut rng, n), target.sample(&mut rng, n)))
                .collect();
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
    let x = Distribution::standard_normal().sample(&mut Rng::new(2), 2048);
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

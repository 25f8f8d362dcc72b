//! Particles and log densities by the kernel against the CPU's own, which are held against closed
//! forms and finite differences elsewhere.

use super::gpu;
use crate::fused::sampler::{Sampler, fault};
use crate::particles::Arrived;
use flow::Point;
use flow::experiment::solver_program::SolverProgram;
use flow::experiment::{Experiment, log_densities};
use flow::likelihood::LogLikelihood;
use flow::network::Network;
use flow::random::Rng;
use flow::solver::Solver;
use flow::spec::*;
use pollster::block_on;

/// Largest distance of a particle from where the CPU has it, relative to its distance from the
/// origin (at least 1): some steps of single precision, amplified by the flow.
const NEAR: f64 = 5e-4;

/// The same on average.
const NEAR_ON_AVERAGE: f64 = 2e-5;

/// Largest mean difference of log densities, in nats.
const NEAR_IN_NATS: f64 = 2e-4;

const SOLVERS: [SolverKind; 4] = [
    SolverKind::Euler,
    SolverKind::Midpoint,
    SolverKind::Heun,
    SolverKind::Rk4,
];

fn sampler() -> Option<Sampler> {
    gpu()?.sampler()
}

fn spec() -> LaneSpec {
    let mut spec = LaneSpec::default();
    spec.data.target = Target::EightGaussians;
    (spec.model.width, spec.model.depth) = (20, 2);
    (spec.sampling.solver, spec.sampling.steps) = (SolverKind::Midpoint, 9);
    spec
}

/// Weights as after some training: larger than at the start.
fn network(lane: &Experiment) -> Network {
    let start = Network::init(lane.architecture(), &mut Rng::new(3));
    let larger = start.parameters().iter().map(|w| 1.6 * w).collect();
    Network::new(lane.architecture(), larger).expect("as many as before")
}

fn travel(
    sampler: &Sampler,
    network: &Network,
    way: &SolverProgram,
    noise: &[Point],
    tangents: bool,
) -> Arrived {
    let way = async {
        let mut travellers = sampler
            .start(network, way, noise, tangents)
            .await
            .map_err(|fault| format!("{fault:?}"))?;
        while !travellers.finished() {
            let taken = travellers.advance(7).await.map_err(|e| e.to_string())?;
            assert!(taken > 0);
        }
        travellers.read_back().await.map_err(|e| e.to_string())
    };
    block_on(way).expect("the GPU takes them")
}

/// The largest and the mean relative distance.
fn distances(expected: &[Point], got: &[Point]) -> (f64, f64) {
    assert_eq!(expected.len(), got.len());
    let distance = |(a, b): (&Point, &Point)| {
        let away = libm::hypot(a[0] - b[0], a[1] - b[1]);
        assert!(away.is_finite());
        away / libm::hypot(a[0], a[1]).max(1.0)
    };
    let all: Vec<f64> = expected.iter().zip(got).map(distance).collect();
    let mean = all.iter().sum::<f64>() / all.len() as f64;
    (all.into_iter().fold(0.0, f64::max), mean)
}

/// An ensemble on both.
fn compare_ensembles(sampler: &Sampler, spec: &LaneSpec, n: usize, case: &str) {
    let lane = Experiment::new(spec, &Drawn::default()).expect("nothing is drawn");
    let network = network(&lane);
    let learned = lane.learned(&network);
    let (field, _) = lane.sampled_field(&*learned);
    let noise = lane.noise(n, 1);
    let mut integration = lane.integration(&spec.sampling, &*learned, noise.clone(), 4);
    while integration.step(&*field) {}
    let way = lane
        .solver_program(&spec.sampling, 4)
        .expect("its steps are fixed");
    let arrived = travel(sampler, &network, &way, &noise, false);
    let (largest, mean) = distances(&integration.frames().points, &arrived.frames);
    assert!(
        largest < NEAR && mean < NEAR_ON_AVERAGE,
        "{case}: {largest:e}, {mean:e}"
    );
    let (end, _) = distances(integration.points(), &arrived.ends);
    assert!(end < NEAR, "{case}: {end:e} at the end");
}

/// Log densities on both.
fn compare_densities(sampler: &Sampler, spec: &LaneSpec, t: f64, case: &str) {
    let lane = Experiment::new(spec, &Drawn::default()).expect("nothing is drawn");
    let network = network(&lane);
    let learned = lane.learned(&network);
    let (field, _) = lane.sampled_field(&*learned);
    let points: Vec<Point> = (0..49)
        .map(|k| [k % 7, k / 7].map(|k| f64::from(k) - 3.0))
        .collect();
    let question = lane.density_at(&spec.sampling, t, Solver::new(SolverKind::Rk4, 8));
    let mut work = LogLikelihood::new(question, points.clone());
    while work.step(&*field) {}
    let starts = lane.log_start(&spec.sampling, &*learned, work.origins());
    let expected = log_densities(&work, &starts);
    let way = lane
        .likelihood_program(&spec.sampling, &question)
        .expect("it is exact");
    let arrived = travel(sampler, &network, &way, &points, true);
    // The CPU's own are from before the way in, where there is a transfer.
    let origins = points.iter().map(|&x| way.follow(&network, x).end);
    let (gap, _) = distances(&origins.collect::<Vec<_>>(), &arrived.ends);
    assert!(gap < NEAR, "{case}: origins differ by {gap:e}");
    let found = arrived.ends.iter().zip(&arrived.integrals);
    let gaps = found.zip(&expected).map(|((&end, &integral), expected)| {
        let gap = lane.log_density_after(&way, end, integral) - expected.value;
        gap.abs() / expected.value.abs().max(1.0)
    });
    let mean = gaps.sum::<f64>() / expected.len() as f64;
    assert!(
        mean < NEAR_IN_NATS,
        "{case}: log densities differ by {mean:e}"
    );
}

#[test]
fn ensembles_are_those_of_the_cpu() {
    let Some(sampler) = sampler() else { return };
    let mut spec = spec();
    for &activation in Activation::ALL {
        for &features in Features::ALL {
            for &predict in Prediction::ALL {
                for solver in SOLVERS {
                    (spec.model.activation, spec.model.features) = (activation, features);
                    (spec.model.predict, spec.sampling.solver) = (predict, solver);
                    let case = format!("{activation:?} {features:?} {predict:?} {solver:?}");
                    compare_ensembles(&sampler, &spec, 37, &case);
                }
            }
        }
    }
}

#[test]
fn log_densities_are_those_of_the_cpu() {
    let Some(sampler) = sampler() else { return };
    let mut spec = spec();
    for &activation in Activation::ALL {
        for &features in Features::ALL {
            for &predict in Prediction::ALL {
                (spec.model.activation, spec.model.features) = (activation, features);
                spec.model.predict = predict;
                let case = format!("{activation:?} {features:?} {predict:?}");
                compare_densities(&sampler, &spec, 1.0, &case);
            }
        }
    }
}

/// Steps are uneven where a schedule is singular; a transfer has a way in; guidance asks twice.
#[test]
fn schedules_transfer_and_guidance_are_those_of_the_cpu() {
    let Some(sampler) = sampler() else { return };
    let mut spec = spec();
    for &trained in ScheduleKind::ALL {
        for name in ["same", "condot", "cosine", "linearvp", "vp"] {
            for (guide, guidance) in [(Guide::None, 1.0), (Guide::Cfg, 1.0), (Guide::Cfg, 2.5)] {
                spec.path.schedule = trained;
                let schedule = SampleSchedule::from_name(name);
                spec.sampling.sample_schedule = schedule.expect("a name of the list");
                (spec.model.guide, spec.sampling.guidance) = (guide, guidance);
                spec.sampling.label = Some(5);
                let case = format!("{trained:?} {name} {guide:?} {guidance}");
                compare_ensembles(&sampler, &spec, 20, &case);
                compare_densities(&sampler, &spec, 0.7, &case);
            }
        }
    }
}

#[test]
fn networks_of_every_size_fit() {
    let Some(sampler) = sampler() else { return };
    let mut spec = spec();
    for (width, depth, features, n) in [
        (8, 1, Features::Plain, 1),
        (10, 6, Features::Fourier, 5),
        (64, 3, Features::Plain, 333),
        (100, 2, Features::Fourier, 18),
        (512, 2, Features::Plain, 9),
    ] {
        (spec.model.width, spec.model.depth) = (width, depth);
        spec.model.features = features;
        compare_ensembles(
            &sampler,
            &spec,
            n,
            &format!("{width}x{depth}, {n} particles"),
        );
    }
}

#[test]
fn particles_go_the_same_way_in_parts_and_at_once() {
    let Some(sampler) = sampler() else { return };
    let spec = spec();
    let lane = Experiment::new(&spec, &Drawn::default()).expect("nothing is drawn");
    let (network, noise) = (network(&lane), lane.noise(30, 2));
    let way = lane
        .solver_program(&spec.sampling, 5)
        .expect("its steps are fixed");
    let parts = travel(&sampler, &network, &way, &noise, false);
    let at_once = async {
        let mut travellers = sampler
            .start(&network, &way, &noise, false)
            .await
            .map_err(|fault| format!("{fault:?}"))?;
        let taken = travellers
            .advance(usize::MAX)
            .await
            .map_err(|e| e.to_string())?;
        assert_eq!(taken, way.calls.len());
        travellers.read_back().await.map_err(|e| e.to_string())
    };
    let at_once = block_on(at_once).expect("the GPU takes them");
    assert_eq!(parts.frames, at_once.frames, "to the last bit");
}

/// A particle that is not where the CPU has it is noticed, whatever the reason.
#[test]
fn a_wrong_kernel_is_noticed() {
    let spec = spec();
    let lane = Experiment::new(&spec, &Drawn::default()).expect("nothing is drawn");
    let (network, noise) = (network(&lane), lane.noise(2, 2));
    let way = lane
        .solver_program(&spec.sampling, 1)
        .expect("its steps are fixed");
    let ends = noise.iter().map(|&noise| way.follow(&network, noise).end);
    let mut arrived = Arrived {
        ends: ends.collect(),
        ..Arrived::default()
    };
    assert_eq!(fault(&arrived, &network, &way, &noise), None);
    arrived.ends[1][0] += 0.01;
    assert!(fault(&arrived, &network, &way, &noise).is_some());
    arrived.ends[1][0] = f64::NAN;
    assert!(fault(&arrived, &network, &way, &noise).is_some());
}

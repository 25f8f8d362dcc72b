//! An engine on a GPU answers what the CPU answers. On the clock of these tests every slice takes no time
//! to speak of, so the GPU is asked as soon as the CPU has been timed.

use super::*;
use train::testing::gpu as gpu_of_tests;

/// Large enough to be worth sending.
fn spec() -> LaneSpec {
    let mut spec = LaneSpec::default();
    spec.data.target = Target::EightGaussians;
    spec.sampling.particles = 300;
    spec.sampling.steps = 20;
    spec
}

/// The numbers of the answers to a question asked twice, of the CPU and of the GPU.
fn answers(job: &Job, numbers: impl Fn(Answer) -> Floats) -> Option<[Floats; 2]> {
    let ask = |bench: &mut Bench| numbers(bench.answer(LaneId::A, job.clone()).expect("an answer"));
    let mut gpu = Bench::on(gpu_of_tests()?.clone());
    let mut cpu = Bench::new();
    for bench in [&mut cpu, &mut gpu] {
        bench.configure(LaneId::A, 1, spec(), false);
        ask(bench);
    }
    Some([ask(&mut cpu), ask(&mut gpu)])
}

/// Near to each other, but for single precision, which shows that they are not of one processor.
fn assert_near([expected, got]: [Floats; 2], tolerance: f32) {
    assert_eq!(expected.0.len(), got.0.len());
    assert_ne!(expected, got, "the GPU was not asked");
    for (a, b) in expected.0.iter().zip(&got.0) {
        assert!((a - b).abs() <= tolerance * a.abs().max(1.0), "{a} {b}");
    }
}

#[test]
fn samples_are_those_of_the_cpu() {
    let job = Job::Sample {
        n: 3000,
        seed: 4,
        sampling: spec().sampling,
        trajectories: true,
    };
    let ensemble = |answer| match answer {
        Answer::Sample { ensemble } => {
            assert_eq!((ensemble.times.len(), ensemble.nfe), (21, 40));
            ensemble.frames
        }
        other => panic!("{other:?}"),
    };
    if let Some(both) = answers(&job, ensemble) {
        assert_near(both, 1e-4);
    }
}

#[test]
fn learned_densities_are_those_of_the_cpu() {
    let job = Job::Grid {
        map: Map::LearnedDensity,
        side: 20,
        extent: 3.0,
        times: vec![0.5, 1.0],
    };
    let grid = |answer| match answer {
        Answer::Grid(values) => values,
        other => panic!("{other:?}"),
    };
    if let Some(both) = answers(&job, grid) {
        assert_near(both, 1e-3);
    }
}

#[test]
fn what_the_gpu_cannot_follow_is_said_once() {
    let Some(gpu) = gpu_of_tests() else { return };
    let mut bench = Bench::on(gpu.clone());
    let mut wide = spec();
    // More units than a workgroup has threads anywhere.
    wide.model.width = 4096;
    wide.model.depth = 1;
    bench.configure(LaneId::A, 1, wide, false);
    let job = Job::Grid {
        map: Map::LearnedDensity,
        side: 10,
        extent: 3.0,
        times: vec![1.0],
    };
    let mut said = Vec::new();
    for id in 0..3 {
        let job = job.clone();
        bench.ask(Request::Job {
            id,
            lane: LaneId::A,
            job,
        });
        said.extend(bench.finish().into_iter().filter_map(|reply| match reply {
            Reply::Method { sampler_fault, .. } => sampler_fault,
            _ => None,
        }));
    }
    assert_eq!(said, [SamplerFault::SharedMemory], "it is told once");
}

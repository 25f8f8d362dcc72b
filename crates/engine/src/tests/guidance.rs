//! A lane guided by its own classifier, from the first step to samples of a label.

use super::*;
use flow::experiment::Experiment;

fn guided() -> LaneSpec {
    let mut spec = spec();
    spec.model.guide = Guide::Classifier;
    spec.model.width = 32;
    spec.training.batch = 128;
    spec.training.lr = 0.01;
    spec.sampling.label = Some(1);
    spec
}

fn sampled(bench: &mut Bench, sampling: SamplingSpec) -> Floats {
    let job = Job::Sample {
        n: 300,
        seed: 3,
        sampling,
        trajectories: false,
    };
    let Ok(Answer::Sample { ensemble }) = bench.answer(LaneId::A, job) else {
        panic!("no sample")
    };
    let last = ensemble.frames.0.len() - 600;
    Floats(ensemble.frames.0[last..].to_vec())
}

/// The share of samples that belong to label 1, by Bayes' rule just before the end of the path.
fn share_of_label(sample: &Floats) -> f64 {
    let exact = Experiment::new(&guided(), &Drawn::default())
        .unwrap()
        .exact();
    let points = sample.0.as_chunks::<2>().0;
    let of_label = |p: &&[f32; 2]| exact.class_probabilities(p.map(f64::from), 0.99)[1] > 0.5;
    points.iter().filter(of_label).count() as f64 / points.len() as f64
}

fn checkpoint(bench: &mut Bench) -> Checkpoint {
    bench.ask(Request::Checkpoint { lane: LaneId::A });
    let replies = bench.finish().into_iter();
    let mut found = replies.filter_map(|reply| match reply {
        Reply::Checkpoint { checkpoint, .. } => Some(checkpoint),
        _ => None,
    });
    found.next().expect("a checkpoint")
}

#[test]
fn a_lane_learns_to_be_guided_and_takes_its_classifier_along() {
    let (spec, unguided) = (
        guided(),
        SamplingSpec {
            label: None,
            ..guided().sampling
        },
    );
    let mut bench = Bench::new();
    bench.configure(LaneId::A, 1, spec, false);
    bench.finish();
    // Nothing has been learned, so a label pulls nowhere.
    let (first, without) = (
        sampled(&mut bench, spec.sampling),
        sampled(&mut bench, unguided),
    );
    assert_eq!(first, without);

    bench.train(LaneId::A, 1, Training::Until(500));
    bench.finish();
    let guided = sampled(&mut bench, spec.sampling);
    let share = share_of_label(&guided);
    assert!(share > 0.8, "{share}");
    let share = share_of_label(&sampled(&mut bench, unguided));
    assert!((0.3..0.7).contains(&share), "{share}");

    let checkpoint = checkpoint(&mut bench);
    let mut other = Bench::new();
    other.configure(LaneId::A, 1, spec, false);
    other.ask(Request::Resume {
        lane: LaneId::A,
        checkpoint,
    });
    other.finish();
    assert_eq!(sampled(&mut other, spec.sampling), guided);
}

#[test]
fn a_guided_run_handed_over_ends_as_if_it_had_not_been() {
    let ended = |pauses: &[u32]| {
        let mut bench = Bench::new();
        bench.configure(LaneId::A, 1, guided(), false);
        for &step in pauses {
            bench.train(LaneId::A, 1, Training::Until(step));
            bench.finish();
            let checkpoint = checkpoint(&mut bench);
            bench = Bench::new();
            bench.configure(LaneId::A, 1, guided(), false);
            bench.ask(Request::Resume {
                lane: LaneId::A,
                checkpoint,
            });
        }
        checkpoint(&mut bench).classifier
    };
    let [weights, ..] = ended(&[30]);
    assert!(!weights.0.is_empty());
    assert_eq!(ended(&[0, 12, 30])[0], weights);
}

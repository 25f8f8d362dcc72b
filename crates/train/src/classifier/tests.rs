//! The trained classifier against the exact posterior of the path it was trained on.

use super::*;
use crate::adam::BETA_1;
use flow::batch::Objective;
use flow::experiment::Experiment;
use flow::spec::{Drawn, Guide, LaneSpec, Target};
use flow::{Point, VelocityField};

fn lane(target: Target) -> Experiment {
    let mut spec = LaneSpec::default();
    spec.data.target = target;
    spec.model.guide = Guide::Classifier;
    spec.sampling.label = Some(1);
    Experiment::new(&spec, &Drawn::default()).unwrap()
}

/// A CPU with blocked steps, as engines mostly have it.
fn processor() -> Processor {
    Processor::cpu("a test").with_blocked(Ok(()))
}

fn trained(lane: &Experiment, steps: u32) -> Classifier {
    let first = lane.classifier().expect("the lane is guided by one");
    let mut training = Classification::new(&processor(), &first, lane.schedule());
    assert!(training.snapshot().is_none());
    let mut objective = Objective::of(lane.clone());
    for _ in 0..steps {
        let (batch, labels) = objective.labelled_batch(256);
        training.step(&batch, &labels);
    }
    training.snapshot().unwrap()
}

/// Mean absolute error of all probabilities at points of the path, times evenly spread.
fn mean_error(lane: &Experiment, classifier: &Classifier) -> f64 {
    let exact = lane.exact();
    let mut objective = Objective::of(lane.clone());
    objective.skip_to(1_000_000);
    let batch = objective.batch(400);
    let (mut sum, mut count) = (0.0, 0);
    for row in batch.input.as_chunks::<3>().0 {
        let (x, t) = ([row[0].into(), row[1].into()], row[2].into());
        let both = classifier
            .probabilities(x, t)
            .into_iter()
            .zip(exact.class_probabilities(x, t));
        for (ours, expected) in both {
            sum += (ours - expected).abs();
            count += 1;
        }
    }
    sum / f64::from(count)
}

/// Where particles end that follow the exact velocity, which knows no labels, and this classifier.
fn ends(lane: &Experiment, classifier: Option<&Classifier>, guidance: f64) -> Vec<Point> {
    struct Unlabelled<F>(F);
    impl<F: VelocityField> VelocityField for Unlabelled<F> {
        fn velocity(&self, x: &[Point], t: f64, _: Option<u32>, out: &mut [Point]) {
            self.0.velocity(x, t, None, out);
        }
        fn divergence(&self, x: &[Point], t: f64, _: Option<u32>, out: &mut [f64]) {
            self.0.divergence(x, t, None, out);
        }
    }
    let exact = Unlabelled(lane.exact());
    let labelled = classifier.map(|classifier| flow::classifier::Classified {
        inner: &exact,
        classifier,
    });
    let inner: &dyn VelocityField = match &labelled {
        Some(labelled) => labelled,
        None => &exact,
    };
    let mut sampling = lane.spec().sampling;
    sampling.guidance = guidance;
    let mut flow = lane.integration(&sampling, inner, lane.noise(300, 5), 2);
    let (field, _) = lane.sampled_field_as(&sampling, inner);
    while flow.step(&*field) {}
    flow.points().to_vec()
}

#[test]
fn a_trained_classifier_is_near_the_exact_posterior_and_takes_samples_to_their_label() {
    // Oracle: Bayes' rule in closed form, of the path and, nearly at its end, of the data.
    for target in [Target::Moons, Target::EightGaussians] {
        let lane = lane(target);
        let classifier = trained(&lane, 600);
        let error = mean_error(&lane, &classifier);
        assert!(error < 0.05, "{target:?}: {error}");
        let exact = lane.exact();
        let right = |points: &[Point]| {
            let of_label = |x: &&Point| exact.class_probabilities(**x, 0.999)[1] > 0.5;
            points.iter().filter(of_label).count() as f64 / points.len() as f64
        };
        let guided = right(&ends(&lane, Some(&classifier), 1.0));
        let unguided = ends(&lane, None, 1.0);
        assert!(guided > 0.85, "{target:?}: {guided}");
        assert!(right(&unguided) < 0.6, "{target:?}");
        assert_eq!(ends(&lane, Some(&classifier), 0.0), unguided, "{target:?}");
    }
}

#[test]
fn the_gradient_is_that_of_the_cross_entropy() {
    // Oracle: central differences of the cross-entropy of the snapshot's own probabilities.
    let lane = lane(Target::Moons);
    let (batch, labels) = Objective::of(lane.clone()).labelled_batch(16);
    let first = lane.classifier().unwrap();
    let mut training = Classification::new(&processor(), &first, lane.schedule());
    training.step(&batch, &labels);
    let moments = training.flat().first;
    let gradient: Vec<f32> = moments.iter().map(|m| m / (1.0 - BETA_1)).collect();
    let loss = |parameters: Vec<f32>| {
        let classifier = Classifier::new(lane.schedule(), 2, parameters).unwrap();
        let samples = batch.input.as_chunks::<3>().0.iter().zip(&labels);
        let losses = samples.map(|(row, &label)| {
            let [x, y, t] = row.map(f64::from);
            -libm::log(classifier.probabilities([x, y], t)[label as usize])
        });
        losses.sum::<f64>() / 16.0
    };
    let h = 1e-2_f32;
    for i in (0..gradient.len()).step_by(97) {
        let moved = |h: f32| {
            let mut parameters = first.parameters().to_vec();
            parameters[i] += h;
            loss(parameters)
        };
        let quotient = (moved(h) - moved(-h)) / (2.0 * f64::from(h));
        assert!(
            (f64::from(gradient[i]) - quotient).abs() < 2e-4,
            "{i}: {} {quotient}",
            gradient[i]
        );
    }
}

#[test]
fn points_without_labels_teach_nothing_and_wrong_sizes_are_not_resumed() {
    let lane = lane(Target::Moons);
    let first = lane.classifier().unwrap();
    let mut training = Classification::new(&processor(), &first, lane.schedule());
    let (batch, labels) = Objective::of(lane).labelled_batch(600);
    let before = training.flat();
    training.step(&batch, &[]);
    assert_eq!(training.flat(), before);
    assert!(!training.resume(&Flat::start(vec![0.0; 3]), 9));
    assert_eq!(training.labelled(&batch, &labels).len(), 200);
    assert!(training.resume(&before, 9) && training.snapshot().is_some());
}

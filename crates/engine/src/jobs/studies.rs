//! Which study is made where; and the price of maximum likelihood.

use super::super::slices::pause;
use super::{Context, MOST, count, couplings, curves, likelihood, paths};
use flow::continuity::Region;
use flow::experiment::log_densities;
use flow::likelihood::{LogLikelihood, Question};
use flow::solver::Solver;
use flow::spec::SolverKind;
use protocol::{Finding, Refusal, StepCost, Study};

/// Largest batch of a matching that is looked at.
const MOST_MATCHED: u32 = 256;

/// Largest batch whose cost is measured.
const LARGEST_BATCH: u32 = 1024;

/// Solver steps of a likelihood in training: as coarse as may be.
const LIKELIHOOD_STEPS: u32 = 10;

/// Evaluations that are timed, so that a clock of milliseconds will do.
const TIMED: u32 = 32;

/// Makes a study.
pub(super) async fn study(context: &Context, study: Study) -> Result<Finding, Refusal> {
    match study {
        Study::Mesh {
            side,
            extent,
            frames,
        } => paths::mesh(context, (side, extent), frames).await,
        Study::Matching { n, seed } => {
            let n = count(n, MOST_MATCHED)?;
            Ok(couplings::matching(context, n, seed))
        }
        Study::Balance { low, high, times } => {
            paths::balance(context, Region { low, high }, &times).await
        }
        Study::RoundTrip { n, seed, from, to } => {
            paths::round_trip(context, (count(n, MOST)?, seed), (from, to)).await
        }
        Study::Nll { n, probes } => {
            let n = count(n, MOST)?;
            let found = likelihood::of_fresh_data(context, n, &probes).await;
            Ok(Finding::Nll(found))
        }
        Study::Gradients { rounds } => curves::gradients(context, rounds).await,
        Study::Costs { sizes } => {
            for &size in &sizes {
                count(size, LARGEST_BATCH)?;
            }
            Ok(couplings::costs(context, &sizes).await)
        }
        Study::Errors { of } => Ok(curves::errors(context, of).await),
        Study::StepCost => Ok(Finding::StepCost(step_cost(context).await)),
    }
}

/// Times one evaluation of a batch, and the likelihood of that batch, by the same code.
async fn step_cost(context: &Context) -> StepCost {
    let lane = &context.experiment;
    let batch = lane.spec().training.batch.max(1) as usize;
    let points = lane
        .target()
        .sample(&mut flow::random::Rng::new(lane.spec().seed.into()), batch);
    let learned = context.learned();
    let mut out = vec![[0.0; 2]; batch];
    pause().await;
    let begin = (context.clock)();
    for k in 0..TIMED {
        let t = f64::from(k) / f64::from(TIMED);
        learned.velocity(&points, t, None, &mut out);
    }
    let evaluation = ((context.clock)() - begin) / f64::from(TIMED);
    pause().await;
    let solver = Solver::new(SolverKind::Midpoint, LIKELIHOOD_STEPS);
    let mut work = LogLikelihood::new(Question::new(solver), points);
    let mut likelihood = 0.0;
    loop {
        let begin = (context.clock)();
        let more = work.step(&*learned);
        likelihood += (context.clock)() - begin;
        if !more {
            break;
        }
        pause().await;
    }
    log_densities(&work, &vec![0.0; batch]);
    StepCost {
        matching: if context.pace > 0.0 {
            1.0 / context.pace
        } else {
            0.0
        },
        evaluation,
        likelihood,
        nfe: work.nfe(),
    }
}

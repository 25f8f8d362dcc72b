//! Grids over the plane.

use super::super::baseline;
use super::super::sampling_task::flat;
use super::grid::Grid;
use super::{Context, likelihood};
use flow::empirical::EmpiricalField;
use flow::exact::ExactField;
use flow::prediction::Prediction;
use flow::spec::Source;
use flow::{Point, VelocityField};
use protocol::{Answer, Floats, Map, Refusal};

/// Answers with a grid.
pub(super) async fn map(context: &Context, map: Map, grid: &Grid) -> Result<Answer, Refusal> {
    let values = match map {
        Map::Density => density(context, grid).await?,
        Map::Velocity => velocity(context, grid).await,
        Map::LearnedDensity => likelihood::on_grid(context, grid).await,
        Map::Error => error(context, grid).await,
        Map::Divergence => divergence(context, grid).await,
        Map::Score => score(context, grid).await?,
    };
    Ok(Answer::Grid(values))
}

impl Context {
    /// The exact field of independent pairs under the schedule sampled under: towards the data that
    /// the lane's samples are asked for.
    pub(crate) fn shown_exact(&self) -> Result<ExactField, Refusal> {
        let lane = &self.experiment;
        if self.round.known(lane).closed_form().is_none() {
            return Err(Refusal::NoClosedForm);
        }
        let schedule = lane.sampled_schedule(&self.sampling);
        let target_law = lane.target_law(&self.sampling);
        Ok(ExactField::new(lane.source(), &target_law, schedule))
    }
}

async fn density(context: &Context, grid: &Grid) -> Result<Floats, Refusal> {
    let exact = context.shown_exact()?;
    let densities = |x: &[Point], t| {
        exact
            .densities(x, t)
            .into_iter()
            .map(|p| p as f32)
            .collect()
    };
    Ok(grid.fill(densities).await)
}

async fn velocity(context: &Context, grid: &Grid) -> Floats {
    let learned = context.learned();
    let (field, _) = context
        .experiment
        .sampled_field_as(&context.sampling, &*learned);
    grid.fill(|x, t| flat(&velocities(&*field, x, t)).0).await
}

/// Learned minus exact velocity, or minus the estimate of it from many pairs.
async fn error(context: &Context, grid: &Grid) -> Floats {
    let learned = context.learned();
    let truth: Box<dyn VelocityField> = match context.truth() {
        Ok(exact) => exact,
        Err(_) => {
            let drawn = baseline::gather(&context.experiment, &context.round).await;
            let schedule = context.experiment.schedule();
            Box::new(EmpiricalField::with_labels(drawn, schedule))
        }
    };
    let sampled = |field| {
        context
            .experiment
            .sampled_field_as(&context.sampling, field)
            .0
    };
    let (learned, truth) = (sampled(&*learned), sampled(&*truth));
    // An estimate looks through all its pairs whenever it is asked, so it is asked once a time.
    let difference = |x: &[Point], t| {
        let (v, u) = (velocities(&*learned, x, t), velocities(&*truth, x, t));
        let away = v.iter().zip(&u).map(|(v, u)| [v[0] - u[0], v[1] - u[1]]);
        flat(&away.collect::<Vec<_>>()).0
    };
    grid.fill_at_once(difference).await
}

async fn divergence(context: &Context, grid: &Grid) -> Floats {
    let learned = context.learned();
    let (field, _) = context
        .experiment
        .sampled_field_as(&context.sampling, &*learned);
    let divergences = |x: &[Point], t| {
        let mut out = vec![0.0; x.len()];
        field.divergence(x, t, None, &mut out);
        out.into_iter().map(|v| v as f32).collect()
    };
    grid.fill(divergences).await
}

/// The least noise that a score is made of; at the end itself it has no bound.
const LEAST_SIGMA: f64 = 0.02;

async fn score(context: &Context, grid: &Grid) -> Result<Floats, Refusal> {
    let schedule = context.experiment.sampled_schedule(&context.sampling);
    let latest = schedule.inverse_snr((1.0 - LEAST_SIGMA) / LEAST_SIGMA);
    if let Ok(exact) = context.shown_exact() {
        let scores = |x: &[Point], t: f64| {
            let scores = x.iter().map(|&x| exact.score(x, t.min(latest)));
            flat(&scores.collect::<Vec<_>>()).0
        };
        return Ok(grid.fill(scores).await);
    }
    if context.experiment.spec().data.source != Source::Gaussian {
        return Err(Refusal::ScoreOfOtherNoise);
    }
    let learned = context.learned();
    let (field, _) = context
        .experiment
        .sampled_field_as(&context.sampling, &*learned);
    let scores = |x: &[Point], t: f64| {
        // At the start a velocity says nothing of the score; that of the source is known.
        let t = t.clamp(1e-3, latest);
        let affine = Prediction::Velocity.to(Prediction::Score, &schedule.coefficients(t));
        let v = velocities(&*field, x, t);
        let scores = x.iter().zip(&v).map(|(&x, &v)| affine.apply(x, v));
        flat(&scores.collect::<Vec<_>>()).0
    };
    Ok(grid.fill(scores).await)
}

fn velocities(field: &dyn VelocityField, x: &[Point], t: f64) -> Vec<Point> {
    let mut out = vec![[0.0; 2]; x.len()];
    field.velocity(x, t, None, &mut out);
    out
}

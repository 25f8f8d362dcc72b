//! A solver program: the integration of a lane's particles as a list of evaluations of its network, so
//! that a GPU can take it for many particles at once. Its results must agree with those of
//! [`Integration`](crate::solver::Integration) and [`LogLikelihood`](crate::likelihood::LogLikelihood).

use super::affine::{AffineQuery, Asking};
use super::{Experiment, LEAD_IN};
use crate::likelihood::{Divergence, Question};
use crate::network::Network;
use crate::solver::{Solver, Stage, Step};
use crate::spec::{SamplingSpec, SolverKind};
use crate::{Point, VelocityField};

/// One answer of the network: `factor q(scale p, t | label)` at `p = x + reach k`, where `x` is the
/// position at the beginning of the step and `k` the slope of the stage before. Its divergence in `p`
/// goes the same way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Call {
    pub reach: f64,
    pub scale: f64,
    pub t: f64,
    pub label: Option<u32>,
    pub factor: f64,
    /// Of `p`, in the slope; 0 unless the stage ends here.
    pub x_factor: f64,
    /// Of the slope, in the step; 0 unless the stage ends here.
    pub weight: f64,
    pub ends: Ends,
}

/// What ends with a call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ends {
    /// Nothing: the next answer is added to this one.
    Answer,
    /// A stage: answers and `x_factor p` are its slope.
    Stage,
    /// A step, after which positions are multiplied by that, and may be a frame to keep.
    Step { rescale: f64, frame: Option<u32> },
}

/// The evaluations of the field that an integration takes, one after the other.
#[derive(Clone, Debug, PartialEq)]
pub struct SolverProgram {
    pub calls: Vec<Call>,
    /// Points are multiplied by this before the first call.
    pub start_scale: f64,
    /// The times of the frames. The first is the start: where no call keeps it, the points there.
    pub times: Vec<f64>,
    /// Evaluations of the field for each particle, as its solver counts them.
    pub nfe: u32,
    /// Of a way back: what the log density has beside the integral and the source's.
    log_scale: f64,
}

impl Experiment {
    /// The evaluations of [`integration`](Self::integration), with `keep` frames, where the network has
    /// no classifier beside it; `None` with the adaptive solver.
    pub fn solver_program(&self, sampling: &SamplingSpec, keep: u32) -> Option<SolverProgram> {
        let (solver, affine) = (self.solver(sampling), self.affine(sampling));
        let transfer = self.transfer(sampling);
        let start = transfer.map_or(0.0, |transfer| transfer.start());
        let mut way = SolverProgram {
            calls: Vec::new(),
            start_scale: self.schedule.sigma(0.0),
            times: vec![start],
            nfe: solver.nfe()?,
            log_scale: 0.0,
        };
        if let Some(transfer) = transfer {
            let at = transfer.at(start);
            let lead_in = Solver::new(SolverKind::Rk4, LEAD_IN).stages_over((0.0, at.t), 0)?;
            way.add(&affine.before_transfer(), &lead_in, |t| (t, 1.0));
            way.end_part(at.s, Some(0));
        }
        way.add(&affine, &solver.stages_over((start, 1.0), keep)?, |t| {
            (t, 1.0)
        });
        Some(way)
    }

    /// The evaluations that integrate a question of [`density_at`](Self::density_at) with the exact
    /// divergence, back to the source; `None` for any other question.
    pub fn likelihood_program(
        &self,
        sampling: &SamplingSpec,
        question: &Question,
    ) -> Option<SolverProgram> {
        if question.divergence != Divergence::Exact || question.condition.is_some() {
            return None;
        }
        let (solver, affine) = (question.solver, self.affine(sampling));
        let mut way = SolverProgram {
            calls: Vec::new(),
            start_scale: question.scale,
            times: Vec::new(),
            nfe: solver.nfe()?,
            log_scale: 2.0 * libm::log(question.scale),
        };
        let stages = solver.stages_over((0.0, 1.0), 0)?;
        way.add(&affine, &stages, |progress| question.clock(progress));
        if let Some(transfer) = self.transfer(sampling) {
            let at = transfer.at(transfer.start());
            let lead_in = Solver::new(SolverKind::Rk4, LEAD_IN).stages_over((at.t, 0.0), 0)?;
            way.end_part(1.0 / at.s, None);
            way.log_scale -= 2.0 * libm::log(at.s);
            way.add(&affine.before_transfer(), &lead_in, |t| (t, 1.0));
        }
        Some(way)
    }

    /// The log density at a point whose way back has ended at `origin`, with that integral of the
    /// divergence over it.
    pub fn log_density_after(&self, way: &SolverProgram, origin: Point, integral: f64) -> f64 {
        integral + self.log_noise(origin) + way.log_scale
    }
}

/// Where one particle has been.
#[derive(Clone, Debug, PartialEq)]
pub struct Passage {
    pub frames: Vec<Point>,
    pub end: Point,
    /// Of the divergence, over the whole way.
    pub integral: f64,
}

impl SolverProgram {
    /// Takes the calls one by one, for a particle that starts at `noise` times the scale: what
    /// anybody else who takes them is compared with.
    pub fn follow(&self, network: &Network, noise: Point) -> Passage {
        let start = noise.map(|v| self.start_scale * v);
        let mut frames = vec![start; self.times.len()];
        // The integral is a third coordinate.
        let mut now = [start[0], start[1], 0.0];
        let (mut sum, mut slope, mut answer) = (now, [0.0; 3], [0.0; 3]);
        for call in &self.calls {
            let place = [0, 1].map(|i| now[i] + call.reach * slope[i]);
            let says = call.answer(network, place);
            answer = [0, 1, 2].map(|i| answer[i] + call.factor * says[i]);
            if call.ends == Ends::Answer {
                continue;
            }
            let place = [place[0], place[1], 2.0];
            slope = [0, 1, 2].map(|i| answer[i] + call.x_factor * place[i]);
            sum = [0, 1, 2].map(|i| sum[i] + call.weight * slope[i]);
            answer = [0.0; 3];
            if let Ends::Step { rescale, frame } = call.ends {
                now = [rescale * sum[0], rescale * sum[1], sum[2]];
                sum = now;
                frame
                    .into_iter()
                    .for_each(|frame| frames[frame as usize] = [now[0], now[1]]);
            }
        }
        Passage {
            frames,
            end: [now[0], now[1]],
            integral: now[2],
        }
    }

    /// Calls of a step, at the most.
    pub fn calls_in_a_step(&self) -> usize {
        let steps = self.calls.split_inclusive(Call::ends_a_step);
        steps.map(<[Call]>::len).max().unwrap_or(0)
    }

    /// The way as far as the first of its steps.
    #[must_use]
    pub fn first_step(&self) -> Self {
        let step = self.calls.iter().position(Call::ends_a_step);
        let calls = &self.calls[..step.map_or(0, |last| last + 1)];
        Self {
            calls: calls.to_vec(),
            ..self.clone()
        }
    }

    /// Goes on with these stages, whose time a `clock` makes of theirs, with its rate.
    fn add(&mut self, affine: &Asking, stages: &[Stage], clock: impl Fn(f64) -> (f64, f64)) {
        for stage in stages {
            let (t, rate) = clock(stage.t);
            let ends = match stage.ends {
                None => Ends::Stage,
                Some(step) => self.end_of(step),
            };
            self.ask(affine.at(t), stage, rate, ends);
        }
    }

    fn ask(&mut self, query: AffineQuery, stage: &Stage, rate: f64, ends: Ends) {
        let last = query.terms.len() - 1;
        for (k, (label, factor)) in query.terms.into_iter().enumerate() {
            let call = Call {
                reach: stage.reach,
                scale: query.scale,
                t: query.t,
                label,
                factor: rate * factor,
                x_factor: 0.0,
                weight: 0.0,
                ends: Ends::Answer,
            };
            self.calls.push(match k == last {
                false => call,
                true => Call {
                    x_factor: rate * query.x_factor,
                    weight: stage.weight,
                    ends,
                    ..call
                },
            });
        }
    }

    fn end_of(&mut self, step: Step) -> Ends {
        let frame = step.kept.then_some(self.times.len() as u32);
        self.times.extend(step.kept.then_some(step.t));
        let rescale = 1.0;
        Ends::Step { rescale, frame }
    }

    /// The part so far is followed by another one in other coordinates.
    fn end_part(&mut self, rescale: f64, frame: Option<u32>) {
        if let Some(call) = self.calls.last_mut() {
            call.ends = Ends::Step { rescale, frame };
        }
    }
}

impl Call {
    /// What the network says at `place`, and the divergence of that by it.
    fn answer(&self, network: &Network, place: Point) -> [f64; 3] {
        let seen = [place.map(|v| self.scale * v)];
        let (mut q, mut div) = ([[0.0; 2]], [0.0]);
        network.velocity(&seen, self.t, self.label, &mut q);
        network.divergence(&seen, self.t, self.label, &mut div);
        [q[0][0], q[0][1], self.scale * div[0]]
    }

    pub fn ends_a_step(&self) -> bool {
        matches!(self.ends, Ends::Step { .. })
    }
}

#[cfg(test)]
mod tests;

//! temporary
use super::coupling::{Pairs, couple};
use super::datasets::{DataError, source, target};
use super::distribution::Distribution;
use super::exact::ExactField;
use super::random::Rng;
use super::schedule::Schedule;
use super::spec::{Drawn, LaneSpec};
use super::transfer::{Transfer, Transferred};
use super::{Point, VelocityField};

#[derive(Clone, Debug)]
pub struct Lane {
    spec: LaneSpec,
    source: Distribution,
    target: Distribution,
    schedule: Schedule,
}

impl Lane {
    pub fn new(spec: &LaneSpec, drawn: &Drawn) -> Result<Self, DataError> {
        Ok(Self {
            spec: *spec,
            source: source(spec.data.source),
            target: target(spec.data.target, drawn)?,
            schedule: Schedule::new(spec.path.schedule, &spec.path),
        })
    }
    pub fn exact(&self) -> ExactField {
        ExactField::new(&self.source, &self.target, self.schedule)
    }
    pub fn noise(&self, n: usize, seed: u32) -> Vec<Point> {
        self.source.sample(&mut Rng::stream(seed.into(), 1), n)
    }
    pub fn data(&self, n: usize, seed: u32) -> Vec<Point> {
        self.target.sample(&mut Rng::stream(seed.into(), 2), n)
    }
    pub fn pairs(&self, n: usize, seed: u32) -> Pairs {
        couple(
            self.spec.data.coupling,
            self.noise(n, seed),
            self.data(n, seed),
        )
    }
    fn transfer(&self) -> Option<Transfer> {
        let to = self.spec.sampling.sample_schedule.kind()?;
        Some(Transfer::new(
            self.schedule,
            Schedule::new(to, &self.spec.path),
        ))
    }
    pub fn start(&self) -> f64 {
        self.transfer().map_or(0.0, |t| t.start())
    }
    pub fn entering(&self, noise: &[Point]) -> Vec<Point> {
        let s = self.transfer().map_or(1.0, |t| t.at(t.start()).s);
        noise.iter().map(|x| [s * x[0], s * x[1]]).collect()
    }
    pub fn sampled_field<'a>(&self, inner: &'a dyn VelocityField) -> Box<dyn VelocityField + 'a> {
        match self.transfer() {
            Some(transfer) => Box::new(Transferred { inner, transfer }),
            None => Box::new(Same(inner)),
        }
    }
    pub fn components(&self) -> usize {
        self.source.components().len() * self.target.components().len()
    }
    pub fn extent(&self) -> f64 {
        self.source.extent().max(self.target.extent())
    }
}

struct Same<'a>(&'a dyn VelocityField);
impl VelocityField for Same<'_> {
    fn velocity(&self, x: &[Point], t: f64, c: Option<u32>, out: &mut [Point]) {
        self.0.velocity(x, t, c, out);
    }
    fn divergence(&self, x: &[Point], t: f64, c: Option<u32>, out: &mut [f64]) {
        self.0.divergence(x, t, c, out);
    }
}

//! Particles on their way through a lane's field, in slices.

use super::acceleration::{Accelerator, Trip};
use super::slices::pause;
use flow::Point;
use flow::classifier::Classifier;
use flow::experiment::Experiment;
use flow::experiment::solver_program::SolverProgram;
use flow::network::Network;
use flow::solver::Frames;
use flow::spec::SamplingSpec;
use protocol::{Ensemble, Floats, LaneId, RunId};
use std::rc::Rc;

/// Arithmetic between two pauses, in floating-point operations: a few milliseconds in wasm.
const SLICE_FLOPS: usize = 20_000_000;

/// Most particles of a picture, whatever a request says.
const MOST_PARTICLES: u32 = 100_000;

/// Particles that set out together at least, whatever a network costs.
const SMALLEST_GROUP: usize = 16;

/// What is needed to follow particles: field, method, and where they start.
#[derive(Clone)]
pub(crate) struct SamplingTask {
    pub lane: Rc<Experiment>,
    pub network: Rc<Network>,
    pub classifier: Option<Rc<Classifier>>,
    pub sampling: SamplingSpec,
    /// Points of the source.
    pub noise: Vec<Point>,
    /// Most frames kept, both ends included.
    pub keep: u32,
    /// A GPU that may follow them instead.
    pub accelerator: Accelerator,
}

/// Where particles have been.
#[derive(Clone, Debug)]
pub(crate) struct Followed {
    pub frames: Frames,
    /// Evaluations of the field for each particle; the most of any group.
    pub nfe: u32,
}

impl SamplingTask {
    /// Follows all particles, a group of them at a time, to `t = 1`.
    pub(crate) async fn follow(&self) -> Followed {
        let way = self.solver_program();
        if let Some(way) = &way
            && let Some(followed) = self.follow_elsewhere(way).await
        {
            return followed;
        }
        let stopwatch = self.accelerator.stopwatch();
        let classifier = self.classifier.as_deref();
        let learned = self.lane.learned_with(&self.network, classifier);
        let (field, _) = self.lane.sampled_field_as(&self.sampling, &*learned);
        let mut nfe = 0;
        let mut assembled = Assembly::new(self.noise.len());
        for group in self.noise.chunks(self.group()) {
            let (sampling, noise) = (&self.sampling, group.to_vec());
            let mut integration = self.lane.integration(sampling, &*learned, noise, self.keep);
            while stopwatch.time(|| integration.step(&*field)) {
                pause().await;
            }
            nfe = nfe.max(integration.nfe());
            assembled.add(integration.frames());
            pause().await;
        }
        if let Some(way) = &way {
            self.accelerator.compare(&self.trip(way), &stopwatch);
        }
        let frames = assembled.frames;
        Followed { frames, nfe }
    }

    /// What is to be computed, written out; `None` with the adaptive method, or if a classifier has
    /// a say in it.
    fn solver_program(&self) -> Option<SolverProgram> {
        let guided = self.classifier.is_some() && self.sampling.label.is_some();
        if guided || !self.accelerator.exists() {
            return None;
        }
        self.lane.solver_program(&self.sampling, self.keep.max(1))
    }

    fn trip<'a>(&'a self, way: &'a SolverProgram) -> Trip<'a> {
        Trip {
            network: &self.network,
            way,
            noise: &self.noise,
            tangents: false,
        }
    }

    /// The same on the GPU, where there is one that is quicker.
    async fn follow_elsewhere(&self, way: &SolverProgram) -> Option<Followed> {
        let arrived = self.accelerator.follow(&self.trip(way)).await?;
        let frames = Frames {
            times: way.times.clone(),
            points: arrived.frames,
        };
        Some(Followed {
            frames,
            nfe: way.nfe,
        })
    }

    /// Particles that may take one step between two pauses.
    fn group(&self) -> usize {
        let evaluations = self.lane.solver(&self.sampling).stages();
        particles_in_a_slice(evaluations as usize * self.flops())
    }

    /// Floating-point operations of one evaluation of the field at one point.
    pub(crate) fn flops(&self) -> usize {
        flops(&self.network, self.classifier.as_deref())
    }
}

/// Floating-point operations of one evaluation of a network, and of a classifier beside it.
pub(crate) fn flops(network: &Network, classifier: Option<&Classifier>) -> usize {
    network.architecture().flops() + classifier.map_or(0, Classifier::flops)
}

/// How many particles to work on between two pauses if each costs so many operations.
pub(crate) fn particles_in_a_slice(flops: usize) -> usize {
    (SLICE_FLOPS / flops.max(1)).max(SMALLEST_GROUP)
}

/// Frames of all particles, put together from those of groups.
pub(crate) struct Assembly {
    pub frames: Frames,
    particles: usize,
    placed: usize,
}

impl Assembly {
    pub(crate) fn new(particles: usize) -> Self {
        Self {
            frames: Frames::default(),
            particles,
            placed: 0,
        }
    }

    pub(crate) fn add(&mut self, group: &Frames) {
        if self.frames.is_empty() {
            self.frames.times = group.times.clone();
            self.frames.points = vec![[0.0; 2]; group.len() * self.particles];
        }
        let size = group.frame(0).len();
        for k in 0..group.len() {
            let at = k * self.particles + self.placed;
            self.frames.points[at..][..size].copy_from_slice(group.frame(k));
        }
        self.placed += size;
    }
}

/// Frames as a message to the page carries them.
pub(crate) fn ensemble(
    lane: LaneId,
    run: RunId,
    step: Option<u32>,
    frames: &Frames,
    nfe: u32,
) -> Ensemble {
    Ensemble {
        lane,
        run,
        step,
        times: frames.times.iter().map(|&t| t as f32).collect(),
        frames: flat(&frames.points),
        nfe,
    }
}

/// Flat points: `x0, y0, x1, y1, ...`.
pub(crate) fn flat(points: &[Point]) -> Floats {
    Floats(points.iter().flatten().map(|&v| v as f32).collect())
}

/// Points as they arrived; an odd last number is left out.
pub(crate) fn points(flat: &Floats) -> Vec<Point> {
    let pairs = flat.0.as_chunks::<2>().0;
    pairs.iter().map(|p| p.map(f64::from)).collect()
}

/// Where the particles of a lane's picture start.
pub(crate) fn noise(lane: &Experiment, sampling: &SamplingSpec) -> Vec<Point> {
    let n = sampling.particles.clamp(1, MOST_PARTICLES) as usize;
    lane.noise(n, lane.spec().seed)
}

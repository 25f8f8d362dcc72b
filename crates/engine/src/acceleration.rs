//! Batched ODE integration on the training GPU, where that is quicker than on the CPU.
//!
//! Nobody knows beforehand: a GPU needs a moment for anything at all, some are software, and a wide
//! network suits it better than a narrow one. So the first integration with a kind of network is the
//! CPU's and is timed; the next begins on the GPU, with few particles and steps, then with four times as
//! many until its time can be judged, and goes back to the CPU if it is slower there.
//!
//! A GPU is given as much as it does in [`SLICE`] seconds and waited for, so that training gets its
//! turns on it; work that is dropped between two slices costs nothing more.

use super::slices::pause;
use core::cell::{Cell, RefCell};
use flow::Point;
use flow::experiment::solver_program::SolverProgram;
use flow::network::{Architecture, Network};
use std::rc::Rc;
use train::device::Processor;
use train::sampler::{Arrived, GpuIntegration, Sampler, SamplerFault};

/// Seconds of work that a GPU is given at a time.
const SLICE: f64 = 0.04;

/// Seconds of work from which a GPU's pace can be judged.
const JUDGED: f64 = 0.01;

/// Arithmetic, in floating-point operations, that is not worth sending anywhere.
const LEAST_FLOPS: f64 = 2e7;

/// Particles of the first slice: too few would leave most of a GPU idle.
const FIRST_PARTICLES: usize = 128;

/// Kinds of networks whose paces are remembered.
const MOST_KINDS: usize = 16;

/// A value with its two derivatives costs so many values.
const VALUE_AND_TANGENTS: f64 = 4.0;

/// A GPU that may follow particles, or none.
#[derive(Clone)]
pub(crate) struct Accelerator {
    gpu: Option<Rc<Gpu>>,
    now: Rc<dyn Fn() -> f64>,
}

struct Gpu {
    sampler: Sampler,
    paces: RefCell<Vec<(Kind, Paces)>>,
    fault: RefCell<Fault>,
}

/// Through which networks the GPU could not lead particles when it last could not, and why.
#[derive(Default)]
struct Fault {
    of: Option<(Architecture, SamplerFault)>,
    /// It has not been reported yet.
    new: bool,
}

/// What decides how long an evaluation takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Kind {
    architecture: Architecture,
    tangents: bool,
}

/// What is known of a kind.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Paces {
    /// Floating-point operations a second, where they have been timed.
    cpu: Option<f64>,
    gpu: Option<f64>,
    /// Operations of the GPU's next slice.
    budget: f64,
}

/// Particles, and the way before them.
#[derive(Clone, Copy)]
pub(crate) struct Trip<'a> {
    pub network: &'a Network,
    pub way: &'a SolverProgram,
    pub noise: &'a [Point],
    /// Whether the divergence is wanted.
    pub tangents: bool,
}

/// Adds up time spent.
pub(crate) struct Stopwatch {
    now: Rc<dyn Fn() -> f64>,
    seconds: Cell<f64>,
}

impl Accelerator {
    /// That of a processor.
    pub(crate) fn new(processor: &Processor, now: Rc<dyn Fn() -> f64>) -> Self {
        let gpu = processor.sampler().map(|sampler| Gpu {
            sampler,
            paces: RefCell::default(),
            fault: RefCell::default(),
        });
        Self {
            gpu: gpu.map(Rc::new),
            now,
        }
    }

    /// None at all.
    pub(crate) fn none() -> Self {
        Self {
            gpu: None,
            now: Rc::new(|| 0.0),
        }
    }

    /// Whether there is a GPU at all.
    pub(crate) fn exists(&self) -> bool {
        self.gpu.is_some()
    }

    /// Why the GPU cannot follow particles through such a network, if it once could not; the CPU does.
    pub(crate) fn fault(&self, architecture: Architecture) -> Option<SamplerFault> {
        let fault = self.gpu.as_ref()?.fault.borrow();
        let of = fault.of.as_ref().filter(|(of, _)| *of == architecture);
        of.map(|(_, why)| why.clone())
    }

    /// Whether there is a fault since this was last asked.
    pub(crate) fn has_failed_anew(&self) -> bool {
        let fault = self.gpu.as_ref().map(|gpu| &gpu.fault);
        fault.is_some_and(|fault| core::mem::take(&mut fault.borrow_mut().new))
    }

    pub(crate) fn stopwatch(&self) -> Stopwatch {
        Stopwatch {
            now: self.now.clone(),
            seconds: Cell::new(0.0),
        }
    }

    /// The CPU has gone that way in the time of the stopwatch.
    pub(crate) fn compare(&self, trip: &Trip<'_>, stopwatch: &Stopwatch) {
        if let Some(gpu) = &self.gpu
            && trip.flops() >= LEAST_FLOPS
        {
            let pace = trip.flops() / stopwatch.seconds.get().max(1e-6);
            gpu.update(trip.kind(), |paces| paces.cpu = Some(pace));
        }
    }

    /// Where the GPU leads the particles; `None` if the CPU had better do it.
    pub(crate) async fn follow(&self, trip: &Trip<'_>) -> Option<Arrived> {
        let gpu = self.gpu.as_ref()?;
        if trip.flops() < LEAST_FLOPS {
            return None;
        }
        let (frames, n) = (trip.way.times.len(), trip.noise.len());
        let mut all = Arrived {
            frames: vec![[0.0; 2]; frames * n],
            ..Arrived::default()
        };
        while all.ends.len() < n {
            let rest = &trip.noise[all.ends.len()..];
            let size = gpu.group(trip).min(rest.len());
            let group = Trip {
                noise: &rest[..size],
                ..*trip
            };
            add(&mut all, self.lead(gpu, &group).await?, (frames, n));
        }
        Some(all)
    }

    /// Leads one group, slice by slice.
    async fn lead(&self, gpu: &Gpu, trip: &Trip<'_>) -> Option<Arrived> {
        if !gpu.paces(trip.kind()).prefer_gpu() {
            return None;
        }
        let Trip {
            network,
            way,
            noise,
            tangents,
        } = *trip;
        let led = async {
            let mut gpu_integration = gpu.sampler.start(network, way, noise, tangents).await?;
            let quick = self.advance(gpu, trip, &mut gpu_integration).await?;
            match quick {
                true => Ok(Some(gpu_integration.read_back().await?)),
                false => Ok(None),
            }
        };
        let arrived: Result<Option<Arrived>, SamplerFault> = led.await;
        arrived.unwrap_or_else(|why| {
            gpu.give_up(trip.kind(), why);
            None
        })
    }

    /// All steps of a group, as long as the GPU is quicker; whether it was.
    async fn advance(
        &self,
        gpu: &Gpu,
        trip: &Trip<'_>,
        gpu_integration: &mut GpuIntegration,
    ) -> Result<bool, SamplerFault> {
        let a_call = trip.flops_of_a_call() * trip.noise.len() as f64;
        while !gpu_integration.finished() {
            let begin = (self.now)();
            let most = (gpu.paces(trip.kind()).budget / a_call) as usize;
            let taken = gpu_integration.advance(most).await?;
            let (flops, seconds) = (taken as f64 * a_call, (self.now)() - begin);
            gpu.update(trip.kind(), |paces| paces.book(flops, seconds));
            if !gpu.paces(trip.kind()).prefer_gpu() {
                return Ok(false);
            }
            pause().await;
        }
        Ok(true)
    }
}

/// Puts the frames of the next particles of `n` among those before.
fn add(all: &mut Arrived, group: Arrived, (frames, n): (usize, usize)) {
    let (placed, size) = (all.ends.len(), group.ends.len());
    for frame in 0..frames {
        let points = &group.frames[frame * size..][..size];
        all.frames[frame * n + placed..][..size].copy_from_slice(points);
    }
    all.ends.extend(group.ends);
    all.integrals.extend(group.integrals);
}

impl Gpu {
    fn paces(&self, kind: Kind) -> Paces {
        let paces = self.paces.borrow();
        let known = paces.iter().find(|(of, _)| *of == kind);
        known.map_or_else(Paces::default, |(_, paces)| *paces)
    }

    fn update(&self, kind: Kind, change: impl FnOnce(&mut Paces)) {
        let mut paces = self.paces.borrow_mut();
        if !paces.iter().any(|(of, _)| *of == kind) {
            if paces.len() == MOST_KINDS {
                paces.remove(0);
            }
            paces.push((kind, Paces::default()));
        }
        if let Some((_, paces)) = paces.iter_mut().find(|(of, _)| *of == kind) {
            change(paces);
        }
    }

    /// Does not ask the GPU again for this kind: the CPU does all.
    fn give_up(&self, kind: Kind, why: SamplerFault) {
        self.update(kind, |paces| paces.gpu = Some(0.0));
        let (mut fault, of) = (self.fault.borrow_mut(), Some((kind.architecture, why)));
        if fault.of != of {
            *fault = Fault { of, new: true };
        }
    }

    /// Particles that may take a step together within the budget.
    fn group(&self, trip: &Trip<'_>) -> usize {
        let most = self.sampler.most_particles(trip.way.times.len()).max(1);
        let a_step = trip.flops_of_a_call() * trip.way.calls_in_a_step() as f64;
        let affordable = self.paces(trip.kind()).budget / a_step.max(1.0);
        (affordable as usize).max(FIRST_PARTICLES).min(most)
    }
}

impl Paces {
    /// Whether to ask the GPU: once the CPU's pace is known, and unless the GPU's is lower.
    fn prefer_gpu(&self) -> bool {
        match (self.cpu, self.gpu) {
            (None, None) => false,
            (_, None) => true,
            (cpu, Some(gpu)) => gpu > cpu.unwrap_or(0.0),
        }
    }

    /// A slice of the GPU's work took that long.
    fn book(&mut self, flops: f64, seconds: f64) {
        if seconds < JUDGED {
            self.budget = self.budget.max(4.0 * flops);
            return;
        }
        let pace = flops / seconds;
        self.gpu = Some(pace);
        self.budget = pace * SLICE;
    }
}

impl Trip<'_> {
    fn kind(&self) -> Kind {
        Kind {
            architecture: self.network.architecture(),
            tangents: self.tangents,
        }
    }

    /// Operations of one call for one particle.
    fn flops_of_a_call(&self) -> f64 {
        let value = self.network.architecture().flops() as f64;
        value
            * if self.tangents {
                VALUE_AND_TANGENTS
            } else {
                1.0
            }
    }

    fn flops(&self) -> f64 {
        self.flops_of_a_call() * (self.way.calls.len() * self.noise.len()) as f64
    }
}

impl Stopwatch {
    /// Does something, and adds the time it takes.
    pub(crate) fn time<T>(&self, work: impl FnOnce() -> T) -> T {
        let begin = (self.now)();
        let done = work();
        self.seconds.set(self.seconds.get() + (self.now)() - begin);
        done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cpu_is_timed_first_and_the_quicker_one_goes_on() {
        let mut paces = Paces::default();
        assert!(!paces.prefer_gpu(), "nothing is known yet");
        paces.cpu = Some(2e9);
        assert!(paces.prefer_gpu(), "the GPU is to be tried");
        paces.book(1e6, 0.001);
        assert!(
            paces.prefer_gpu() && paces.gpu.is_none(),
            "too short to judge"
        );
        assert_eq!(paces.budget, 4e6);
        paces.book(4e7, 0.02);
        assert!(!paces.prefer_gpu(), "2 GFLOP/s are no more than the CPU's");
        paces.book(8e7, 0.02);
        assert!(paces.prefer_gpu());
        assert_eq!(paces.budget, 4e9 * SLICE);
    }

    #[test]
    fn groups_are_put_together_frame_by_frame() {
        let arrived = |x: [f64; 4]| Arrived {
            frames: x.map(|x| [x, 0.0]).to_vec(),
            ends: vec![[x[2], 0.0], [x[3], 0.0]],
            integrals: vec![x[0], x[1]],
        };
        let mut all = Arrived {
            frames: vec![[0.0; 2]; 8],
            ..Arrived::default()
        };
        add(&mut all, arrived([1.0, 2.0, 5.0, 6.0]), (2, 4));
        add(&mut all, arrived([3.0, 4.0, 7.0, 8.0]), (2, 4));
        let x: Vec<f64> = all.frames.iter().map(|p| p[0]).collect();
        assert_eq!(x, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]);
        assert_eq!(all.integrals, [1.0, 2.0, 3.0, 4.0]);
        assert_eq!(all.ends.len(), 4);
    }
}

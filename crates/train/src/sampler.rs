//! Whole ways of many particles at once, on the GPU that trains; a program without WebGPU has none.

#[cfg(feature = "gpu")]
use super::device::Processor;
#[cfg(feature = "gpu")]
pub use super::fused::sampler::{GpuIntegration, Sampler};
pub use crate::particles::{Arrived, SamplerFault};

#[cfg(feature = "gpu")]
impl Processor {
    /// What follows particles on this processor's GPU, if it is to be used.
    pub fn sampler(&self) -> Option<Sampler> {
        self.kernels().map(Sampler::new)
    }
}

#[cfg(not(feature = "gpu"))]
mod none {
    use super::{Arrived, SamplerFault};
    use crate::device::Processor;
    use crate::flat::DeviceError;
    use flow::Point;
    use flow::experiment::solver_program::SolverProgram;
    use flow::network::Network;

    /// There is none in this program.
    pub enum Sampler {}

    /// Nobody.
    pub enum GpuIntegration {}

    impl Processor {
        /// This program has no kernels of its own.
        pub fn sampler(&self) -> Option<Sampler> {
            None
        }
    }

    impl Sampler {
        pub fn most_particles(&self, _: usize) -> usize {
            match *self {}
        }

        pub async fn start(
            &self,
            _: &Network,
            _: &SolverProgram,
            _: &[Point],
            _: bool,
        ) -> Result<GpuIntegration, SamplerFault> {
            match *self {}
        }
    }

    impl GpuIntegration {
        pub fn finished(&self) -> bool {
            match *self {}
        }

        pub async fn advance(&mut self, _: usize) -> Result<usize, DeviceError> {
            match *self {}
        }

        pub async fn read_back(&self) -> Result<Arrived, DeviceError> {
            match *self {}
        }
    }
}
#[cfg(not(feature = "gpu"))]
pub use none::{GpuIntegration, Sampler};

//! What trains: the CPU, or a GPU through WebGPU, and which steppers it has.

use crate::blocked::BlockedStepper;
use crate::burn_stepper::BurnStepper;
use crate::choice::Kind;
use crate::flat::Flat;
#[cfg(feature = "gpu")]
use crate::fused::{WgslStepper, gpu::Gpu};
use crate::origin::Origin;
use crate::stepper::{Criterion, Stepper, WhyBurn};
use burn::tensor::Device;
use flow::network::Architecture;

/// A processor that training can run on.
#[derive(Clone, Debug)]
pub struct Processor {
    device: Device,
    kind: Kind,
    origin: Origin,
    /// Why the CPU takes no blocked steps, where it takes none.
    blocked: Result<(), WhyBurn>,
    /// The GPU that our own kernels run on, or why they are not to be used.
    #[cfg(feature = "gpu")]
    kernels: Result<Gpu, WhyBurn>,
}

impl Processor {
    /// The CPU, trained by Burn alone, with the reason why it was taken.
    pub fn cpu(reason: impl Into<Origin>) -> Self {
        Self {
            device: Device::flex(),
            kind: Kind::Cpu,
            origin: reason.into(),
            blocked: Err(WhyBurn::Chosen),
            #[cfg(feature = "gpu")]
            kernels: Err(WhyBurn::Chosen),
        }
    }

    /// A GPU, trained by these kernels, or by Burn alone for that reason.
    #[cfg(feature = "gpu")]
    pub(crate) fn gpu(device: Device, kernels: Result<Gpu, WhyBurn>, name: String) -> Self {
        Self {
            device,
            kind: Kind::WebGpu,
            kernels,
            ..Self::cpu(Origin::Adapter(name))
        }
    }

    /// The same with blocked steps on the CPU, or with Burn's for that reason.
    #[must_use]
    pub(crate) fn with_blocked(self, blocked: Result<(), WhyBurn>) -> Self {
        Self { blocked, ..self }
    }

    /// The CPU in the place of a GPU that failed, with the reason.
    #[must_use]
    pub fn cpu_instead(&self, reason: impl Into<Origin>) -> Self {
        Self::cpu(reason).with_blocked(self.blocked.clone())
    }

    /// The same, trained by Burn alone: to compare with.
    #[must_use]
    pub fn without_own_steps(&self) -> Self {
        Self {
            blocked: Err(WhyBurn::Chosen),
            #[cfg(feature = "gpu")]
            kernels: Err(WhyBurn::Chosen),
            ..self.clone()
        }
    }

    #[cfg(feature = "gpu")]
    pub(crate) fn kernels(&self) -> Option<&Gpu> {
        self.kernels.as_ref().ok()
    }

    /// What the self-test says of the kernels.
    #[cfg(all(feature = "gpu", any(test, feature = "testing")))]
    pub(crate) fn tested_kernels(&self) -> Result<(), &WhyBurn> {
        self.kernels.as_ref().map(|_| ())
    }

    /// The CPU, its tensors treated as if they were far away: to test what is meant for a GPU.
    #[cfg(any(test, feature = "testing"))]
    pub fn cpu_as_if_it_were_a_gpu() -> Self {
        Self {
            kind: Kind::WebGpu,
            ..Self::cpu("a test")
        }
    }

    /// The best stepper for the regression of a network on batches of up to `batch` samples.
    ///
    /// # Panics
    /// If `flat` has not as many numbers as the network.
    pub fn stepper(
        &self,
        architecture: Architecture,
        flat: &Flat,
        batch: usize,
    ) -> Box<dyn Stepper> {
        match self.kind {
            Kind::Cpu => self.cpu_stepper(architecture, flat, Criterion::SquaredError),
            Kind::WebGpu => self.gpu_stepper(architecture, flat, batch),
        }
    }

    /// The best stepper on the CPU, whatever else this processor has.
    ///
    /// # Panics
    /// If `flat` has not as many numbers as the network.
    pub fn cpu_stepper(
        &self,
        architecture: Architecture,
        flat: &Flat,
        criterion: Criterion,
    ) -> Box<dyn Stepper> {
        match &self.blocked {
            Ok(()) => Box::new(BlockedStepper::new(&architecture, flat, criterion)),
            Err(why) => Box::new(BurnStepper::new(
                &architecture,
                flat,
                criterion,
                (&Device::flex(), Kind::Cpu),
                why.clone(),
            )),
        }
    }

    fn gpu_stepper(
        &self,
        architecture: Architecture,
        flat: &Flat,
        batch: usize,
    ) -> Box<dyn Stepper> {
        self.wgsl_stepper(architecture, flat, batch)
            .unwrap_or_else(|why| {
                Box::new(BurnStepper::new(
                    &architecture,
                    flat,
                    Criterion::SquaredError,
                    (&self.device, self.kind),
                    why,
                ))
            })
    }

    #[cfg(feature = "gpu")]
    fn wgsl_stepper(
        &self,
        architecture: Architecture,
        flat: &Flat,
        batch: usize,
    ) -> Result<Box<dyn Stepper>, WhyBurn> {
        let gpu = self.kernels.as_ref().map_err(WhyBurn::clone)?;
        let stepper = WgslStepper::new(gpu, architecture, flat, batch);
        Ok(Box::new(stepper.map_err(WhyBurn::TooLarge)?))
    }

    /// This program has no kernels of its own.
    #[cfg(not(feature = "gpu"))]
    fn wgsl_stepper(
        &self,
        _: Architecture,
        _: &Flat,
        _: usize,
    ) -> Result<Box<dyn Stepper>, WhyBurn> {
        Err(WhyBurn::Chosen)
    }

    pub fn device(&self) -> &Device {
        &self.device
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The adapter's name, or why the CPU was taken.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Whether tensors live in main memory, so that reading them waits for nothing.
    pub fn in_main_memory(&self) -> bool {
        self.kind == Kind::Cpu
    }
}

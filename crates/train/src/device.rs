//! What trains: the CPU, or a GPU through WebGPU.

#[cfg(feature = "gpu")]
use super::fused::gpu::Gpu;
use super::self_test;
use burn::tensor::Device;
/// What goes wrong on a processor while it works or is read from.
pub use burn::tensor::ExecutionError as DeviceError;

/// The kind of processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Cpu,
    WebGpu,
}

/// What somebody wants training to run on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    /// WebGPU where it works, else the CPU.
    #[default]
    Auto,
    WebGpu,
    Cpu,
}

impl Choice {
    /// The choice of that name in links and worker addresses.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "auto" => Some(Self::Auto),
            "webgpu" => Some(Self::WebGpu),
            "cpu" => Some(Self::Cpu),
            _ => None,
        }
    }
}

/// A processor that training can run on.
#[derive(Clone, Debug)]
pub struct Processor {
    device: Device,
    kind: Kind,
    detail: String,
    /// Whether the CPU is to take blocked steps instead of tensor operations.
    blocked: bool,
    /// The GPU that our own kernels run on, if they are to be used.
    #[cfg(feature = "gpu")]
    kernels: Option<Gpu>,
}

impl Processor {
    /// The CPU, with the reason why it was taken: by blocked steps if they compute rightly, else by
    /// Burn's tensor operations.
    pub async fn tested_cpu(reason: impl Into<String>) -> Self {
        let plain = Self::cpu(reason);
        let blocked = Self {
            blocked: true,
            ..plain.clone()
        };
        let Err(why) = self_test::check(&blocked).await else {
            return blocked;
        };
        let detail = format!("{}, by tensor operations; {why}", plain.detail);
        Self { detail, ..plain }
    }

    /// The CPU and Burn's tensor operations, with the reason why they were taken.
    pub fn cpu(reason: impl Into<String>) -> Self {
        Self {
            device: Device::flex(),
            kind: Kind::Cpu,
            detail: reason.into(),
            blocked: false,
            #[cfg(feature = "gpu")]
            kernels: None,
        }
    }

    #[cfg(feature = "gpu")]
    pub(super) fn gpu(device: Device, kernels: Option<Gpu>, detail: String) -> Self {
        Self {
            device,
            kind: Kind::WebGpu,
            detail,
            blocked: false,
            kernels,
        }
    }

    /// The same without kernels of our own, so that Burn's tensor operations train: to compare with.
    #[cfg(feature = "gpu")]
    #[must_use]
    pub fn without_kernels(&self) -> Self {
        Self {
            kernels: None,
            ..self.clone()
        }
    }

    #[cfg(feature = "gpu")]
    pub(super) fn kernels(&self) -> Option<&Gpu> {
        self.kernels.as_ref()
    }

    /// The CPU, its tensors treated as if they were far away: to test what is meant for a GPU.
    #[cfg(any(test, feature = "testing"))]
    pub fn cpu_as_if_it_were_a_gpu() -> Self {
        Self {
            kind: Kind::WebGpu,
            ..Self::cpu("a test")
        }
    }

    /// What `choice` asks for, if this program and this machine have it; else the CPU.
    #[cfg(not(feature = "gpu"))]
    pub async fn choose(choice: Choice) -> Self {
        Self::tested_cpu(match choice {
            Choice::Cpu => "as chosen",
            Choice::Auto | Choice::WebGpu => "this program trains on the CPU only",
        })
        .await
    }

    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Whether it takes blocked steps.
    pub(super) fn blocked(&self) -> bool {
        self.blocked
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The adapter's name, or why the CPU was taken.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// Whether tensors live in main memory, so that reading them waits for nothing.
    pub fn in_main_memory(&self) -> bool {
        self.kind == Kind::Cpu
    }
}

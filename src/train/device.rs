//! What trains: the CPU, or a GPU through WebGPU.

use burn::tensor::Device;

/// The kind of processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Cpu,
    WebGpu,
}

/// A processor that training can run on.
#[derive(Clone, Debug)]
pub struct Processor {
    device: Device,
    kind: Kind,
    detail: String,
}

impl Processor {
    /// The CPU, with the reason why it was taken.
    pub fn cpu(reason: impl Into<String>) -> Self {
        Self {
            device: Device::flex(),
            kind: Kind::Cpu,
            detail: reason.into(),
        }
    }

    pub fn device(&self) -> &Device {
        &self.device
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

//! What there is to choose from: kinds of processors, and ways of stepping.

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

/// Which steppers may be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StepperChoice {
    /// The fastest that agrees with Burn's.
    #[default]
    Auto,
    /// Burn's, on every device.
    Burn,
}

impl StepperChoice {
    /// The choice of that name in links and worker addresses.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "auto" => Some(Self::Auto),
            "burn" => Some(Self::Burn),
            _ => None,
        }
    }
}

//! Where a processor comes from.

/// The name of a GPU, or why it is the CPU.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A GPU: its adapter's name.
    Adapter(String),
    /// Nothing else was asked for.
    Chosen,
    /// A native program's own reason.
    Native(&'static str),
    /// The program has no WebGPU.
    CpuOnly,
    NoAdapter,
    /// The adapter has no timestamps, which Burn needs.
    NoTimestamps,
    /// WebGPU did not start, in the driver's words.
    NotStarted(String),
    /// The adapter of that name computes wrongly: what the self-test says.
    SelfTest {
        adapter: String,
        detail: String,
    },
    /// The GPU has failed, in the driver's words.
    Lost(String),
}

impl From<&'static str> for Origin {
    fn from(reason: &'static str) -> Self {
        Self::Native(reason)
    }
}

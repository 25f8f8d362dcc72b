//! What the tests of several crates need of a GPU.

use crate::choice::{Choice, Kind, StepperChoice};
use crate::device::Processor;
use pollster::block_on;
use std::sync::OnceLock;

/// The one processor of all tests: Burn starts a device once.
pub fn gpu() -> Option<&'static Processor> {
    static GPU: OnceLock<Processor> = OnceLock::new();
    let processor =
        GPU.get_or_init(|| block_on(Processor::choose(Choice::WebGpu, StepperChoice::Auto)));
    if processor.kind() == Kind::Cpu {
        let why = format!("no GPU here ({:?})", processor.origin());
        assert!(std::env::var_os("FLOWLAB_GPU").is_none(), "{why}");
        println!("skipped: {why}");
        return None;
    }
    let kernels = processor.tested_kernels();
    assert!(kernels.is_ok(), "{kernels:?}");
    Some(processor)
}

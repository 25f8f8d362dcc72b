//! What the tests of several crates need of a GPU.

use crate::device::{Choice, Kind, Processor};
use pollster::block_on;
use std::sync::OnceLock;

/// The one processor of all tests: Burn starts a device once.
pub fn gpu() -> Option<&'static Processor> {
    static GPU: OnceLock<Processor> = OnceLock::new();
    let processor = GPU.get_or_init(|| block_on(Processor::choose(Choice::WebGpu)));
    if processor.kind() == Kind::Cpu {
        let why = format!("no GPU here ({})", processor.detail());
        assert!(std::env::var_os("FLOWLAB_GPU").is_none(), "{why}");
        println!("skipped: {why}");
        return None;
    }
    // What the self-test says against the kernels stands in the detail.
    assert!(processor.kernels().is_some(), "{}", processor.detail());
    Some(processor)
}

//! What training says of its ways, in the words of the protocol.

use protocol::BackendKind;
use train::choice::Kind;
use train::{sampler, stepper};

/// The protocol's word for a kind of processor.
pub(crate) fn backend_kind(kind: Kind) -> BackendKind {
    match kind {
        Kind::Cpu => BackendKind::Cpu,
        Kind::WebGpu => BackendKind::WebGpu,
    }
}

/// How steps are taken.
pub(crate) fn step_method(method: stepper::Method) -> protocol::StepMethod {
    match method {
        stepper::Method::Burn(kind, why) => {
            protocol::StepMethod::Burn(backend_kind(kind), why_burn(why))
        }
        stepper::Method::Blocked => protocol::StepMethod::Blocked,
        stepper::Method::Fused { workgroups } => protocol::StepMethod::Fused { workgroups },
    }
}

fn why_burn(why: stepper::WhyBurn) -> protocol::WhyBurn {
    match why {
        stepper::WhyBurn::Chosen => protocol::WhyBurn::Chosen,
        stepper::WhyBurn::SelfTest(why) => protocol::WhyBurn::SelfTest(disagreement(why)),
        stepper::WhyBurn::TooLarge(misfit) => protocol::WhyBurn::TooLarge(match misfit {
            stepper::Misfit::Width(units) => protocol::Misfit::Width(units as u32),
            stepper::Misfit::SharedMemory => protocol::Misfit::SharedMemory,
            stepper::Misfit::Buffer(bytes) => protocol::Misfit::Buffer(bytes as u64),
        }),
    }
}

fn disagreement(why: stepper::Disagreement) -> protocol::Disagreement {
    use stepper::Disagreement as Said;
    match why {
        Said::Loss { got, expected } => protocol::Disagreement::Loss { got, expected },
        Said::Gradients { share } => protocol::Disagreement::Gradients { share },
        Said::Weights { rates } => protocol::Disagreement::Weights { rates },
        Said::Failed(error) => protocol::Disagreement::Failed(error),
    }
}

/// Why the CPU follows particles.
pub(crate) fn sampler_fault(fault: sampler::SamplerFault) -> protocol::SamplerFault {
    use sampler::SamplerFault as Said;
    match fault {
        Said::SharedMemory => protocol::SamplerFault::SharedMemory,
        Said::Outputs => protocol::SamplerFault::Outputs,
        Said::Wrong => protocol::SamplerFault::Wrong,
        Said::Device(error) => protocol::SamplerFault::Device(error),
    }
}

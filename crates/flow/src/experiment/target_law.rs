//! What a lane's samples are held against: the data, or where they are asked to have a label, the
//! data of that label.

use super::Experiment;
use crate::distribution::Distribution;
use crate::spec::{Guide, SamplingSpec};

impl Experiment {
    /// The label that `sampling` steers towards, if it steers at all: not without guidance, nor with
    /// weight 0, which is the field of all labels.
    pub fn asked_label(&self, sampling: &SamplingSpec) -> Option<u32> {
        let guided = self.spec.model.guide != Guide::None && sampling.guidance > 0.0;
        sampling.label.filter(|_| guided)
    }

    /// The data that samples are compared with: those of the [label asked for](Self::asked_label), or
    /// all. Beyond weight 1 guided samples no longer follow it, and their distance says by how much.
    pub fn target_law(&self, sampling: &SamplingSpec) -> Distribution {
        let label = self.asked_label(sampling);
        let own = label.and_then(|label| self.target.of_class(label));
        own.unwrap_or_else(|| self.target.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Drawn, LaneSpec, Target};

    #[test]
    fn samples_with_a_label_are_compared_with_its_own_data() {
        let mut spec = LaneSpec::default();
        spec.data.target = Target::EightGaussians;
        spec.sampling.label = Some(0);
        let target_law = |spec: &LaneSpec| {
            let lane = Experiment::new(spec, &Drawn::default()).unwrap();
            lane.target_law(&spec.sampling).components().len()
        };
        assert_eq!(target_law(&spec), 8, "without guidance there is no label");
        spec.model.guide = Guide::Cfg;
        assert_eq!(target_law(&spec), 1);
        spec.sampling.guidance = 0.0;
        assert_eq!(target_law(&spec), 8, "weight 0 is the unconditional field");
    }
}

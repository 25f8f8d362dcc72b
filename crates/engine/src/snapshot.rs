//! A lane's network as it is shown: by the picture, by figures, and by the page.

use flow::classifier::Classifier;
use flow::network::Network;
use std::rc::Rc;
use train::classifier::Classification;

/// A network as it was after some steps, and the classifier beside it.
#[derive(Clone)]
pub(crate) struct Snapshot {
    pub network: Rc<Network>,
    /// None before its first step, and where the lane has none.
    pub classifier: Option<Rc<Classifier>>,
    pub step: u32,
    /// Whether the page has its weights.
    pub sent: bool,
}

impl Snapshot {
    pub(crate) fn new(
        network: Network,
        classification: Option<&Classification>,
        step: u32,
    ) -> Self {
        let classifier = classification.and_then(Classification::snapshot);
        Self {
            network: Rc::new(network),
            classifier: classifier.map(Rc::new),
            step,
            sent: false,
        }
    }
}

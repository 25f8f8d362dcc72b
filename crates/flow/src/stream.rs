//! The random streams of a seed. Lanes that share a seed share each of these, whatever else
//! differs between them.

/// The first weights of the network.
pub const WEIGHTS: u64 = 1;
/// Where particles start.
pub const PARTICLES: u64 = 2;
/// Pairs shown or counted; source and target from this and the next.
pub const PAIRS: u64 = 3;
/// Points at which a field is compared with the exact one.
pub const EVALUATION: u64 = 5;
/// Points for the Bayes floor.
pub(crate) const FLOOR: u64 = 6;
/// Points for figures of samples.
pub const METRICS: u64 = 7;
/// What a coupling of shown or counted pairs draws by itself.
pub(crate) const PARTNERS: u64 = 8;
/// Points of a target that is only known by the map from the source.
pub(crate) const IMAGES: u64 = 9;
/// Data whose likelihood is asked.
pub const LIKELIHOOD: u64 = 10;
/// Starts of the pairs of a rectified flow: one stream a round, from here on.
pub const POOLS: u64 = 100;
/// The random directions of Fourier features.
pub(crate) const WAVES: u64 = 11;
/// The first weights of a classifier of noisy points.
pub(crate) const CLASSIFIER: u64 = 12;
/// Training batches: four streams for each step, from here on.
pub(crate) const BATCHES: u64 = 1 << 32;
/// Which samples of a batch are shown without their labels: one stream for each step.
pub(crate) const DROPOUT: u64 = 1 << 40;

//! What one lane *is*: plain values, in the names that links, the API and saved files use.
//!
//! Everything that turns these values into behaviour lives elsewhere ([`super::schedule`],
//! [`super::datasets`], [`super::coupling`], ...); the table that documents, clamps and prints them
//! is `app::schema`.

use super::custom::Curve;
use super::shapes;
use serde::{Deserialize, Serialize};

/// An enumeration whose variants have a stable name in the schema.
///
/// The name is what stands in a link, so it never changes once published.
macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// Every variant, in the order the controls show them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// The schema names, in the same order.
            pub const NAMES: &'static [&'static str] = &[$($text),+];

            /// The name this value has in links, in the API and in saved files.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The value of that name, if there is one.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($text => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

named!(
    /// Where the flow starts (`t = 0`).
    Source {
        /// Standard normal.
        Gaussian = "gaussian",
        /// Uniform on a square.
        Square = "square",
        /// A blurred circle.
        Ring = "ring",
        /// Gaussians at centres the user moves.
        Gmm = "gmm",
        /// Eight Gaussians on a circle.
        EightGaussians = "8gaussians",
        /// Two interleaving half circles.
        Moons = "moons",
        /// The points the user drew for the source.
        Drawn = "drawn",
    }
);

named!(
    /// What the flow should end at (`t = 1`).
    Target {
        /// Eight squares of a four by four board.
        Checkerboard = "checkerboard",
        /// Two interleaving half circles.
        Moons = "moons",
        /// Eight Gaussians on a circle.
        EightGaussians = "8gaussians",
        /// Gaussians at centres the user moves.
        Gmm = "gmm",
        /// Two spiral arms.
        Spirals = "spirals",
        /// Five twisted arms.
        Pinwheel = "pinwheel",
        /// Concentric circles.
        Rings = "rings",
        /// An S.
        SCurve = "scurve",
        /// A rolled-up strip.
        SwissRoll = "swissroll",
        /// A face.
        Smiley = "smiley",
        /// A word the user wrote.
        Letters = "letters",
        /// The points the user drew.
        Drawn = "drawn",
    }
);

named!(
    /// How source and target points are paired before the straight path between them is drawn.
    CouplingKind {
        /// Every pair equally likely.
        Independent = "independent",
        /// The target is a known map of the source.
        Paired = "paired",
        /// The cheapest assignment within each batch (minibatch optimal transport).
        Ot = "ot",
        /// Drawn from the entropic optimal-transport plan of each batch.
        Sinkhorn = "sinkhorn",
        /// The cheapest assignment of a share of each batch (partial optimal transport).
        Partial = "partial",
        /// A source point with where the lane's own flow takes it (rectified flow).
        Reflow = "reflow",
    }
);

named!(
    /// The schedule `(alpha, sigma)` of the path.
    ScheduleKind {
        /// `alpha = t`, `sigma = 1 - t`.
        CondOt = "condot",
        /// `alpha = t^n`, `sigma = 1 - t^n`.
        Poly = "poly",
        /// `alpha = sin(pi t / 2)`, `sigma = cos(pi t / 2)`.
        Cosine = "cosine",
        /// `alpha = t`, `sigma = sqrt(1 - t^2)`.
        LinearVp = "linearvp",
        /// Variance preserving, with linear `beta`.
        Vp = "vp",
        /// Variance exploding.
        Ve = "ve",
        /// The curve the user drew.
        Custom = "custom",
    }
);

named!(
    /// The schedule a trained field is sampled under.
    SampleSchedule {
        /// The schedule it was trained under.
        Same = "same",
        /// Transferred to CondOT.
        CondOt = "condot",
        /// Transferred to the polynomial schedule.
        Poly = "poly",
        /// Transferred to the cosine schedule.
        Cosine = "cosine",
        /// Transferred to linear VP.
        LinearVp = "linearvp",
        /// Transferred to VP.
        Vp = "vp",
        /// Transferred to VE.
        Ve = "ve",
        /// Transferred to the curve the user drew.
        Custom = "custom",
    }
);

named!(
    /// A Runge-Kutta method.
    SolverKind {
        /// Order 1, one evaluation a step.
        Euler = "euler",
        /// Order 2, two evaluations a step.
        Midpoint = "midpoint",
        /// Order 2, two evaluations a step.
        Heun = "heun",
        /// Order 4, four evaluations a step.
        Rk4 = "rk4",
        /// Order 5 with an error estimate of order 4, which chooses the steps (Dormand-Prince).
        Dopri5 = "dopri5",
    }
);

named!(
    /// The nonlinearity of the network.
    Activation {
        /// `x * sigmoid(x)` (Swish).
        Silu = "silu",
        /// `max(x, 0)`.
        Relu = "relu",
        /// `x` above zero, `exp(x) - 1` below.
        Elu = "elu",
        /// Scaled ELU.
        Selu = "selu",
        /// Hyperbolic tangent.
        Tanh = "tanh",
    }
);

named!(
    /// What the network's two outputs mean.
    Prediction {
        /// `alpha' X_1 + sigma' X_0`.
        Velocity = "velocity",
        /// The data.
        X1 = "x1",
        /// The source point: the noise.
        X0 = "x0",
        /// `grad log p_t`, for a standard normal source.
        Score = "score",
    }
);

named!(
    /// What the network is given beside the labels.
    Features {
        /// `x, y, t`.
        Plain = "plain",
        /// The same, and sines and cosines of random directions in `(x, y, t)`.
        Fourier = "fourier",
    }
);

named!(
    /// How a sample is steered towards a label.
    Guide {
        /// Not at all: the network knows no labels.
        None = "none",
        /// Classifier-free: the network learns with and without labels.
        Cfg = "cfg",
        /// By the gradient of a classifier of noisy points, trained beside the network.
        Classifier = "classifier",
    }
);

named!(
    /// The map of [`CouplingKind::Paired`] from source points to their partners.
    PairingKind {
        /// A half turn about the origin.
        Rotate = "rotate",
        /// The left half of the plane folded over onto the right.
        Fold = "fold",
        /// A translation.
        Shift = "shift",
    }
);

impl SampleSchedule {
    /// The schedule this names, or `None` for [`SampleSchedule::Same`].
    pub fn kind(self) -> Option<ScheduleKind> {
        ScheduleKind::from_name(self.name())
    }
}

impl CouplingKind {
    /// Whether it looks for near partners within a batch.
    pub fn matches(self) -> bool {
        matches!(self, Self::Ot | Self::Sinkhorn | Self::Partial)
    }

    /// Whether such a match leaves no point over, so that it can be made label by label: a partial
    /// one would give some labels a part of the source only.
    pub fn fills(self) -> bool {
        matches!(self, Self::Ot | Self::Sinkhorn)
    }
}

/// What is transported to what, and how the two are paired.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct DataSpec {
    pub source: Source,
    pub target: Target,
    pub coupling: CouplingKind,
    /// The map of [`CouplingKind::Paired`].
    pub pairing: PairingKind,
    /// Entropic regularisation of [`CouplingKind::Sinkhorn`], relative to the mean squared distance.
    pub epsilon: f64,
    /// The share of a batch that [`CouplingKind::Partial`] pairs.
    pub keep: f64,
    /// How often [`CouplingKind::Reflow`] trains anew on the flow's own pairs.
    pub rounds: u32,
    /// Whether a matching only pairs with target points as its labels prescribe: each label is
    /// given its own share of the source (only for a network that learns labels).
    pub label_aware: bool,
}

/// The path between a pair of points. The shape parameters are those of all schedules at once, so
/// that switching to and fro loses nothing.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PathSpec {
    pub schedule: ScheduleKind,
    /// Exponent of [`ScheduleKind::Poly`].
    pub power: f64,
    /// Range of `beta` of [`ScheduleKind::Vp`].
    pub beta_min: f64,
    pub beta_max: f64,
    /// Where [`ScheduleKind::Ve`] starts.
    pub sigma_max: f64,
    /// `alpha` of [`ScheduleKind::Custom`].
    pub curve: Curve,
}

/// The network that learns the velocity.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelSpec {
    /// Units in each hidden layer.
    pub width: u32,
    /// Hidden layers.
    pub depth: u32,
    pub activation: Activation,
    /// What it predicts; everything else uses the velocity that follows from it.
    pub predict: Prediction,
    pub features: Features,
    /// Decides whether it, or a classifier beside it, learns labels.
    pub guide: Guide,
}

/// How it is trained.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainingSpec {
    /// Adam's learning rate: constant without a limit, else decayed to zero over it.
    pub lr: f64,
    /// Pairs in a batch.
    pub batch: u32,
    /// Steps to train; 0 for no limit.
    pub limit: u32,
}

/// How the trained field is followed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SamplingSpec {
    pub sample_schedule: SampleSchedule,
    pub solver: SolverKind,
    pub steps: u32,
    pub particles: u32,
    /// Relative tolerance of [`SolverKind::Dopri5`]; the absolute one is as large.
    pub rtol: f64,
    /// The weight `w` of the guidance: 0 for none, 1 for the conditional field.
    pub guidance: f64,
    /// The label that samples should have.
    pub label: Option<u32>,
}

/// One experiment. Seed and all other values decide the result, bit for bit, on one backend.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LaneSpec {
    pub data: DataSpec,
    pub path: PathSpec,
    pub model: ModelSpec,
    pub training: TrainingSpec,
    pub sampling: SamplingSpec,
    pub seed: u32,
}

impl Default for LaneSpec {
    fn default() -> Self {
        Self {
            data: DataSpec {
                source: Source::Gaussian,
                target: Target::Checkerboard,
                coupling: CouplingKind::Independent,
                pairing: PairingKind::Rotate,
                epsilon: 0.05,
                keep: 0.5,
                rounds: 1,
                label_aware: false,
            },
            path: PathSpec {
                schedule: ScheduleKind::CondOt,
                power: 2.0,
                beta_min: 0.1,
                beta_max: 20.0,
                sigma_max: 5.0,
                curve: Curve::line(),
            },
            model: ModelSpec {
                width: 64,
                depth: 3,
                activation: Activation::Silu,
                predict: Prediction::Velocity,
                features: Features::Plain,
                guide: Guide::None,
            },
            training: TrainingSpec {
                lr: 0.005,
                batch: 256,
                limit: 5000,
            },
            sampling: SamplingSpec {
                sample_schedule: SampleSchedule::Same,
                solver: SolverKind::Midpoint,
                steps: 32,
                particles: 2000,
                rtol: 1e-4,
                guidance: 1.0,
                label: None,
            },
            seed: 1,
        }
    }
}

impl LaneSpec {
    /// Whether a network trained for `self` can go on serving `other`: they differ at most in how
    /// the field is sampled, and in the number of steps to train.
    pub fn same_training(&self, other: &Self) -> bool {
        self.data == other.data
            && self.path == other.path
            && self.model == other.model
            && self.training.lr == other.training.lr
            && self.training.batch == other.training.batch
            && self.seed == other.seed
    }
}

/// What the user drew, moved, wrote or brought along: points in the stage's coordinates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drawn {
    /// The points of [`Target::Drawn`].
    pub target: Vec<[f64; 2]>,
    /// The points of [`Source::Drawn`].
    pub source: Vec<[f64; 2]>,
    /// The centres of [`Target::Gmm`].
    pub centres: Vec<[f64; 2]>,
    /// The centres of [`Source::Gmm`].
    pub source_centres: Vec<[f64; 2]>,
    /// The word of [`Target::Letters`].
    pub letters: String,
}

impl Default for Drawn {
    fn default() -> Self {
        Self {
            target: Vec::new(),
            source: Vec::new(),
            centres: shapes::polygon(5, shapes::GMM_RADIUS),
            source_centres: shapes::polygon(3, shapes::GMM_RADIUS),
            letters: "FLOW".into(),
        }
    }
}

//! What one lane *is*: plain values, in the names that links, the API and saved files use.
//!
//! Everything that turns these values into behaviour lives elsewhere ([`super::schedule`],
//! [`super::datasets`], [`super::coupling`], ...); the table that documents, clamps and prints them
//! is `app::schema`.

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
        /// Eight Gaussians on a circle.
        EightGaussians = "8gaussians",
        /// Two interleaving half circles.
        Moons = "moons",
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
        /// Two spiral arms.
        Spirals = "spirals",
        /// Concentric circles.
        Rings = "rings",
        /// The points the user drew.
        Drawn = "drawn",
    }
);

named!(
    /// How source and target points are paired before the straight path between them is drawn.
    CouplingKind {
        /// Every pair equally likely.
        Independent = "independent",
        /// The cheapest assignment within each batch (minibatch optimal transport).
        Ot = "ot",
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
    }
);

named!(
    /// A fixed-step Runge-Kutta method.
    SolverKind {
        /// Order 1, one evaluation a step.
        Euler = "euler",
        /// Order 2, two evaluations a step.
        Midpoint = "midpoint",
        /// Order 2, two evaluations a step.
        Heun = "heun",
        /// Order 4, four evaluations a step.
        Rk4 = "rk4",
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

impl SampleSchedule {
    /// The schedule this names, or `None` for [`SampleSchedule::Same`].
    pub fn kind(self) -> Option<ScheduleKind> {
        ScheduleKind::from_name(self.name())
    }
}

/// What is transported to what, and how the two are paired.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct DataSpec {
    pub source: Source,
    pub target: Target,
    pub coupling: CouplingKind,
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
}

/// The network that learns the velocity.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelSpec {
    /// Units in each hidden layer.
    pub width: u32,
    /// Hidden layers.
    pub depth: u32,
    pub activation: Activation,
}

/// How it is trained.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainingSpec {
    /// Adam's learning rate: constant without a limit, else decayed to zero by a cosine.
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
            },
            path: PathSpec {
                schedule: ScheduleKind::CondOt,
                power: 2.0,
                beta_min: 0.1,
                beta_max: 20.0,
            },
            model: ModelSpec {
                width: 64,
                depth: 3,
                activation: Activation::Silu,
            },
            training: TrainingSpec {
                lr: 0.003,
                batch: 256,
                limit: 5000,
            },
            sampling: SamplingSpec {
                sample_schedule: SampleSchedule::Same,
                solver: SolverKind::Midpoint,
                steps: 32,
                particles: 2000,
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

/// The points a user drew, in the stage's coordinates.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Drawn {
    pub target: Vec<[f64; 2]>,
}

//! The one table of parameters. Links, the API, the controls, the help and the docs are all made
//! from it, so a parameter is added here and nowhere else.

#[macro_use]
mod rows;

use super::settings::{DensityKind, Settings};
use super::value::{Kind, Value};
use flow::spec::{
    Activation, CouplingKind, Features, Guide, LaneSpec, PairingKind, Prediction, SampleSchedule,
    ScheduleKind, SolverKind, Source, Target,
};
use protocol::LaneId;

/// Where a parameter's control stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    Data,
    Path,
    Model,
    Training,
    Sampling,
    Stage,
}

impl Group {
    /// All groups in the order of the panel.
    pub const ALL: [Self; 6] = [
        Self::Data,
        Self::Path,
        Self::Model,
        Self::Training,
        Self::Sampling,
        Self::Stage,
    ];

    /// The group's key in the language files.
    pub fn key(self) -> &'static str {
        match self {
            Self::Data => "group.data",
            Self::Path => "group.path",
            Self::Model => "group.model",
            Self::Training => "group.training",
            Self::Sampling => "group.sampling",
            Self::Stage => "group.stage",
        }
    }
}

/// A parameter: its name everywhere, what it may be, and where it lives in [`Settings`].
pub struct Param {
    pub name: &'static str,
    pub group: Group,
    /// Whether each lane has its own; lane B's is then written with the prefix `b.`.
    pub per_lane: bool,
    pub kind: Kind,
    pub get: fn(&Settings, LaneId) -> Value,
    /// Stores a value that [`Kind::read`] or [`Kind::clamp`] made.
    pub set: fn(&mut Settings, LaneId, Value),
    /// Whether the control has an effect under these settings of the lane.
    pub applies: fn(&LaneSpec) -> bool,
}

fn always(_: &LaneSpec) -> bool {
    true
}

fn uses(spec: &LaneSpec, kind: ScheduleKind) -> bool {
    spec.path.schedule == kind || spec.sampling.sample_schedule.kind() == Some(kind)
}

use super::value::Scale::{Linear, Log};

/// Every parameter, in the order of links and controls.
pub static PARAMS: &[Param] = &[
    choice!(
        "source",
        Data,
        Source,
        data.source,
        "Distribution the flow starts from (t = 0)."
    ),
    choice!(
        "target",
        Data,
        Target,
        data.target,
        "Distribution the flow should end at (t = 1)."
    ),
    choice!(
        "coupling",
        Data,
        CouplingKind,
        data.coupling,
        "How source and target points are paired."
    ),
    choice!(
        "pairing",
        Data,
        PairingKind,
        data.pairing,
        |s| s.data.coupling == CouplingKind::Paired,
        "Map from the source to the target of the paired coupling."
    ),
    real!(
        "epsilon",
        Data,
        0.005..=10.0,
        Log,
        data.epsilon,
        |s| s.data.coupling == CouplingKind::Sinkhorn,
        "Entropic regularisation, relative to the mean squared distance."
    ),
    real!(
        "keep",
        Data,
        0.1..=1.0,
        Linear,
        data.keep,
        |s| s.data.coupling == CouplingKind::Partial,
        "Share of each batch that partial optimal transport pairs."
    ),
    whole!(
        "rounds",
        Data,
        1..=4,
        Linear,
        data.rounds,
        |s| s.data.coupling == CouplingKind::Reflow,
        "How often a rectified flow is trained anew on the flow's own pairs."
    ),
    other!(
        Param {
            name: "aware",
            group: Group::Data,
            per_lane: true,
            kind: Kind::Flag,
            get: |s, lane| Value::Flag(s.lane[lane].data.label_aware),
            set: |s, lane, v| {
                if let Value::Flag(x) = v {
                    s.lane[lane].data.label_aware = x
                }
            },
            applies: |s| s.model.guide == Guide::Cfg && s.data.coupling.fills(),
        },
        "Whether matchings know the labels: each label is given its own share of the source."
    ),
    drawn!(
        "centres",
        Points,
        centres,
        |s| s.data.target == Target::Gmm,
        "Centres of the target's Gaussians, four characters each."
    ),
    drawn!(
        "source_centres",
        Points,
        source_centres,
        |s| s.data.source == Source::Gmm,
        "Centres of the source's Gaussians, four characters each."
    ),
    drawn!(
        "letters",
        Word,
        letters,
        |s| s.data.target == Target::Letters,
        "Word of the target, up to six letters from A to Z."
    ),
    choice!(
        "schedule",
        Path,
        ScheduleKind,
        path.schedule,
        "Schedule (alpha, sigma) of the path the field is trained on."
    ),
    real!(
        "power",
        Path,
        1.0..=8.0,
        Linear,
        path.power,
        |s| uses(s, ScheduleKind::Poly),
        "Exponent n of the polynomial schedule."
    ),
    real!(
        "beta_min",
        Path,
        0.01..=5.0,
        Log,
        path.beta_min,
        |s| uses(s, ScheduleKind::Vp),
        "Smallest beta of the VP schedule."
    ),
    real!(
        "beta_max",
        Path,
        5.0..=40.0,
        Linear,
        path.beta_max,
        |s| uses(s, ScheduleKind::Vp),
        "Largest beta of the VP schedule."
    ),
    real!(
        "sigma_max",
        Path,
        1.0..=50.0,
        Log,
        path.sigma_max,
        |s| uses(s, ScheduleKind::Ve),
        "Largest sigma of the VE schedule."
    ),
    other!(
        Param {
            name: "curve",
            group: Group::Path,
            per_lane: true,
            kind: Kind::Curve,
            get: |s, lane| Value::Curve(s.lane[lane].path.curve),
            set: |s, lane, v| {
                if let Value::Curve(x) = v {
                    s.lane[lane].path.curve = x
                }
            },
            applies: |s| uses(s, ScheduleKind::Custom),
        },
        "Inner control points of the custom schedule's alpha."
    ),
    choice!(
        "predict",
        Model,
        Prediction,
        model.predict,
        "What the network predicts; the velocity follows from it."
    ),
    whole!(
        "width",
        Model,
        8..=512,
        Log,
        model.width,
        "Units in each hidden layer."
    ),
    whole!("depth", Model, 1..=6, Linear, model.depth, "Hidden layers."),
    choice!(
        "activation",
        Model,
        Activation,
        model.activation,
        "Nonlinearity of the hidden layers."
    ),
    choice!(
        "features",
        Model,
        Features,
        model.features,
        "Inputs of the network: x, y, t, or random Fourier features of them beside."
    ),
    choice!(
        "guide",
        Model,
        Guide,
        model.guide,
        "How samples are steered towards a label."
    ),
    real!(
        "lr",
        Training,
        0.00001..=0.1,
        Log,
        training.lr,
        always,
        "Learning rate of Adam."
    ),
    whole!(
        "batch",
        Training,
        16..=4096,
        Log,
        training.batch,
        "Pairs in a training batch."
    ),
    whole!(
        "limit",
        Training,
        0..=100000,
        Linear,
        training.limit,
        "Steps to train; 0 for no limit."
    ),
    whole!(
        "seed",
        Training,
        0..=999999,
        Linear,
        seed,
        "Seed of noise, data and first weights."
    ),
    choice!(
        "sample_schedule",
        Sampling,
        SampleSchedule,
        sampling.sample_schedule,
        "Schedule the field is sampled under; another than it was trained under means scheduler transfer."
    ),
    choice!(
        "solver",
        Sampling,
        SolverKind,
        sampling.solver,
        "Method that follows the field."
    ),
    whole!(
        "steps",
        Sampling,
        1..=1000,
        Log,
        sampling.steps,
        |s| s.sampling.solver != SolverKind::Dopri5,
        "Solver steps from t = 0 to t = 1."
    ),
    real!(
        "rtol",
        Sampling,
        0.000001..=0.1,
        Log,
        sampling.rtol,
        |s| s.sampling.solver == SolverKind::Dopri5,
        "Tolerance of the adaptive solver, relative and absolute."
    ),
    other!(
        Param {
            name: "label",
            group: Group::Sampling,
            per_lane: true,
            kind: Kind::Label,
            get: |s, lane| Value::Label(s.lane[lane].sampling.label),
            set: |s, lane, v| {
                if let Value::Label(x) = v {
                    s.lane[lane].sampling.label = x
                }
            },
            applies: |s| s.model.guide != Guide::None,
        },
        "Label that samples should have, or none."
    ),
    real!(
        "guidance",
        Sampling,
        0.0..=8.0,
        Linear,
        sampling.guidance,
        |s| s.model.guide != Guide::None && s.sampling.label.is_some(),
        "Weight w of the guidance: 0 for none, 1 for the conditional field."
    ),
    whole!(
        "particles",
        Sampling,
        100..=100000,
        Log,
        sampling.particles,
        "Particles on the stage."
    ),
    stage!(
        "lanes",
        Kind::Whole {
            min: 1,
            max: 2,
            scale: Linear
        },
        |s, _| Value::Whole(s.lanes.into()),
        |s, _, v| if let Value::Whole(x) = v {
            s.lanes = x as u8
        },
        "Experiments on the stage: one, or two side by side."
    ),
    stage!(
        "borrow",
        Kind::Flag,
        |s, _| Value::Flag(s.borrow),
        |s, _, v| if let Value::Flag(x) = v {
            s.borrow = x
        },
        "Whether lane B follows lane A's network instead of training its own."
    ),
    stage!(
        "layers",
        Kind::Layers,
        |s, _| Value::Layers(s.layers),
        |s, _, v| if let Value::Layers(x) = v {
            s.layers = x
        },
        "Layers shown on the stage."
    ),
    stage!(
        "density",
        Kind::Choice(DensityKind::NAMES),
        |s, _| Value::Choice(s.density.name()),
        |s, _, v| if let Some(x) = v.choice().and_then(DensityKind::from_name) {
            s.density = x
        },
        "Density of the heat map: the exact one of X_t, a kernel estimate from the particles, or the likelihood of the learned flow."
    ),
    stage!(
        "t",
        Kind::Real {
            min: 0.0,
            max: 1.0,
            scale: Linear
        },
        |s, _| Value::Real(s.t),
        |s, _, v| if let Value::Real(x) = v {
            s.t = x
        },
        "Time on the stage: 0 is the source, 1 the data."
    ),
    stage!(
        "speed",
        Kind::Real {
            min: 0.1,
            max: 10.0,
            scale: Log
        },
        |s, _| Value::Real(s.speed),
        |s, _, v| if let Value::Real(x) = v {
            s.speed = x
        },
        "Passages from t = 0 to t = 1 in ten seconds."
    ),
    stage!(
        "loop",
        Kind::Flag,
        |s, _| Value::Flag(s.repeat),
        |s, _, v| if let Value::Flag(x) = v {
            s.repeat = x
        },
        "Whether time starts again when it reaches 1."
    ),
    stage!(
        "scene",
        Kind::Whole {
            min: 1,
            max: 99,
            scale: Linear
        },
        |s, _| Value::Whole(s.scene.into()),
        |s, _, v| if let Value::Whole(x) = v {
            s.scene = x as u32
        },
        "Scene whose text is shown."
    ),
    stage!(
        "drawn",
        Kind::Points,
        |s, _| Value::Points(s.drawn.target.clone()),
        |s, _, v| if let Value::Points(x) = v {
            s.drawn.target = x
        },
        "Points of the drawn target, four characters each."
    ),
    stage!(
        "drawn_source",
        Kind::Points,
        |s, _| Value::Points(s.drawn.source.clone()),
        |s, _, v| if let Value::Points(x) = v {
            s.drawn.source = x
        },
        "Points of the drawn source, four characters each."
    ),
];

/// The parameter of that name.
pub fn param(name: &str) -> Option<&'static Param> {
    PARAMS.iter().find(|param| param.name == name)
}

#[cfg(test)]
mod tests;

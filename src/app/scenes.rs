//! Scenes and comparisons as data: what to set, and which texts belong to it.

/// A scene: a state worth looking at, with its words.
pub struct Scene {
    /// The texts are `scene.<key>.title`, `.text` and `.try` in the language files.
    pub key: &'static str,
    /// Values by schema name, on top of the defaults.
    pub patch: &'static [(&'static str, &'static str)],
}

/// All scenes, in the order of the tour; scene 1 is the default state.
pub const SCENES: &[Scene] = &[
    Scene {
        key: "noise",
        patch: &[],
    },
    Scene {
        key: "training",
        patch: &[
            ("target", "moons"),
            ("layers", "density,data,arrows,particles"),
        ],
    },
    Scene {
        key: "couplings",
        patch: &[
            ("source", "8gaussians"),
            ("target", "moons"),
            ("lanes", "2"),
            ("b.coupling", "ot"),
            ("layers", "pairs,trajectories,particles"),
        ],
    },
    Scene {
        key: "schedules",
        patch: &[
            ("target", "moons"),
            ("lanes", "2"),
            ("b.schedule", "cosine"),
            ("layers", "trajectories,particles"),
        ],
    },
    Scene {
        key: "transfer",
        patch: &[
            ("target", "moons"),
            ("lanes", "2"),
            ("borrow", "1"),
            ("b.sample_schedule", "cosine"),
            ("steps", "100"),
            ("layers", "trajectories,particles"),
        ],
    },
    Scene {
        key: "solvers",
        patch: &[
            ("lanes", "2"),
            ("borrow", "1"),
            ("solver", "rk4"),
            ("b.solver", "euler"),
            ("b.steps", "4"),
            ("layers", "density,trajectories,particles"),
        ],
    },
    Scene {
        key: "draw",
        patch: &[("target", "drawn"), ("layers", "data,particles")],
    },
];

/// The scene of that number, counted from 1.
pub fn scene(number: u32) -> Option<&'static Scene> {
    SCENES.get((number as usize).checked_sub(1)?)
}

/// What two lanes can differ in at a touch: the name of a text, and lane B's values.
pub const COMPARISONS: &[Scene] = &[
    Scene {
        key: "coupling",
        patch: &[("borrow", "0"), ("b.coupling", "ot")],
    },
    Scene {
        key: "transfer",
        patch: &[("borrow", "1"), ("b.sample_schedule", "cosine")],
    },
    Scene {
        key: "schedule",
        patch: &[("borrow", "0"), ("b.schedule", "cosine")],
    },
    Scene {
        key: "solver",
        patch: &[("borrow", "1"), ("b.solver", "euler"), ("b.steps", "4")],
    },
    Scene {
        key: "width",
        patch: &[("borrow", "0"), ("b.width", "16")],
    },
];

//! Version 1 of links, as published in November 2026. It refers to nothing that may change, and it is never
//! edited, but for a row of a parameter that did not exist then: the value under which older links still open
//! what they opened.

use super::Frozen::{Points, Text};
use super::Version;
use flow::Point;

pub(super) const VERSION: Version = Version {
    defaults: &[
        ("source", Text("gaussian")),
        ("target", Text("checkerboard")),
        ("coupling", Text("independent")),
        ("pairing", Text("rotate")),
        ("epsilon", Text("0.05")),
        ("keep", Text("0.5")),
        ("rounds", Text("1")),
        ("aware", Text("0")),
        ("centres", Points(CENTRES)),
        ("source_centres", Points(SOURCE_CENTRES)),
        ("letters", Text("FLOW")),
        ("schedule", Text("condot")),
        ("power", Text("2")),
        ("beta_min", Text("0.1")),
        ("beta_max", Text("20")),
        ("sigma_max", Text("5")),
        ("curve", Text("line")),
        ("predict", Text("velocity")),
        ("width", Text("64")),
        ("depth", Text("3")),
        ("activation", Text("silu")),
        ("features", Text("plain")),
        ("guide", Text("none")),
        ("lr", Text("0.005")),
        ("batch", Text("256")),
        ("limit", Text("5000")),
        ("seed", Text("1")),
        ("sample_schedule", Text("same")),
        ("solver", Text("midpoint")),
        ("steps", Text("32")),
        ("rtol", Text("0.0001")),
        ("label", Text("none")),
        ("guidance", Text("1")),
        ("particles", Text("2000")),
        ("lanes", Text("1")),
        ("borrow", Text("0")),
        ("layers", Text("density,trajectories,particles")),
        ("density", Text("exact")),
        ("t", Text("0")),
        ("speed", Text("2")),
        ("loop", Text("1")),
        ("scene", Text("1")),
        ("drawn", Text("")),
        ("drawn_source", Text("")),
    ],
    scenes: &[
        (1, "noise", &[]),
        (
            2,
            "conditional",
            &[
                ("target", "drawn"),
                ("drawn", "l_j_"),
                ("layers", "density,data,pairs"),
            ],
        ),
        (
            3,
            "marginal",
            &[
                ("target", "8gaussians"),
                ("layers", "density,data,arrows,posterior"),
                ("t", "0.4"),
            ],
        ),
        (
            4,
            "losses",
            &[("target", "moons"), ("layers", "data,pairs,arrows")],
        ),
        (
            5,
            "training",
            &[
                ("target", "moons"),
                ("layers", "density,data,arrows,particles"),
            ],
        ),
        (
            6,
            "flowmap",
            &[
                ("target", "moons"),
                ("solver", "rk4"),
                ("layers", "particles,grid,flowmap"),
            ],
        ),
        (
            7,
            "mass",
            &[
                ("target", "8gaussians"),
                ("layers", "density,arrows,particles,region"),
            ],
        ),
        (
            8,
            "likelihood",
            &[
                ("density", "learned"),
                ("layers", "density,data"),
                ("t", "1"),
            ],
        ),
        (
            9,
            "couplings",
            &[
                ("source", "8gaussians"),
                ("target", "moons"),
                ("lanes", "2"),
                ("b.coupling", "ot"),
                ("layers", "pairs,trajectories,particles"),
            ],
        ),
        (
            10,
            "schedules",
            &[
                ("target", "moons"),
                ("lanes", "2"),
                ("b.schedule", "cosine"),
                ("layers", "trajectories,particles"),
            ],
        ),
        (
            11,
            "transfer",
            &[
                ("target", "moons"),
                ("lanes", "2"),
                ("borrow", "1"),
                ("b.sample_schedule", "cosine"),
                ("steps", "100"),
                ("layers", "trajectories,particles"),
            ],
        ),
        (
            12,
            "predictions",
            &[
                ("target", "moons"),
                ("lanes", "2"),
                ("b.predict", "x1"),
                ("layers", "data,trajectories,particles"),
            ],
        ),
        (
            13,
            "solvers",
            &[
                ("lanes", "2"),
                ("borrow", "1"),
                ("solver", "rk4"),
                ("b.solver", "euler"),
                ("b.steps", "4"),
                ("layers", "density,trajectories,particles"),
            ],
        ),
        (
            14,
            "guidance",
            &[
                ("target", "8gaussians"),
                ("lanes", "2"),
                ("guide", "cfg"),
                ("b.guide", "classifier"),
                ("label", "0"),
                ("guidance", "2"),
                ("layers", "data,trajectories,particles"),
            ],
        ),
        (
            15,
            "conditions",
            &[
                ("source", "8gaussians"),
                ("target", "moons"),
                ("coupling", "ot"),
                ("lanes", "2"),
                ("guide", "cfg"),
                ("label", "0"),
                ("guidance", "1"),
                ("aware", "0"),
                ("b.aware", "1"),
                ("layers", "data,trajectories,particles"),
            ],
        ),
        (
            16,
            "draw",
            &[("target", "drawn"), ("layers", "data,particles")],
        ),
    ],
};

/// A pentagon of radius 3, as it was computed: links that leave it out draw these very points.
const CENTRES: &[Point] = &[
    [1.8369701987210297e-16, 3.0],
    [-2.8531695488854605, 0.9270509831248426],
    [-1.7633557568774196, -2.427050983124842],
    [1.7633557568774187, -2.427050983124843],
    [2.853169548885461, 0.9270509831248415],
];
/// A triangle of radius 3, likewise.
const SOURCE_CENTRES: &[Point] = &[
    [1.8369701987210297e-16, 3.0],
    [-2.5980762113533165, -1.4999999999999991],
    [2.598076211353315, -1.5000000000000013],
];

//! Everything a link can say: the experiment lanes and how they are shown.

use flow::datasets::classes;
use flow::spec::{CouplingKind, Drawn, LaneSpec};
use protocol::LaneId;
use serde::{Deserialize, Serialize};

/// Makes the layers, their names and both of their orders of one list.
macro_rules! layers {
    ($($(#[$doc:meta])* $layer:ident, $name:literal, $use:literal;)*) => {
        /// A layer of the stage.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Layer {
            $($(#[$doc])* $layer,)*
        }

        impl Layer {
            /// All layers, in the order in which links list them.
            pub const ALL: [Self; [$($name),*].len()] = [$(Self::$layer),*];

            /// The layers in the order of their controls: what one looks at every day first.
            pub const BY_USE: [Self; Self::ALL.len()] = by_use([$($use),*]);

            /// The name in links and in the API.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$layer => $name,)*
                }
            }
        }
    };
}

// Layer, its name in links, and the place of its control. A new one stands last, since links list the
// layers in this order.
layers! {
    Density, "density", 4;
    Data, "data", 5;
    Pairs, "pairs", 3;
    Trajectories, "trajectories", 1;
    Arrows, "arrows", 2;
    Particles, "particles", 0;
    /// Learned minus exact velocity.
    Error, "error", 13;
    /// The divergence of the velocity.
    Divergence, "divergence", 12;
    /// A grid of the source, deformed by the flow.
    Grid, "grid", 8;
    /// Arrows of `grad log p_t`.
    Score, "score", 14;
    /// The posterior over the data at the pointer.
    Posterior, "posterior", 7;
    /// One batch as the coupling matches it.
    Matching, "matching", 6;
    /// A box, the mass in it and the flux through its edge.
    Region, "region", 10;
    /// Points carried on by the flow and back again.
    FlowMap, "flowmap", 9;
    /// The length of the velocity.
    Magnitude, "magnitude", 11;
}

/// The layers, each at its place.
const fn by_use<const N: usize>(places: [usize; N]) -> [Layer; N] {
    let mut order = [Layer::Density; N];
    let mut i = 0;
    while i < N {
        order[places[i]] = Layer::ALL[i];
        i += 1;
    }
    order
}

/// A set of layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layers(u16);

impl Layers {
    /// The set of these layers.
    pub const fn of(layers: &[Layer]) -> Self {
        let mut bits = 0;
        let mut i = 0;
        while i < layers.len() {
            bits |= 1 << layers[i] as u8;
            i += 1;
        }
        Self(bits)
    }

    /// Whether the layer is shown.
    pub fn has(self, layer: Layer) -> bool {
        self.0 & (1 << layer as u8) != 0
    }

    /// Whether any of these layers is shown.
    pub fn any(self, layers: &[Layer]) -> bool {
        layers.iter().any(|&layer| self.has(layer))
    }

    /// Shows or hides a layer.
    pub fn set(&mut self, layer: Layer, on: bool) {
        if on {
            self.0 |= 1 << layer as u8;
        } else {
            self.0 &= !(1 << layer as u8);
        }
    }
}

/// Which density the heat map shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DensityKind {
    /// The exact density of `X_t`, where a closed form is known.
    Exact,
    /// A kernel estimate from the particles on the stage.
    Kernel,
    /// The likelihood of the learned flow.
    Learned,
}

impl DensityKind {
    /// The schema names.
    pub const NAMES: &'static [&'static str] = &["exact", "kernel", "learned"];

    /// The name in links and in the API.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    /// The value of that name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "exact" => Some(Self::Exact),
            "kernel" => Some(Self::Kernel),
            "learned" => Some(Self::Learned),
            _ => None,
        }
    }
}

/// What is on the stage, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Lane A and lane B; B's is kept while it is not shown, so that comparing again finds it.
    pub lane: [LaneSpec; 2],
    /// How many lanes are shown: 1 or 2.
    pub lanes: u8,
    /// Whether lane B samples lane A's network instead of training its own.
    pub borrow: bool,
    pub drawn: Drawn,
    pub layers: Layers,
    pub density: DensityKind,
    /// Time on the stage, 0..1.
    pub t: f64,
    /// Passages from 0 to 1 in ten seconds.
    pub speed: f64,
    /// Whether time starts again when it reaches 1.
    pub repeat: bool,
    /// The scene these settings began from.
    pub scene: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            lane: [LaneSpec::default(); 2],
            lanes: 1,
            borrow: false,
            drawn: Drawn::default(),
            layers: Layers::of(&[Layer::Density, Layer::Trajectories, Layer::Particles]),
            density: DensityKind::Exact,
            t: 0.0,
            speed: 2.0,
            repeat: true,
            scene: 1,
        }
    }
}

impl Settings {
    /// What a lane is made of. A borrowing lane B has lane A's experiment and its own sampling.
    pub fn spec(&self, lane: LaneId) -> LaneSpec {
        let own = self.lane[lane];
        if self.borrows(lane) {
            LaneSpec {
                sampling: own.sampling,
                ..self.lane[LaneId::A]
            }
        } else {
            own
        }
    }

    /// Whether this lane follows the other's network.
    pub fn borrows(&self, lane: LaneId) -> bool {
        lane == LaneId::B && self.borrow
    }

    /// The lane whose network this lane follows: its own, or the one that it borrows from.
    pub(crate) fn trained_lane(&self, lane: LaneId) -> LaneId {
        if self.borrows(lane) { LaneId::A } else { lane }
    }

    /// Whether a lane is on the stage.
    pub fn shown(&self, lane: LaneId) -> bool {
        lane.index() < usize::from(self.lanes)
    }
}

/// The layers of a set, spelled as in links.
pub(crate) fn layer_names(layers: Layers) -> Vec<&'static str> {
    Layer::ALL
        .into_iter()
        .filter(|&layer| layers.has(layer))
        .map(Layer::name)
        .collect()
}

/// How many labels the target of a lane has; 0 where its points have none.
pub fn labels(settings: &Settings, lane: LaneId) -> u32 {
    let data = settings.spec(lane).data;
    // The target of pairs is the image of the source, whatever the choice of targets says.
    let paired = data.coupling == CouplingKind::Paired;
    match classes(data.target, &settings.drawn) {
        count if count < 2 || paired => 0,
        count => count,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_layer_has_a_control_of_its_own() {
        for layer in Layer::ALL {
            let places = Layer::BY_USE.iter().filter(|other| **other == layer);
            assert_eq!(places.count(), 1, "{}", layer.name());
        }
    }
}

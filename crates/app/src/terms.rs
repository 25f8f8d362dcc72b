//! What the parts of a formula stand for: each term has a control, a layer or a chart on the page, and
//! whichever of them is pointed at lights up the others.

/// A part of a formula that has something on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term {
    Time,
    Source,
    Target,
    Path,
    Conditional,
    Schedule,
    Sampled,
    Flow,
    Field,
    Model,
    Prediction,
    Score,
    Loss,
    Rate,
    Batch,
    Density,
    Posterior,
    Divergence,
    Region,
    Coupling,
    Cost,
    Straightness,
    Solver,
    Steps,
    Guidance,
    Label,
    Aware,
}

/// Something on the page that shows or sets a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A control, by schema name.
    Param(&'static str),
    /// A layer of the stage, by schema name.
    Layer(&'static str),
    /// A chart, by the name in its `data-chart`.
    Chart(&'static str),
}

use Mark::{Chart, Layer, Param};

impl Term {
    /// All terms. Of several that share a mark, the earlier is the more particular one.
    pub const ALL: [Self; 27] = [
        Self::Time,
        Self::Source,
        Self::Target,
        Self::Coupling,
        Self::Cost,
        Self::Conditional,
        Self::Path,
        Self::Schedule,
        Self::Sampled,
        Self::Flow,
        Self::Field,
        Self::Model,
        Self::Prediction,
        Self::Score,
        Self::Loss,
        Self::Rate,
        Self::Batch,
        Self::Density,
        Self::Posterior,
        Self::Divergence,
        Self::Region,
        Self::Straightness,
        Self::Solver,
        Self::Steps,
        Self::Guidance,
        Self::Label,
        Self::Aware,
    ];

    /// The name in `formulas.tex` and in `data-term`; `term.<name>` is what it is called.
    pub fn name(self) -> &'static str {
        self.row().0
    }

    /// The term of that name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|term| term.name() == name)
    }

    /// Everything on the page that shows or sets it.
    pub fn marks(self) -> &'static [Mark] {
        self.row().1
    }

    /// The terms that a mark belongs to, the most particular first.
    pub fn of(mark: Mark) -> impl Iterator<Item = Self> {
        Self::ALL
            .into_iter()
            .filter(move |term| term.marks().contains(&mark))
    }

    /// Name and marks.
    fn row(self) -> (&'static str, &'static [Mark]) {
        match self {
            Self::Time => ("time", &[Param("t")]),
            Self::Source => ("source", &[Param("source")]),
            Self::Target => ("target", &[Param("target"), Layer("data")]),
            Self::Path => ("path", &[Layer("particles"), Layer("pairs")]),
            Self::Conditional => ("conditional", &[Layer("pairs")]),
            Self::Schedule => ("schedule", &[Param("schedule"), Chart("schedule")]),
            Self::Sampled => ("sampled", &[Param("sample_schedule"), Chart("schedule")]),
            Self::Flow => (
                "flow",
                &[Layer("trajectories"), Layer("grid"), Layer("flowmap")],
            ),
            Self::Field => ("field", &[Layer("arrows")]),
            Self::Model => (
                "model",
                &[
                    Param("width"),
                    Param("depth"),
                    Param("activation"),
                    Param("features"),
                    Layer("error"),
                ],
            ),
            Self::Prediction => ("prediction", &[Param("predict")]),
            Self::Score => ("score", &[Layer("score")]),
            Self::Loss => ("loss", &[Chart("loss"), Chart("excess")]),
            Self::Rate => ("rate", &[Param("lr")]),
            Self::Batch => ("batch", &[Param("batch")]),
            Self::Density => ("density", &[Param("density"), Layer("density")]),
            Self::Posterior => ("posterior", &[Layer("posterior")]),
            Self::Divergence => ("divergence", &[Layer("divergence")]),
            Self::Region => ("region", &[Layer("region")]),
            Self::Coupling => (
                "coupling",
                &[Param("coupling"), Layer("pairs"), Layer("matching")],
            ),
            Self::Cost => ("cost", &[Layer("pairs"), Layer("matching")]),
            Self::Straightness => ("straightness", &[Chart("straightness")]),
            Self::Solver => ("solver", &[Param("solver")]),
            Self::Steps => ("steps", &[Param("steps")]),
            Self::Guidance => ("guidance", &[Param("guide"), Param("guidance")]),
            Self::Label => ("label", &[Param("label")]),
            Self::Aware => ("aware", &[Param("aware")]),
        }
    }
}

impl Mark {
    /// The mark that an element carries: the attribute's name and its value.
    pub fn read(attribute: &str, value: &str) -> Option<Self> {
        let all = Term::ALL.into_iter().flat_map(Term::marks);
        all.copied()
            .find(|mark| mark.attribute() == (attribute, value))
    }

    /// The attribute by which its elements are found, and its value.
    pub fn attribute(self) -> (&'static str, &'static str) {
        match self {
            Param(name) => ("data-param", name),
            Layer(name) => ("data-layer", name),
            Chart(name) => ("data-chart", name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_marks_lead_back() {
        for (i, term) in Term::ALL.into_iter().enumerate() {
            assert_eq!(Term::from_name(term.name()), Some(term));
            assert!(Term::ALL[i + 1..].iter().all(|t| t.name() != term.name()));
            for &mark in term.marks() {
                let (attribute, value) = mark.attribute();
                assert_eq!(Mark::read(attribute, value), Some(mark));
                assert!(Term::of(mark).any(|other| other == term));
            }
        }
    }

    #[test]
    fn what_is_no_mark_lights_nothing() {
        assert_eq!(Mark::read("data-param", "seed"), None);
        assert_eq!(Mark::read("class", "source"), None);
        assert_eq!(Term::from_name("love"), None);
    }
}

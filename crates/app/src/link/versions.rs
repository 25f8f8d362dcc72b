//! What a link leaves out, frozen version by version, so that a link means the same for ever.
//!
//! A link leaves out the values that are defaults, and one that names a scene alone leaves out the whole
//! scene. Which defaults and which scenes are meant, its `v` says. The tables of a published version never
//! change. A change of a default or of a scene begins a new version, which lists what it changes; everything
//! else is that of the version before it.

mod v1;

use crate::scenes::Patch;
use crate::schema::param;
use crate::settings::Settings;
use flow::Point;

/// What begins with a version of links.
pub(super) struct Version {
    /// The defaults that begin with it, for both lanes, by schema name.
    pub(super) defaults: &'static [(&'static str, Frozen)],
    /// The scenes that begin with it: number, key and what the scene sets.
    pub(super) scenes: &'static [(u32, &'static str, Patch)],
}

/// A frozen value.
pub(super) enum Frozen {
    /// As it stands in a link.
    Text(&'static str),
    /// Points that need more digits than a link gives them.
    Points(&'static [Point]),
}

/// All versions; the first is what `v=1` means.
pub(super) const VERSIONS: &[Version] = &[v1::VERSION];

/// The defaults of the newest of these versions.
pub(super) fn defaults(versions: &[Version]) -> Settings {
    let mut settings = Settings::default();
    for (name, frozen) in versions.iter().flat_map(|version| version.defaults) {
        let Some(param) = param(name) else { continue };
        let value = match frozen {
            Frozen::Text(text) => param.kind.read(text).map(|reading| reading.value),
            Frozen::Points(points) => Some(crate::value::Value::Points(points.to_vec())),
        };
        for lane in protocol::LaneId::ALL {
            if let Some(value) = &value {
                (param.set)(&mut settings, lane, value.clone());
            }
        }
    }
    settings
}

/// The scene of that number as it begins in the newest of these versions.
pub(super) fn scene(versions: &[Version], number: u32) -> Option<Settings> {
    let scenes = versions.iter().rev().flat_map(|version| version.scenes);
    let (_, _, patch) = scenes.into_iter().find(|(n, _, _)| *n == number)?;
    let mut settings = defaults(versions);
    settings.scene = number;
    super::apply(&mut settings, &super::owned(patch));
    Some(settings)
}

#[cfg(test)]
mod tests;

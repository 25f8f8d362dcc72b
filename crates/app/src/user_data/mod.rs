//! What users bring along: points that they draw, paste, open as a file or take from an image.
//!
//! A link carries at most [`MOST`] points within `+-EXTENT`, so what is brought is thinned, centred
//! and scaled until a link can hold it, and what had to be done is told.

pub mod image;
pub mod table;

use super::notice::Notice;
use super::points::{EXTENT, MOST, quantise};
use super::settings::Settings;
use flow::Point;
use flow::random::Rng;
use flow::spec::{Source, Target};
use protocol::LaneId;

/// Which end of the flow points are for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Endpoint {
    Source,
    #[default]
    Target,
}

impl Endpoint {
    /// Both roles, in the order of the controls.
    pub const ALL: [Self; 2] = [Self::Target, Self::Source];

    /// The name in the API and on the page.
    pub fn name(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Target => "target",
        }
    }

    /// The role of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// The parameter that holds the points.
    pub fn param(self) -> &'static str {
        match self {
            Self::Source => "drawn_source",
            Self::Target => "drawn",
        }
    }

    /// The drawing of this role.
    pub fn points(self, settings: &Settings) -> &[Point] {
        match self {
            Self::Source => &settings.drawn.source,
            Self::Target => &settings.drawn.target,
        }
    }

    /// The drawing of this role, to be changed.
    pub(crate) fn points_mut(self, settings: &mut Settings) -> &mut Vec<Point> {
        match self {
            Self::Source => &mut settings.drawn.source,
            Self::Target => &mut settings.drawn.target,
        }
    }

    /// Whether some lane on the stage has this drawing.
    pub fn in_use(self, settings: &Settings) -> bool {
        LaneId::ALL
            .into_iter()
            .any(|lane| settings.shown(lane) && self.drawn_in(settings, lane))
    }

    /// Whether this end of a lane is drawn.
    pub(crate) fn drawn_in(self, settings: &Settings, lane: LaneId) -> bool {
        let data = settings.spec(lane).data;
        match self {
            Self::Source => data.source == Source::Drawn,
            Self::Target => data.target == Target::Drawn,
        }
    }
}

/// What a stroke on a lane draws: `wished` if both ends are drawn, else the one that is.
pub fn role(settings: &Settings, lane: LaneId, wished: Endpoint) -> Option<Endpoint> {
    let drawn = |role: &Endpoint| role.drawn_in(settings, lane);
    Some(wished)
        .filter(drawn)
        .or_else(|| Endpoint::ALL.into_iter().find(drawn))
}

/// What a stroke does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pen {
    #[default]
    Draw,
    Erase,
}

/// The points that are farther than `radius` from all places where the eraser was.
pub(crate) fn erased(points: &[Point], eraser: &[Point], radius: f64) -> Vec<Point> {
    let far = |p: &Point| {
        eraser
            .iter()
            .all(|e| libm::hypot(p[0] - e[0], p[1] - e[1]) > radius)
    };
    points.iter().copied().filter(far).collect()
}

/// Why something brought along was left out; the key of its sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refusal {
    /// Not two numbers.
    TooFew,
    /// Something that is no number.
    NotANumber,
    /// Infinite, or not a number.
    NotFinite,
    /// A file that is said to be an image and is none.
    NotAnImage,
    /// An image without anything dark on it.
    Blank,
    /// Nothing at all.
    Nothing,
}

impl Refusal {
    /// The key in the language files.
    pub fn key(self) -> &'static str {
        match self {
            Self::TooFew => "user-data.too-few",
            Self::NotANumber => "user-data.not-a-number",
            Self::NotFinite => "user-data.not-finite",
            Self::NotAnImage => "user-data.not-an-image",
            Self::Blank => "user-data.blank",
            Self::Nothing => "user-data.nothing",
        }
    }
}

/// Points as they were read, and what was left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    pub points: Vec<Point>,
    /// How many lines or points were refused, by reason.
    pub refused: Vec<(Refusal, usize)>,
}

impl Reading {
    /// Of points in flat order, from a caller of the API.
    pub fn of_flat(flat: &[f32]) -> Self {
        let mut reading = Self::default();
        for pair in flat.chunks(2) {
            match *pair {
                [x, y] if x.is_finite() && y.is_finite() => {
                    reading.points.push([f64::from(x), f64::from(y)]);
                }
                [_, _] => reading.refuse(Refusal::NotFinite),
                _ => reading.refuse(Refusal::TooFew),
            }
        }
        reading
    }

    fn refuse(&mut self, why: Refusal) {
        match self.refused.iter_mut().find(|(known, _)| *known == why) {
            Some((_, count)) => *count += 1,
            None => self.refused.push((why, 1)),
        }
    }
}

/// Points that a link can hold, and what had to be done for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Imported {
    pub points: Vec<Point>,
    /// How many there were before they were thinned.
    pub read: usize,
    pub refused: Vec<(Refusal, usize)>,
    /// Whether they were centred and scaled.
    pub fitted: bool,
}

/// Makes what was read fit a link.
///
/// # Errors
/// If no point is left.
pub fn bring(reading: Reading, seed: u32) -> Result<Imported, Refusal> {
    let Reading { points, refused } = reading;
    if points.is_empty() {
        let why = refused.first().map(|(why, _)| *why);
        return Err(why.unwrap_or(Refusal::Nothing));
    }
    let read = points.len();
    let mut points = thinned(points, seed);
    let fitted = fit(&mut points);
    points
        .iter_mut()
        .for_each(|point| *point = quantise(*point));
    Ok(Imported {
        points,
        read,
        refused,
        fitted,
    })
}

impl Imported {
    /// The sentences for the user.
    pub fn notices(&self) -> Vec<Notice> {
        let mut notices: Vec<Notice> = self
            .refused
            .iter()
            .map(|(why, count)| {
                notice(
                    "notice.refused-lines",
                    &[count.to_string(), why.key().into()],
                )
            })
            .collect();
        if self.read > self.points.len() {
            let counts = [self.points.len().to_string(), self.read.to_string()];
            notices.push(notice("notice.thinned", &counts));
        }
        if self.fitted {
            notices.push(notice("notice.fitted", &[]));
        }
        notices
    }
}

fn notice(key: &'static str, values: &[String]) -> Notice {
    Notice {
        key,
        values: values.to_vec(),
    }
}

/// A random choice of [`MOST`] points, in their order (selection sampling, Knuth's algorithm S).
fn thinned(points: Vec<Point>, seed: u32) -> Vec<Point> {
    let mut rng = Rng::new(seed.into());
    let (mut left, mut wanted) = (points.len(), MOST.min(points.len()));
    points
        .into_iter()
        .filter(|_| {
            let chosen = rng.below(left) < wanted;
            left -= 1;
            wanted -= usize::from(chosen);
            chosen
        })
        .collect()
}

/// Points as far out as this are left where they are.
const ROOM: f64 = 0.75 * EXTENT;
/// Where the outermost coordinates of fitted points come to lie.
const FITTED: f64 = 3.5;
/// Points closer together than this would be one blob.
const SMALLEST: f64 = 0.5;

/// Centres and scales points that are too far out or too close together; whether it did.
fn fit(points: &mut [Point]) -> bool {
    let range = |axis: usize| {
        let of = |f: fn(f64, f64) -> f64, start| points.iter().map(|p| p[axis]).fold(start, f);
        (of(f64::min, f64::INFINITY), of(f64::max, f64::NEG_INFINITY))
    };
    let ranges = [range(0), range(1)];
    // Halved before they are subtracted: the difference of two large numbers may be infinite.
    let half = ranges
        .map(|(low, high)| high / 2.0 - low / 2.0)
        .into_iter()
        .fold(0.0, f64::max);
    let outermost = ranges.iter().flat_map(|r| [r.0.abs(), r.1.abs()]);
    let inside = outermost.fold(0.0, f64::max) <= ROOM;
    if inside && (half >= SMALLEST || half == 0.0) {
        return false;
    }
    let centre = ranges.map(|(low, high)| low / 2.0 + high / 2.0);
    for point in points {
        for axis in 0..2 {
            let off = point[axis] / FITTED - centre[axis] / FITTED;
            point[axis] = if half > 0.0 {
                off / half * FITTED * FITTED
            } else {
                0.0
            };
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn imported(points: Vec<Point>) -> Imported {
        let reading = Reading {
            points,
            refused: vec![],
        };
        bring(reading, 1).unwrap()
    }

    #[test]
    fn what_fits_is_left_alone() {
        let points = vec![quantise([1.0, 2.0]), quantise([-3.0, 0.5])];
        let imported = imported(points.clone());
        assert_eq!((imported.points, imported.fitted), (points, false));
    }

    #[test]
    fn far_points_are_centred_and_scaled_alike_in_both_directions() {
        let imported = imported(vec![[100.0, 50.0], [300.0, 50.0], [200.0, 150.0]]);
        assert!(imported.fitted);
        // By hand: half-width 100, centre (200, 100).
        let expected = [[-3.5, -1.75], [3.5, -1.75], [0.0, 1.75]];
        for (p, q) in imported.points.iter().zip(expected) {
            assert!(
                (p[0] - q[0]).abs() < 0.003 && (p[1] - q[1]).abs() < 0.003,
                "{p:?}"
            );
        }
        assert_eq!(imported.notices().len(), 1);
    }

    #[test]
    fn too_many_are_thinned_to_a_fair_choice() {
        let points: Vec<Point> = (0..5000)
            .map(|i| [f64::from(i) / 1250.0 - 2.0, 0.0])
            .collect();
        let imported = imported(points);
        assert_eq!((imported.points.len(), imported.read), (MOST, 5000));
        assert!(
            imported.points.windows(2).all(|w| w[0][0] <= w[1][0]),
            "in order"
        );
        // A fair choice of 1000 has half of them below the middle, to four standard deviations.
        let low = imported.points.iter().filter(|p| p[0] < 0.0).count() as f64;
        assert!((low - 500.0).abs() < 4.0 * 15.9, "{low}");
    }

    #[test]
    fn an_eraser_takes_what_it_touches() {
        let points = [[0.0, 0.0], [1.0, 0.0], [2.0, 0.0]];
        assert_eq!(
            erased(&points, &[[0.1, 0.0], [2.0, 0.3]], 0.4),
            [[1.0, 0.0]]
        );
    }

    #[test]
    fn points_of_a_caller_are_counted() {
        let reading = Reading::of_flat(&[1.0, 2.0, f32::NAN, 0.0, 5.0]);
        assert_eq!(reading.points, [[1.0, 2.0]]);
        assert_eq!(
            reading.refused,
            [(Refusal::NotFinite, 1), (Refusal::TooFew, 1)]
        );
        assert_eq!(bring(Reading::of_flat(&[]), 1), Err(Refusal::Nothing));
    }

    #[test]
    fn a_stroke_goes_to_the_end_that_is_drawn() {
        let mut settings = Settings::default();
        assert_eq!(role(&settings, LaneId::A, Endpoint::Source), None);
        settings.lane[0].data.target = Target::Drawn;
        assert_eq!(
            role(&settings, LaneId::A, Endpoint::Source),
            Some(Endpoint::Target)
        );
        settings.lane[0].data.source = Source::Drawn;
        assert_eq!(
            role(&settings, LaneId::A, Endpoint::Source),
            Some(Endpoint::Source)
        );
    }

    proptest! {
        #[test]
        fn whatever_is_brought_fits_a_link(points in prop::collection::vec(
            (prop::num::f64::NORMAL, prop::num::f64::NORMAL), 1..40,
        )) {
            let imported = imported(points.into_iter().map(|(x, y)| [x, y]).collect());
            for point in imported.points {
                prop_assert_eq!(quantise(point), point);
            }
        }
    }
}

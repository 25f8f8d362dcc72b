//! The paths of some particles, made ready to be drawn again and again: chosen, coloured and thinned
//! once for as long as the ensemble lasts, and cut to any interval of time.

use super::particles::hue;
use super::thin::thin;
use crate::frames::{Bracket, Identity, Paths};
use protocol::Ensemble;

/// About as many paths are drawn.
const PATHS: usize = 192;
/// Pixels that a path may be drawn beside where it is.
const NEAR: f32 = 0.2;

/// The paths that are drawn of an ensemble.
#[derive(Debug, Default)]
pub(crate) struct Trails {
    /// The ensemble they are of, and the pixels in a unit of the plane that they are fit for.
    of: Option<(Identity, f32)>,
    runs: Vec<Run>,
    /// The frames that are kept of each run, one run after the other.
    frames: Vec<u32>,
    /// The points of the run at hand, in pixels from the origin.
    spare: Vec<f32>,
}

/// A path, or a part of one: where a particle has no place, its path is broken.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    pub particle: usize,
    pub hue: usize,
    /// Its part of all frames that are kept.
    kept: (usize, usize),
}

/// The particles whose paths are drawn: the same ones at all times.
pub(crate) fn chosen(count: usize) -> impl Iterator<Item = usize> {
    (0..count).step_by(count.div_ceil(PATHS).max(1))
}

impl Trails {
    /// Makes the trails of an ensemble, unless these are they.
    pub(crate) fn of(&mut self, ensemble: &Ensemble, paths: &Paths, scale: f32) {
        let of = Some((Identity::of(ensemble), scale));
        if self.of == of {
            return;
        }
        self.of = of;
        self.runs.clear();
        self.frames.clear();
        for particle in chosen(paths.count) {
            self.add(paths, particle, scale);
        }
    }

    fn add(&mut self, paths: &Paths, particle: usize, scale: f32) {
        let count = paths.times.len();
        let place = |frame: usize| paths.place(frame, particle).map(|x| x * scale);
        let is_place = |[x, y]: [f32; 2]| x.is_finite() && y.is_finite();
        let mut begin = 0;
        while begin < count {
            self.spare.clear();
            let drawable = (begin..count).map(place).take_while(|&at| is_place(at));
            self.spare.extend(drawable.flatten());
            let length = self.spare.len() / 2;
            let from = self.frames.len();
            thin(&self.spare, NEAR, |i| self.frames.push((begin + i) as u32));
            if length > 0 {
                self.runs.push(Run {
                    particle,
                    hue: hue(paths.place(0, particle)),
                    kept: (from, self.frames.len()),
                });
            }
            begin += length.max(1);
        }
    }

    pub(crate) fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// The points of a run within an interval of time, its ends between frames included, in the plane.
    pub(crate) fn cut(
        &self,
        paths: &Paths,
        run: &Run,
        within: &Interval,
        mut point: impl FnMut([f32; 2]),
    ) {
        let kept = &self.frames[run.kept.0..run.kept.1];
        let (first, last) = (kept[0] as usize, kept[kept.len() - 1] as usize);
        let end = |bracket: Bracket| {
            let known = first <= bracket.low && bracket.high <= last;
            known.then(|| paths.between(bracket, run.particle))
        };
        end(within.ends[0]).into_iter().for_each(&mut point);
        for frame in kept.iter().map(|&frame| frame as usize) {
            if within.frames.contains(&frame) {
                point(paths.place(frame, run.particle));
            }
        }
        end(within.ends[1]).into_iter().for_each(point);
    }
}

/// An interval of time, among the times of an ensemble.
pub(crate) struct Interval {
    ends: [Bracket; 2],
    /// The frames inside.
    frames: std::ops::Range<usize>,
}

impl Interval {
    pub(crate) fn new(paths: &Paths, from: f64, to: f64) -> Self {
        let times = paths.times;
        let begin = times.partition_point(|&time| f64::from(time) <= from);
        let end = times.partition_point(|&time| f64::from(time) < to);
        Self {
            ends: [from, to].map(|t| paths.bracket(t)),
            frames: begin..end,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::Floats;

    /// Two particles at four times: one on a straight line, one that is nowhere for a while.
    fn ensemble() -> Ensemble {
        let places = |t: f32| [t, 2.0 * t, 5.0, if t == 0.5 { f32::NAN } else { t }];
        let times = vec![0.0, 0.25, 0.5, 0.75, 1.0];
        Ensemble {
            lane: protocol::LaneId::A,
            run: 0,
            step: None,
            frames: Floats(times.iter().flat_map(|&t| places(t)).collect()),
            times,
            nfe: 0,
        }
    }

    fn cut(from: f64, to: f64) -> Vec<(usize, Vec<[f32; 2]>)> {
        let ensemble = ensemble();
        let paths = Paths::of(&ensemble).unwrap();
        let mut trails = Trails::default();
        trails.of(&ensemble, &paths, 100.0);
        let within = Interval::new(&paths, from, to);
        let points = |run: &Run| {
            let mut points = Vec::new();
            trails.cut(&paths, run, &within, |point| points.push(point));
            (run.particle, points)
        };
        trails.runs().iter().map(points).collect()
    }

    #[test]
    fn a_straight_path_needs_its_ends_only() {
        let runs = cut(0.1, 0.9);
        let ends = &runs[0].1;
        assert_eq!((runs[0].0, ends.len()), (0, 2));
        for (end, t) in ends.iter().zip([0.1, 0.9]) {
            assert!((end[0] - t).abs() < 1e-6 && (end[1] - 2.0 * t).abs() < 1e-6);
        }
    }

    #[test]
    fn a_path_is_broken_where_it_has_no_place() {
        let runs = cut(0.1, 0.9);
        let parts: Vec<_> = runs
            .iter()
            .filter(|run| run.0 == 1)
            .map(|run| &run.1)
            .collect();
        assert_eq!(parts.len(), 2);
        let heights = |part: &[[f32; 2]]| part.iter().map(|p| p[1]).collect::<Vec<_>>();
        assert_eq!(heights(parts[0]), [0.1, 0.25]);
        assert_eq!(heights(parts[1]), [0.75, 0.9]);
    }

    #[test]
    fn what_lies_outside_an_interval_is_left_out() {
        assert!(cut(0.8, 0.9)[1].1.is_empty());
        assert_eq!(cut(-1.0, 3.0)[0].1.last(), Some(&[1.0, 2.0]));
    }

    #[test]
    fn trails_are_made_anew_for_another_ensemble_only() {
        let (one, other) = (ensemble(), ensemble());
        let mut trails = Trails::default();
        trails.of(&one, &Paths::of(&one).unwrap(), 100.0);
        trails.runs.clear();
        trails.of(&one, &Paths::of(&one).unwrap(), 100.0);
        assert!(trails.runs.is_empty());
        trails.of(&other, &Paths::of(&other).unwrap(), 100.0);
        assert_eq!(trails.runs.len(), 3);
    }
}

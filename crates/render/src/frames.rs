//! Between the frames of what was computed at some times only.

use protocol::Ensemble;

/// Two neighbouring frames and the way from one to the other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bracket {
    pub low: usize,
    pub high: usize,
    /// 0 at `low`, 1 at `high`.
    pub weight: f32,
}

impl Bracket {
    /// The bracket of `t` among increasing `times`, which need not be evenly spaced. Before the
    /// first and after the last it stays with that frame. `None` without any frame.
    pub fn of<T: Copy + Into<f64>>(times: &[T], t: f64) -> Option<Self> {
        let last = times.len().checked_sub(1)?;
        let high = times.partition_point(|&time| time.into() < t).min(last);
        let low = high.saturating_sub(1);
        let (from, to): (f64, f64) = (times[low].into(), times[high].into());
        let weight = if to > from {
            (t - from) / (to - from)
        } else {
            1.0
        };
        Some(Self {
            low,
            high,
            weight: weight.clamp(0.0, 1.0) as f32,
        })
    }

    /// The value between those of the two frames.
    pub fn blend(self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.weight
    }
}

/// What tells one ensemble on a stage from the next: for what is worth keeping as long as it is the
/// same one. A new one is decoded while the old one is still there, so that its buffer lies elsewhere.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Identity {
    run: u32,
    step: Option<u32>,
    times: usize,
    buffer: (*const f32, usize),
}

impl Identity {
    pub fn of(ensemble: &Ensemble) -> Self {
        Self {
            run: ensemble.run,
            step: ensemble.step,
            times: ensemble.times.len(),
            buffer: (ensemble.frames.0.as_ptr(), ensemble.frames.0.len()),
        }
    }
}

/// The paths of an ensemble's particles, as functions of time.
#[derive(Clone, Copy)]
pub struct Paths<'a> {
    pub times: &'a [f32],
    frames: &'a [f32],
    /// Number of particles.
    pub count: usize,
}

impl<'a> Paths<'a> {
    /// The paths of an ensemble; `None` where there is no frame or no particle.
    pub fn of(ensemble: &'a Ensemble) -> Option<Self> {
        let (times, frames) = (&ensemble.times[..], &ensemble.frames.0[..]);
        let count = frames.len().checked_div(2 * times.len())?;
        (count > 0).then_some(Self {
            times,
            frames,
            count,
        })
    }

    /// The flat points of a frame.
    pub fn frame(&self, index: usize) -> &'a [f32] {
        let floats = 2 * self.count;
        &self.frames[index * floats..(index + 1) * floats]
    }

    /// Where a particle is in a frame.
    pub fn place(&self, index: usize, particle: usize) -> [f32; 2] {
        let at = 2 * (index * self.count + particle);
        [self.frames[at], self.frames[at + 1]]
    }

    /// Where a particle is between two frames.
    pub fn between(&self, bracket: Bracket, particle: usize) -> [f32; 2] {
        let low = self.place(bracket.low, particle);
        let high = self.place(bracket.high, particle);
        [
            bracket.blend(low[0], high[0]),
            bracket.blend(low[1], high[1]),
        ]
    }

    /// The bracket of a time; there is one, since there is a frame.
    pub(crate) fn bracket(&self, t: f64) -> Bracket {
        Bracket::of(self.times, t).expect("paths have a frame")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::Floats;

    /// Two particles on straight lines, seen at unevenly spaced times.
    fn straight(times: &[f32]) -> Ensemble {
        let at = |t: f32| [1.0 + 2.0 * t, -t, 3.0 - t, 5.0 * t];
        Ensemble {
            lane: protocol::LaneId::A,
            run: 0,
            step: None,
            times: times.to_vec(),
            frames: Floats(times.iter().flat_map(|&t| at(t)).collect()),
            nfe: 0,
        }
    }

    #[test]
    fn straight_paths_are_met_exactly_at_any_time() {
        let ensemble = straight(&[0.0, 0.05, 0.5, 0.9, 1.0]);
        let paths = Paths::of(&ensemble).unwrap();
        for t in [0.0, 0.01, 0.05, 0.3, 0.77, 0.95, 1.0] {
            let bracket = paths.bracket(t);
            let [x, y] = paths.between(bracket, 1);
            assert!((f64::from(x) - (3.0 - t)).abs() < 1e-6);
            assert!((f64::from(y) - 5.0 * t).abs() < 1e-6);
        }
    }

    #[test]
    fn outside_its_times_an_ensemble_stands_still() {
        let ensemble = straight(&[0.2, 0.4]);
        let paths = Paths::of(&ensemble).unwrap();
        assert_eq!(paths.between(paths.bracket(0.0), 0), paths.place(0, 0));
        assert_eq!(paths.between(paths.bracket(1.0), 0), paths.place(1, 0));
    }

    #[test]
    fn degenerate_times_do_no_harm() {
        assert_eq!(Bracket::of::<f32>(&[], 0.5), None);
        for times in [&[0.5f32][..], &[0.5, 0.5], &[0.0, f32::NAN, 1.0]] {
            for t in [0.0, 0.5, 1.0, f64::NAN] {
                let bracket = Bracket::of(times, t).unwrap();
                assert!(bracket.high < times.len() && !bracket.weight.is_infinite());
            }
        }
        assert!(Paths::of(&straight(&[])).is_none());
    }
}

//! A scheduler: a fair division of the worker's time among the kinds of pending work.
//!
//! Stride scheduling (Waldspurger & Weihl, 1995): every kind has a weight and a virtual time that
//! advances by time spent over weight; of those that have work, the one furthest behind goes next.

/// A kind of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    Training,
    /// Ensembles and figures of the lanes, for the picture.
    Display,
    /// Jobs of the page and of the API.
    Job,
}

impl Work {
    pub(crate) const ALL: [Self; 3] = [Self::Training, Self::Display, Self::Job];

    /// Share of the time when all kinds have work; training and display alone divide it 70 to 30.
    fn weight(self) -> f64 {
        match self {
            Self::Training => 0.7,
            Self::Display => 0.3,
            Self::Job => 1.0,
        }
    }
}

/// Virtual times of [`Work::ALL`], and which of them had work when last asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scheduler {
    virtual_times: [f64; 3],
    waited: [bool; 3],
}

impl Scheduler {
    /// The kind to serve next of those that wait (in the order of [`Work::ALL`]), if any does.
    pub(crate) fn next(&mut self, waits: [bool; 3]) -> Option<Work> {
        self.admit(waits);
        let times = self.virtual_times;
        let waiting = Work::ALL.into_iter().filter(|&work| waits[work as usize]);
        waiting.min_by(|&a, &b| times[a as usize].total_cmp(&times[b as usize]))
    }

    /// Books time, in any unit, on a kind of work.
    pub(crate) fn spend(&mut self, work: Work, time: f64) {
        self.virtual_times[work as usize] += time / work.weight();
    }

    /// A kind of work that was idle starts at the least virtual time of the active kinds: it neither saves up
    /// unused time, nor pays for time that it used while the others were idle.
    fn admit(&mut self, waits: [bool; 3]) {
        let active = (0..3).filter(|&i| waits[i] && self.waited[i]);
        let level = active.map(|i| self.virtual_times[i]).reduce(f64::min);
        for i in (0..3).filter(|&i| waits[i] && !self.waited[i]) {
            self.virtual_times[i] = level.unwrap_or(0.0);
        }
        self.waited = waits;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn serve(scheduler: &mut Scheduler, rounds: usize, waits: [bool; 3]) -> [usize; 3] {
        let mut served = [0; 3];
        for _ in 0..rounds {
            let work = scheduler.next(waits).expect("there is work");
            scheduler.spend(work, 1.0);
            served[work as usize] += 1;
        }
        served
    }

    #[test]
    fn training_and_display_divide_the_time_as_agreed() {
        let served = serve(&mut Scheduler::default(), 1000, [true, true, false]);
        assert!(served[0].abs_diff(700) <= 2 && served[2] == 0, "{served:?}");
    }

    #[test]
    fn time_not_asked_for_is_not_saved_up() {
        let mut scheduler = Scheduler::default();
        serve(&mut scheduler, 1000, [true, false, false]);
        let served = serve(&mut scheduler, 100, [true, true, false]);
        assert!(served[0].abs_diff(70) <= 2, "{served:?}");
    }

    #[test]
    fn nothing_to_do_is_none() {
        assert_eq!(Scheduler::default().next([false; 3]), None);
    }
}

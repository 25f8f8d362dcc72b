//! When a lane's figures are reported, and the averages in them.

/// Seconds between two reports of a lane in training.
const INTERVAL: f64 = 0.1;

/// Losses and speed since the last report.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Report {
    /// Seconds, and steps taken, at the last report.
    time: f64,
    step: u32,
    loss_sum: f64,
    loss_steps: u32,
    /// What was reported last.
    loss: Option<f64>,
    steps_per_second: f64,
    due: bool,
    /// A report is requested, even if there is no loss yet.
    asked: bool,
    /// The clock stands still until the next step.
    paused: bool,
}

impl Report {
    /// Nothing to report yet.
    pub(crate) fn new(now: f64, step: u32) -> Self {
        Self {
            time: now,
            step,
            loss_sum: 0.0,
            loss_steps: 0,
            loss: None,
            steps_per_second: 0.0,
            due: false,
            asked: false,
            paused: true,
        }
    }

    /// Training pauses, which does not count as slowness.
    pub(crate) fn pause(&mut self) {
        self.paused = true;
    }

    /// Training goes on with the step after `step`.
    pub(crate) fn resume(&mut self, now: f64, step: u32) {
        if core::mem::replace(&mut self.paused, false) {
            (self.time, self.step) = (now, step);
        }
    }

    /// Figures have changed that do not wait for the next interval.
    pub(crate) fn hurry(&mut self) {
        self.due = true;
    }

    /// Requests a report.
    pub(crate) fn ask(&mut self) {
        self.asked = true;
    }

    /// Books the losses of some steps.
    pub(crate) fn add(&mut self, sum: f64, steps: u32) {
        self.loss_sum += sum;
        self.loss_steps += steps;
    }

    /// Whether it is time to report.
    pub(crate) fn is_due(&self, now: f64) -> bool {
        let news = self.loss_steps > 0 && now - self.time >= INTERVAL;
        news || self.asked || self.due && (self.loss.is_some() || self.loss_steps > 0)
    }

    /// Closes the interval.
    pub(crate) fn close(&mut self, now: f64, step: u32) {
        if self.loss_steps > 0 {
            self.loss = Some(self.loss_sum / f64::from(self.loss_steps));
        }
        if step > self.step && now > self.time {
            self.steps_per_second = f64::from(step - self.step) / (now - self.time);
        }
        (self.loss_sum, self.loss_steps) = (0.0, 0);
        (self.due, self.asked) = (false, false);
        (self.time, self.step) = (now, step);
    }

    /// Of the interval closed last: the mean loss (of the last steps, if there were none in it) and
    /// the steps per second. The loss is not a number before the first step.
    pub(crate) fn last(&self) -> (f64, f64) {
        (self.loss.unwrap_or(f64::NAN), self.steps_per_second)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_come_ten_times_a_second_with_the_mean_loss() {
        let mut report = Report::new(1.0, 0);
        report.resume(5.0, 0);
        assert!(!report.is_due(9.0), "nothing has happened");
        report.add(6.0, 2);
        report.add(3.0, 1);
        assert!(!report.is_due(5.05) && report.is_due(5.125));
        assert!(report.last().0.is_nan());
        report.close(5.125, 3);
        let (loss, rate) = report.last();
        assert_eq!(loss, 3.0);
        assert!((rate - 24.0).abs() < 1e-9);
        assert!(!report.is_due(9.0));
    }

    #[test]
    fn what_is_urgent_does_not_wait_but_needs_a_loss() {
        let mut report = Report::new(0.0, 0);
        report.hurry();
        assert!(!report.is_due(0.0));
        report.ask();
        assert!(report.is_due(0.0));
        report.close(0.0, 0);
        report.hurry();
        report.add(2.0, 1);
        assert!(report.is_due(0.0));
        report.close(0.01, 1);
        report.hurry();
        assert!(report.is_due(0.01));
        report.close(0.02, 1);
        assert_eq!(report.last().0, 2.0);
    }
}

//! Long work in short slices: a future that gives way at [`pause`], driven without an executor.
//!
//! A job is written straight down as an `async` function and sprinkled with pauses; the engine
//! drives it as far as its time allows, turns to training, and comes back. Dropping it cancels it.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};

/// Gives way once: to be awaited every few milliseconds of work.
pub async fn pause() {
    let mut paused = false;
    core::future::poll_fn(|_| {
        if core::mem::replace(&mut paused, true) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
}

/// Work that is under way, and may only ever wait for [`pause`].
pub struct Sliced<T>(Pin<Box<dyn Future<Output = T>>>);

impl<T> Sliced<T> {
    pub fn new(work: impl Future<Output = T> + 'static) -> Self {
        Self(Box::pin(work))
    }

    /// Goes on at least to the next pause, then as long as `time_left` says so. The result, once
    /// there is one; the work must not be driven after that.
    pub fn drive(&mut self, time_left: impl Fn() -> bool) -> Option<T> {
        let mut context = Context::from_waker(Waker::noop());
        loop {
            match self.0.as_mut().poll(&mut context) {
                Poll::Ready(value) => return Some(value),
                Poll::Pending if time_left() => {}
                Poll::Pending => return None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::cell::Cell;

    #[test]
    fn work_goes_on_while_there_is_time_and_no_longer() {
        let mut work = Sliced::new(async {
            for _ in 0..5 {
                pause().await;
            }
            "done"
        });
        let left = Cell::new(2);
        let tick = || left.replace(left.get() - 1) > 1;
        assert_eq!(work.drive(tick), None);
        assert_eq!(work.drive(|| false), None);
        assert_eq!(work.drive(|| true), Some("done"));
    }
}

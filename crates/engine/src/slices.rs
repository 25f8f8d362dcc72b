//! Long work in short slices: a future that gives way at [`pause`], driven without an executor.
//!
//! A job is written straight down as an `async` function and sprinkled with pauses; the engine
//! drives it as far as its time allows, turns to training, and comes back. Dropping it cancels it.

use core::future::Future;
use core::pin::Pin;
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};
use core::task::{Context, Poll, Waker};
use std::sync::Arc;
use std::task::Wake;

/// Gives way once: to be awaited every few milliseconds of work.
pub(crate) async fn pause() {
    let mut paused = false;
    core::future::poll_fn(|context| {
        if core::mem::replace(&mut paused, true) {
            Poll::Ready(())
        } else {
            context.waker().wake_by_ref();
            Poll::Pending
        }
    })
    .await;
}

/// Work that is under way. It pauses, or waits for a GPU.
pub(crate) struct Sliced<T>(Pin<Box<dyn Future<Output = T>>>);

impl<T> Sliced<T> {
    pub(crate) fn new(work: impl Future<Output = T> + 'static) -> Self {
        Self(Box::pin(work))
    }

    /// Goes on at least to the next pause, then as long as `time_left` says so; while the work waits
    /// for a GPU, so does the caller. The result, once there is one; the work must not be driven
    /// after that.
    pub(crate) async fn drive(&mut self, time_left: impl Fn() -> bool) -> Option<T> {
        core::future::poll_fn(|outer| {
            let pausing = Arc::new(Pausing {
                paused: AtomicBool::new(false),
                outer: outer.waker().clone(),
            });
            let waker = Waker::from(pausing.clone());
            loop {
                match self.0.as_mut().poll(&mut Context::from_waker(&waker)) {
                    Poll::Ready(value) => return Poll::Ready(Some(value)),
                    Poll::Pending if !pausing.paused.swap(false, Relaxed) => return Poll::Pending,
                    Poll::Pending if time_left() => {}
                    Poll::Pending => return Poll::Ready(None),
                }
            }
        })
        .await
    }
}

/// Distinguishes a pause, which wakes its task at once, from waiting for another task.
struct Pausing {
    paused: AtomicBool,
    outer: Waker,
}

impl Wake for Pausing {
    fn wake(self: Arc<Self>) {
        self.paused.store(true, Relaxed);
        self.outer.wake_by_ref();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::cell::Cell;
    use pollster::block_on;

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
        assert_eq!(block_on(work.drive(tick)), None);
        assert_eq!(block_on(work.drive(|| false)), None);
        assert_eq!(block_on(work.drive(|| true)), Some("done"));
    }

    #[test]
    fn whoever_drives_work_that_waits_for_another_waits_too() {
        let (sender, receiver) = std::sync::mpsc::channel();
        let mut work = Sliced::new(async move {
            pause().await;
            let sent = core::future::poll_fn(|context| {
                let waker = context.waker().clone();
                match receiver.try_recv() {
                    Ok(sent) => Poll::Ready(sent),
                    Err(_) => {
                        // Another thread wakes it later.
                        std::thread::spawn(move || waker.wake());
                        Poll::Pending
                    }
                }
            });
            sent.await
        });
        assert_eq!(block_on(work.drive(|| false)), None, "it has paused");
        let other = std::thread::spawn(move || sender.send(7));
        assert_eq!(block_on(async { work.drive(|| true).await }), Some(7));
        other
            .join()
            .expect("it does not panic")
            .expect("somebody listens");
    }
}

//! Locks, channels, atomic numbers and threads of shuttle, and a clock that goes as its scheduler likes.

use std::cell::Cell;
use std::ops::{Add, Sub};
use std::time::Duration;

pub use shuttle::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError, atomic, mpsc};

use self::atomic::{AtomicBool, Ordering};

pub mod thread {
    //! Threads whose sleep ends at the right time or later, as a real timer's does.

    use std::io;
    use std::time::Duration;

    pub use shuttle::thread::{scope, yield_now};

    use super::atomic::{AtomicBool, Ordering};
    use super::{Arc, Instant, advance_to, up_to};

    /// Shuttle's cannot be asked whether its thread has ended.
    #[derive(Debug)]
    pub struct JoinHandle<T>(shuttle::thread::JoinHandle<T>, Arc<AtomicBool>);

    impl<T> JoinHandle<T> {
        pub fn join(self) -> std::thread::Result<T> {
            self.0.join()
        }

        pub fn is_finished(&self) -> bool {
            self.1.load(Ordering::SeqCst)
        }
    }

    #[derive(Debug)]
    pub struct Builder(shuttle::thread::Builder);

    impl Builder {
        #[allow(clippy::new_without_default, reason = "nor has that of the standard library one")]
        pub fn new() -> Self {
            Builder(shuttle::thread::Builder::new())
        }

        pub fn name(self, name: String) -> Self {
            Builder(self.0.name(name))
        }

        pub fn spawn<T: Send + 'static>(
            self,
            work: impl FnOnce() -> T + Send + 'static,
        ) -> io::Result<JoinHandle<T>> {
            let is_finished = Arc::new(AtomicBool::new(false));
            let finish = Finish(is_finished.clone());
            let thread = self.0.spawn(move || {
                let _finish = finish;
                work()
            })?;
            Ok(JoinHandle(thread, is_finished))
        }
    }

    pub fn spawn<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
        Builder::new().spawn(work).expect("there are threads")
    }

    /// Tells that a thread has ended, whether it panics or not.
    struct Finish(Arc<AtomicBool>);

    impl Drop for Finish {
        fn drop(&mut self) {
            self.0.store(true, Ordering::SeqCst);
        }
    }

    pub fn sleep(duration: Duration) {
        let until = Instant::now() + duration;
        (0..=up_to(3)).for_each(|_| yield_now());
        advance_to(until);
    }
}

thread_local! {
    /// Nanoseconds. Shuttle runs all threads of a schedule on one.
    static NOW: Cell<u64> = const { Cell::new(0) };
}

/// A moment of that clock.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Instant(u64);

impl Instant {
    /// Time passes with each look at it.
    pub fn now() -> Self {
        NOW.set(NOW.get() + u64::from(up_to(20_000)));
        Instant(NOW.get())
    }

    pub fn elapsed(self) -> Duration {
        Instant::now().saturating_duration_since(self)
    }

    pub fn saturating_duration_since(self, earlier: Instant) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Instant {
    type Output = Instant;

    fn add(self, duration: Duration) -> Instant {
        Instant(self.0 + duration.as_nanos() as u64)
    }
}

impl Sub for Instant {
    type Output = Duration;

    fn sub(self, earlier: Instant) -> Duration {
        self.saturating_duration_since(earlier)
    }
}

/// Sets the clock to its start. Each schedule begins with that, so that it can be run again.
pub fn begin() {
    NOW.set(0);
}

fn advance_to(until: Instant) {
    NOW.set(NOW.get().max(until.0));
}

fn up_to(most: u32) -> u32 {
    use shuttle::rand::Rng;
    shuttle::rand::thread_rng().gen_range(0..=most)
}

/// A condition variable whose time limits end: shuttle's own wait for ever.
#[derive(Debug, Default)]
pub struct Condvar(Arc<shuttle::sync::Condvar>);

/// Whether a wait ended by its time limit.
#[derive(Clone, Copy, Debug)]
pub struct WaitTimeoutResult(bool);

type Waited<'a, T> = Result<MutexGuard<'a, T>, PoisonError<MutexGuard<'a, T>>>;
type WaitedFor<'a, T> = Result<
    (MutexGuard<'a, T>, WaitTimeoutResult),
    PoisonError<(MutexGuard<'a, T>, WaitTimeoutResult)>,
>;

impl Condvar {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> Waited<'a, T> {
        self.0.wait(guard)
    }

    pub fn wait_while<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        condition: impl FnMut(&mut T) -> bool,
    ) -> Waited<'a, T> {
        self.0.wait_while(guard, condition)
    }

    /// A thread of its own stands for the timer. It wakes all that wait: a wake-up without a reason is always allowed.
    pub fn wait_timeout<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        limit: Duration,
    ) -> WaitedFor<'a, T> {
        let until = Instant::now() + limit;
        let (condvar, has_woken) = (self.0.clone(), Arc::new(AtomicBool::new(false)));
        let is_over = has_woken.clone();
        thread::spawn(move || {
            (0..up_to(3)).for_each(|_| thread::yield_now());
            while !is_over.load(Ordering::SeqCst) {
                advance_to(until);
                condvar.notify_all();
                thread::yield_now();
            }
        });
        let guard = self.0.wait(guard);
        has_woken.store(true, Ordering::SeqCst);
        let result = WaitTimeoutResult(Instant::now() >= until);
        match guard {
            Ok(guard) => Ok((guard, result)),
            Err(poisoned) => Err(PoisonError::new((poisoned.into_inner(), result))),
        }
    }

    pub fn wait_timeout_while<'a, T>(
        &self,
        mut guard: MutexGuard<'a, T>,
        limit: Duration,
        mut condition: impl FnMut(&mut T) -> bool,
    ) -> WaitedFor<'a, T> {
        let until = Instant::now() + limit;
        while condition(&mut guard) {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok((guard, WaitTimeoutResult(true)));
            }
            guard = self.wait_timeout(guard, left)?.0;
        }
        Ok((guard, WaitTimeoutResult(false)))
    }

    pub fn notify_one(&self) {
        self.0.notify_one();
    }

    pub fn notify_all(&self) {
        self.0.notify_all();
    }
}

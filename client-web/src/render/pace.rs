//! How much of the preparation is done per frame, and its progress.

/// Most and fewest steps per frame.
const STEPS_MAX: usize = 16;
const STEPS_MIN: usize = 2;
/// Frames without a result after which the last steps were too many. A single one says nothing: when frames are rare
/// because the machine is busy, a result is noticed one frame late.
const WAITS_MAX: u32 = 2;

/// Finds how many steps the GPU can do in a frame: doubles when they were done by the next frame, halves when they
/// took several.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    steps: usize,
    waits: u32,
}

impl Default for Pace {
    fn default() -> Self {
        Pace { steps: STEPS_MIN, waits: 1 }
    }
}

impl Pace {
    /// A frame has come, and the last steps are not done yet.
    pub fn wait(&mut self) {
        self.waits = self.waits.saturating_add(1);
    }

    /// Steps to request now that the last ones are done.
    pub fn steps(&mut self) -> usize {
        self.steps = match std::mem::take(&mut self.waits) {
            0 => (self.steps * 2).min(STEPS_MAX),
            waits if waits >= WAITS_MAX => (self.steps / 2).max(STEPS_MIN),
            _ => self.steps,
        };
        self.steps
    }
}

/// Progress of a longer piece of work.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Progress {
    /// Steps that are done.
    pub done: usize,
    /// All steps.
    pub total: usize,
}

impl Progress {
    /// Percent, 0..=100; 100 only when everything is done.
    pub fn percent(self) -> usize {
        (self.done * 100).checked_div(self.total).unwrap_or(100).min(100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quick_gpu_is_given_more_and_a_slow_one_few_steps_at_a_time() {
        let mut quick = Pace::default();
        assert_eq!([(); 5].map(|()| quick.steps()), [2, 4, 8, 16, 16]);
        quick.wait();
        assert_eq!(quick.steps(), 16, "a frame late is not slow");
        quick.wait();
        quick.wait();
        assert_eq!([(); 2].map(|()| quick.steps()), [8, 16]);
        let mut slow = Pace::default();
        for _ in 0..50 {
            assert_eq!(slow.steps(), STEPS_MIN);
            (0..9).for_each(|_| slow.wait());
        }
    }

    #[test]
    fn progress_ends_at_a_hundred_and_not_before() {
        let percent = |done, total| Progress { done, total }.percent();
        assert_eq!([percent(0, 40), percent(39, 40), percent(40, 40)], [0, 97, 100]);
        assert_eq!(percent(0, 0), 100);
    }
}

//! The processor time that this process took.

use std::time::Duration;

/// User and system time of all threads since the start, where the system tells it.
#[cfg(unix)]
pub(in crate::fleet) fn process_cpu() -> Option<Duration> {
    use rustix::time::{ClockId, clock_gettime};

    let time = clock_gettime(ClockId::ProcessCPUTime);
    let seconds = u64::try_from(time.tv_sec).ok()?;
    Some(Duration::new(seconds, u32::try_from(time.tv_nsec).ok()?))
}

/// User and system time of all threads since the start, where the system tells it.
#[cfg(not(unix))]
pub(in crate::fleet) fn process_cpu() -> Option<Duration> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn work_takes_time() {
        let before = process_cpu().unwrap();
        let mut sum = 0_u64;
        while process_cpu().unwrap() < before + Duration::from_millis(5) {
            sum = std::hint::black_box(sum + 1);
        }
        assert!(sum > 0);
    }
}

//! A process's processor time, context switches and resident memory, from the operating system.
//!
//! Each file under /proc is read whole and parsed by its own function; proc(5) describes the formats.

use std::io;
use std::time::Duration;

/// Counters of a process since its start, and its memory now.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct ProcessCounts {
    /// User and system time of all its threads; the resolution is the system's clock tick, usually 10 ms.
    pub cpu: Duration,
    /// Voluntary context switches of all living threads: the thread waited for something.
    pub waits: u64,
    /// Involuntary context switches of all living threads: the thread was preempted.
    pub preemptions: u64,
    /// Resident memory in bytes. Kernel memory such as socket buffers is not included.
    pub resident_bytes: u64,
}

impl ProcessCounts {
    /// Reads the counters of process `id`.
    ///
    /// # Errors
    /// When the process does not exist any more, or a file has an unexpected format.
    pub fn read(id: u32) -> io::Result<Self> {
        let read = |file: &str| std::fs::read_to_string(format!("/proc/{id}/{file}"));
        let cpu_ticks = parse_cpu_ticks(&read("stat")?).ok_or_else(|| form("stat"))?;
        let resident = parse_kilobytes(&read("smaps_rollup")?, "Rss");
        let mut counts = ProcessCounts {
            cpu: clock_ticks(cpu_ticks),
            resident_bytes: resident.ok_or_else(|| form("smaps_rollup"))? * 1_024,
            ..ProcessCounts::default()
        };
        for thread in std::fs::read_dir(format!("/proc/{id}/task"))? {
            // A thread may end while the others are read.
            let Ok(status) = std::fs::read_to_string(thread?.path().join("status")) else {
                continue;
            };
            let (waits, preemptions) = parse_switches(&status).ok_or_else(|| form("status"))?;
            counts.waits += waits;
            counts.preemptions += preemptions;
        }
        Ok(counts)
    }
}

/// Converts system clock ticks to a duration.
pub fn clock_ticks(ticks: u64) -> Duration {
    // Never zero on Linux; should it be, a duration of zero is better than a division by zero.
    let per_second = rustix::param::clock_ticks_per_second().max(1);
    Duration::from_secs_f64(ticks as f64 / per_second as f64)
}

fn form(file: &str) -> io::Error {
    io::Error::other(format!("/proc/PID/{file} has an unexpected format"))
}

/// User and system time of `/proc/PID/stat`, in clock ticks.
fn parse_cpu_ticks(stat: &str) -> Option<u64> {
    // The program name, in parentheses, may contain anything, also spaces and parentheses.
    let (_, behind) = stat.rsplit_once(')')?;
    let mut fields = behind.split_ascii_whitespace().skip(STAT_FIELDS_SKIPPED);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

/// The kB value of a named line in `/proc/PID/smaps_rollup` or `/proc/meminfo`.
pub fn parse_kilobytes(text: &str, name: &str) -> Option<u64> {
    let rest = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    rest.trim().strip_suffix("kB")?.trim().parse().ok()
}

/// Voluntary and involuntary context switches from `/proc/PID/task/TID/status`.
fn parse_switches(status: &str) -> Option<(u64, u64)> {
    let count = |name: &str| {
        let rest = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        rest.trim().parse().ok()
    };
    Some((count("voluntary_ctxt_switches")?, count("nonvoluntary_ctxt_switches")?))
}

/// Fields of `stat` between the program name and the user time, which is field 14.
const STAT_FIELDS_SKIPPED: usize = 11;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_found_behind_any_name_of_a_program() {
        let stat =
            "4242 (a ) b (c)) S 1 4242 4242 0 -1 4194304 900 0 3 0 150 25 7 8 20 0 4 0 99 5 6";
        assert_eq!(parse_cpu_ticks(stat), Some(175));
        assert_eq!(parse_cpu_ticks("4242 (server) S 1 2 3"), None);
        assert_eq!(parse_cpu_ticks(""), None);
    }

    #[test]
    fn memory_and_switches_are_found_by_name() {
        let rollup =
            "55d-7ff ---p 00000000 00:00 0 [rollup]\nRss:                8140 kB\nPss:  700 kB\n";
        assert_eq!(parse_kilobytes(rollup, "Rss"), Some(8_140));
        assert_eq!(parse_kilobytes(rollup, "Swap"), None);
        let status =
            "Name:\tserver\nvoluntary_ctxt_switches:\t1500\nnonvoluntary_ctxt_switches:\t20\n";
        assert_eq!(parse_switches(status), Some((1_500, 20)));
        assert_eq!(parse_switches("Name:\tserver\n"), None);
    }

    #[test]
    fn our_own_process_can_be_read() {
        let counts = ProcessCounts::read(std::process::id()).expect("Linux");
        assert!(counts.resident_bytes > 100_000, "{counts:?}");
        assert!(ProcessCounts::read(u32::MAX).is_err());
    }
}

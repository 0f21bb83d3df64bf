//! What the system knows of a process: processor time, context switches, resident memory.
//!
//! Each file is read whole and taken apart by a function of its own; proc(5) describes their forms.

use std::io;
use std::time::Duration;

/// The counts of a process since its start, and its memory now.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct ProcessCounts {
    /// User and system time of all its threads, in steps of the system's clock tick (10 ms as a rule).
    pub cpu: Duration,
    /// Context switches of all threads that live because they waited for something.
    pub waits: u64,
    /// Context switches of all threads that live because another one was to run.
    pub preemptions: u64,
    /// Resident memory, bytes; the kernel's own, such as socket buffers, is not among it.
    pub resident_bytes: u64,
}

impl ProcessCounts {
    /// Those of the process `id`.
    ///
    /// # Errors
    /// When there is no such process any more, or its files have another form than Linux gives them.
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
            // A thread may end while we look at the others.
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

/// The time of so many of the system's clock ticks.
pub fn clock_ticks(ticks: u64) -> Duration {
    // Zero nowhere that Linux runs; a process that took no time is better than a division by it.
    let per_second = rustix::param::clock_ticks_per_second().max(1);
    Duration::from_secs_f64(ticks as f64 / per_second as f64)
}

fn form(file: &str) -> io::Error {
    io::Error::other(format!("/proc/PID/{file} has another form than expected"))
}

/// User and system time of `/proc/PID/stat`, in clock ticks.
fn parse_cpu_ticks(stat: &str) -> Option<u64> {
    // The name of the program, in brackets, may hold anything: blanks and brackets, too.
    let (_, behind) = stat.rsplit_once(')')?;
    let mut fields = behind.split_ascii_whitespace().skip(STAT_FIELDS_SKIPPED);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

/// The kB behind a name, as `/proc/PID/smaps_rollup` and `/proc/meminfo` have them.
pub fn parse_kilobytes(text: &str, name: &str) -> Option<u64> {
    let rest = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    rest.trim().strip_suffix("kB")?.trim().parse().ok()
}

/// Voluntary and involuntary switches of `/proc/PID/task/TID/status`.
fn parse_switches(status: &str) -> Option<(u64, u64)> {
    let count = |name: &str| {
        let rest = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        rest.trim().parse().ok()
    };
    Some((count("voluntary_ctxt_switches")?, count("nonvoluntary_ctxt_switches")?))
}

/// Fields of `stat` between the name of the program and the user time, which is the 14th.
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

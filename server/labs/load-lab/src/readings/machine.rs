//! The machine and the day of a measurement, and the processor time that the machine's host took ("steal").

use std::io;
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::process::{clock_ticks, parse_kilobytes};

/// What a reader must know to compare the figures with another machine's.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Machine {
    /// The processor's model name.
    pub processor: String,
    /// Processors that this process may use.
    pub cores: usize,
    /// Memory, GB.
    pub memory_gb: f64,
    /// The kernel version.
    pub kernel: String,
    /// The compiler version, if the compiler is still installed.
    pub rustc: String,
    /// The day in UTC, as in 2026-01-31.
    pub date: String,
}

impl Machine {
    /// This machine, now. Anything that cannot be read is "unknown".
    pub fn describe() -> Self {
        let read = |file: &str| std::fs::read_to_string(file).unwrap_or_default();
        let unknown = || "unknown".to_owned();
        let rustc = Command::new("rustc").arg("--version").output().ok();
        let rustc = rustc.and_then(|output| String::from_utf8(output.stdout).ok());
        let days =
            SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs() / 86_400);
        Machine {
            processor: processor(&read("/proc/cpuinfo")).unwrap_or_else(unknown),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory_gb: parse_kilobytes(&read("/proc/meminfo"), "MemTotal").unwrap_or(0) as f64
                / 1e6,
            kernel: kernel(&read("/proc/sys/kernel/osrelease")).unwrap_or_else(unknown),
            rustc: rustc.map_or_else(unknown, |version| version.trim().to_owned()),
            date: date(days),
        }
    }
}

impl std::fmt::Display for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Machine { processor, cores, memory_gb, kernel, rustc, date } = self;
        write!(f, "{processor}, {cores} cores, {memory_gb:.0} GB, Linux {kernel}, {rustc}, {date}")
    }
}

/// Processor time that the host took while a thread here was runnable, over all processors, since boot. Always 0
/// where the host does not report it.
///
/// # Errors
/// When /proc/stat lacks it or has an unexpected format: proc(5).
pub fn stolen() -> io::Result<Duration> {
    let ticks = stolen_ticks(&std::fs::read_to_string("/proc/stat")?);
    let ticks = ticks.ok_or_else(|| io::Error::other("/proc/stat does not report stolen time"))?;
    Ok(clock_ticks(ticks))
}

/// The eighth counter of the line for all processors.
fn stolen_ticks(stat: &str) -> Option<u64> {
    let line = stat.lines().find_map(|line| line.strip_prefix("cpu "))?;
    line.split_ascii_whitespace().nth(7)?.parse().ok()
}

fn processor(cpuinfo: &str) -> Option<String> {
    let line = cpuinfo.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// Only the version numbers: a vendor's suffix may reveal where the machine is hosted.
fn kernel(release: &str) -> Option<String> {
    let numbers =
        release.trim().split(|char: char| !char.is_ascii_digit() && char != '.').next()?;
    (!numbers.is_empty()).then(|| numbers.to_owned())
}

/// The date `days` after 1970-01-01.
///
/// H. Hinnant, "chrono-compatible low-level date algorithms", civil_from_days.
fn date(days: u64) -> String {
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_dates() {
        for (days, text) in [
            (0, "1970-01-01"),
            (59, "1970-03-01"),
            (10_956, "1999-12-31"),
            (11_016, "2000-02-29"),
            (11_017, "2000-03-01"),
            (20_819, "2027-01-01"),
        ] {
            assert_eq!(date(days), text, "{days}");
        }
    }

    #[test]
    fn stolen_time_is_that_of_all_processors() {
        let stat = "cpu  40 4 6 500 1 0 2 77 0 0\ncpu0 20 2 3 250 1 0 2 33 0 0\n";
        assert_eq!(stolen_ticks(stat), Some(77));
        assert_eq!(stolen_ticks("cpu  40 4 6 500\n"), None);
        assert!(stolen().is_ok());
    }

    #[test]
    fn processor_and_kernel_are_named() {
        let cpuinfo = "processor\t: 0\nmodel name\t: Some CPU @ 2 GHz\nprocessor\t: 1\n";
        assert_eq!(processor(cpuinfo).as_deref(), Some("Some CPU @ 2 GHz"));
        assert_eq!(processor("processor : 0"), None);
        assert_eq!(kernel("6.18.1-vendor-12\n").as_deref(), Some("6.18.1"));
        assert_eq!(kernel(""), None);
    }
}

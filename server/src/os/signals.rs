//! Signals that the program was started to ignore.

/// Whether the parent process made this program ignore hang-ups, as `nohup` does. Then a closed terminal must not end
/// it. Only Linux can be asked without `unsafe` code; elsewhere the answer is no.
pub fn is_hang_up_ignored() -> bool {
    std::fs::read_to_string("/proc/self/status").is_ok_and(|status| is_ignored(&status, SIGHUP))
}

fn is_ignored(status: &str, signal: u32) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}

/// SIGHUP, as numbered by POSIX.
const SIGHUP: u32 = 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_systems_list_of_ignored_signals_is_understood() {
        let status = "Name:\tserver\nSigBlk:\t0000000000000001\nSigIgn:\t0000000000001001\n";
        assert!(is_ignored(status, SIGHUP));
        assert!(is_ignored(status, 13));
        assert!(!is_ignored(status, 15));
        assert!(!is_ignored("Name:\tserver\n", SIGHUP));
    }
}

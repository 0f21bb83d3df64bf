//! The system's clock, for people to read and to prune by. Nothing of the game depends on it.

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970, by the system's clock.
pub type UnixSeconds = i64;

/// Milliseconds since 1970, by the system's clock.
pub(crate) fn unix_millis() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Now.
pub(crate) fn unix_seconds() -> UnixSeconds {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixSeconds::try_from(since.as_secs()).unwrap_or(UnixSeconds::MAX)
}

/// A time as people read it: date, hour and minute in UTC.
pub(crate) fn in_words(time: UnixSeconds) -> String {
    let (days, seconds) = (time.div_euclid(DAY), time.rem_euclid(DAY));
    // Years begin in March here, so that a leap day is the last of its year; 400 of them have 146,097 days.
    // https://howardhinnant.github.io/date_algorithms.html#civil_from_days
    let days = days.saturating_add(719_468);
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (year, month) = match month {
        0..10 => (era * 400 + year, month + 3),
        _ => (era * 400 + year + 1, month - 9),
    };
    let (hour, minute) = (seconds / 3_600, seconds % 3_600 / 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02} UTC")
}

/// Seconds of a day.
const DAY: UnixSeconds = 86_400;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (time, words) in [
            (0, "1970-01-01 00:00 UTC"),
            (-1, "1969-12-31 23:59 UTC"),
            (951_782_400, "2000-02-29 00:00 UTC"),
            (951_868_800, "2000-03-01 00:00 UTC"),
            (1_000_000_000, "2001-09-09 01:46 UTC"),
            (4_107_542_399, "2100-02-28 23:59 UTC"),
            (4_107_542_400, "2100-03-01 00:00 UTC"),
        ] {
            assert_eq!(in_words(time), words);
        }
        // Far beyond the calendar, but not a panic.
        assert!(
            in_words(UnixSeconds::MAX).ends_with("UTC")
                && in_words(UnixSeconds::MIN).ends_with("UTC")
        );
    }
}

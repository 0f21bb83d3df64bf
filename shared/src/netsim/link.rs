//! One direction of a simulated bad link. It is ordered and lossless, like the TCP under a WebSocket, but it delays
//! messages, stalls, releases bursts, and has a limited rate.
//!
//! ```text
//! send(now, message) --> limited by the rate, delayed, held by stalls --> poll(now)
//! ```
//!
//! Sans-IO and seeded: the same seed and the same calls give the same delays.

use std::collections::VecDeque;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::limits::{MESSAGE_BEHIND_OVERHEAD_BYTES, MESSAGE_OVERHEAD_BYTES};
use crate::sim::Rng;
use crate::units::Micros;

/// Interval between stalls if only their length is given.
const STALL_INTERVAL_DEFAULT: Micros = 10_000_000;
/// Longest duration in a profile: one hour.
const DURATION_MAX: Micros = 3_600_000_000;
/// Highest rate in bit/s: a tenth of a terabit.
const RATE_BITS_MAX: u64 = 100_000_000_000;
/// Bytes under way at which [`Link::is_full`] becomes true: about what the buffers of a real path hold.
const BACKLOG_BYTES_MAX: usize = 256 * 1024;

/// How bad a link is. The default is a perfect link.
///
/// As text: `latency=80ms,jitter=20ms,stall=500ms/10s,rate=256kbit`; every part is optional. [`FromStr`] reads it and
/// [`Display`](fmt::Display) writes it; a perfect link is the empty text.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct LinkProfile {
    /// Delay of every message in each direction. A round trip takes twice as long.
    pub latency: Micros,
    /// Largest random addition to the delay. Messages never overtake each other.
    pub jitter: Micros,
    /// Length of a stall. Nothing arrives during it; then everything arrives at once. 0: no stalls.
    pub stall: Micros,
    /// Mean time from the start of one stall to the start of the next; it varies randomly from half to one and a half
    /// times this.
    pub stall_interval: Micros,
    /// Rate in bits per second in each direction, headers of all layers included; 0: no limit.
    pub bits_per_second: u64,
}

/// Why a text is not a link profile.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum LinkProfileError {
    /// A part has no `=`.
    #[error("`{0}` is not of the form name=value")]
    Form(String),
    /// The name is unknown.
    #[error("unknown property `{0}`; a link has latency, jitter, stall and rate")]
    UnknownName(String),
    /// The value is not a time.
    #[error("`{0}` is not a time such as 80ms or 1.5s; the longest is one hour")]
    Duration(String),
    /// The value is not a rate.
    #[error("`{0}` is not a rate such as 256kbit or 2mbit")]
    Rate(String),
    /// The stalls would leave no time between them.
    #[error("stalls must be at least twice as far apart as they are long")]
    StallsOverlap,
}

impl LinkProfile {
    /// Whether messages pass without any delay.
    pub fn is_perfect(&self) -> bool {
        *self == LinkProfile::default()
    }
}

impl FromStr for LinkProfile {
    type Err = LinkProfileError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut profile = LinkProfile::default();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let form = || LinkProfileError::Form(part.to_owned());
            let (name, value) = part.split_once('=').ok_or_else(form)?;
            match name {
                "latency" => profile.latency = parse_duration(value)?,
                "jitter" => profile.jitter = parse_duration(value)?,
                "stall" => {
                    let (stall, interval) = match value.split_once('/') {
                        Some((stall, interval)) => (stall, parse_duration(interval)?),
                        None => (value, STALL_INTERVAL_DEFAULT),
                    };
                    profile.stall = parse_duration(stall)?;
                    profile.stall_interval = interval;
                }
                "rate" => profile.bits_per_second = parse_rate(value)?,
                other => return Err(LinkProfileError::UnknownName(other.to_owned())),
            }
        }
        if profile.stall == 0 {
            profile.stall_interval = 0;
        } else if profile.stall_interval < 2 * profile.stall {
            // A gap is at least half the interval, so the next stall begins after this one has ended.
            return Err(LinkProfileError::StallsOverlap);
        }
        Ok(profile)
    }
}

/// The text that reads back as the same profile, with the rate rounded to a kilobit.
impl fmt::Display for LinkProfile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        if self.latency > 0 {
            parts.push(format!("latency={}", duration_text(self.latency)));
        }
        if self.jitter > 0 {
            parts.push(format!("jitter={}", duration_text(self.jitter)));
        }
        if self.stall > 0 {
            let (stall, interval) = (self.stall, self.stall_interval);
            parts.push(format!("stall={}/{}", duration_text(stall), duration_text(interval)));
        }
        if self.bits_per_second > 0 {
            parts.push(format!("rate={}kbit", self.bits_per_second.div_ceil(1_000)));
        }
        formatter.write_str(&parts.join(","))
    }
}

/// One direction of a virtual link for messages of type `T`.
#[derive(Clone, Debug)]
pub struct Link<T> {
    profile: LinkProfile,
    rng: Rng,
    stalls: Stalls,
    under_way: VecDeque<(Micros, usize, T)>,
    backlog_bytes: usize,
    /// When the last message sent has passed the rate limit.
    squeezed: Micros,
    /// When the last message sent will arrive. No later message may arrive earlier.
    last_due: Micros,
}

impl<T> Link<T> {
    /// Both directions of a link that exists from `now` on. They may carry different types. Stalls hit both
    /// directions at once.
    pub fn pair<D>(profile: LinkProfile, seed: u64, now: Micros) -> (Link<T>, Link<D>) {
        let mut rng = Rng::new(seed);
        let mut fork = || (u64::from(rng.next_u32()) << 32) | u64::from(rng.next_u32());
        let stalls = Stalls::new(&profile, fork(), now);
        let up = Link::new(profile, fork(), stalls.clone(), now);
        (up, Link::new(profile, fork(), stalls, now))
    }

    fn new(profile: LinkProfile, seed: u64, stalls: Stalls, now: Micros) -> Self {
        Link {
            profile,
            rng: Rng::new(seed),
            stalls,
            under_way: VecDeque::new(),
            backlog_bytes: 0,
            squeezed: now,
            last_due: now,
        }
    }

    /// Sends a message of a number of bytes.
    pub fn send(&mut self, now: Micros, bytes: usize, message: T) {
        self.send_with(now, bytes, MESSAGE_OVERHEAD_BYTES, message);
    }

    /// Sends a message that the sender writes in one call with the one before it.
    pub fn send_behind(&mut self, now: Micros, bytes: usize, message: T) {
        self.send_with(now, bytes, MESSAGE_BEHIND_OVERHEAD_BYTES, message);
    }

    fn send_with(&mut self, now: Micros, bytes: usize, overhead: usize, message: T) {
        self.squeezed = self.squeezed.max(now);
        let squeeze =
            ((bytes + overhead) as u64 * 8_000_000).checked_div(self.profile.bits_per_second);
        // A rate of 0 means no limit.
        self.squeezed += squeeze.unwrap_or(0);
        let jitter = (self.profile.jitter as f64 * f64::from(self.rng.unit())) as Micros;
        let due = (self.squeezed + self.profile.latency + jitter).max(self.last_due);
        self.last_due = self.stalls.release(due);
        self.under_way.push_back((self.last_due, bytes, message));
        self.backlog_bytes += bytes;
    }

    /// The next message that has arrived by `now`.
    pub fn poll(&mut self, now: Micros) -> Option<T> {
        if self.next_time()? > now {
            return None;
        }
        let (_, bytes, message) = self.under_way.pop_front()?;
        self.backlog_bytes -= bytes;
        Some(message)
    }

    /// Arrival time of the next message.
    pub fn next_time(&self) -> Option<Micros> {
        self.under_way.front().map(|(due, ..)| *due)
    }

    /// Whether as much is under way as a real path would buffer, so that a sender would have to wait.
    pub fn is_full(&self) -> bool {
        self.backlog_bytes >= BACKLOG_BYTES_MAX
    }
}

/// The stalls of a link, generated as time passes.
#[derive(Clone, Debug)]
struct Stalls {
    length: Micros,
    interval: Micros,
    rng: Rng,
    /// The current stall, or the next one.
    start: Micros,
}

impl Stalls {
    fn new(profile: &LinkProfile, seed: u64, now: Micros) -> Self {
        let mut stalls = Stalls {
            length: profile.stall,
            interval: profile.stall_interval,
            rng: Rng::new(seed),
            start: now,
        };
        stalls.advance();
        stalls
    }

    /// Actual arrival time of a message due at `due`. `due` never decreases.
    fn release(&mut self, due: Micros) -> Micros {
        if self.length == 0 {
            return due;
        }
        while due >= self.start + self.length {
            self.advance();
        }
        if due >= self.start { self.start + self.length } else { due }
    }

    fn advance(&mut self) {
        let gap = self.interval as f64 * f64::from(self.rng.range(0.5, 1.5));
        self.start += gap as Micros;
    }
}

fn parse_duration(text: &str) -> Result<Micros, LinkProfileError> {
    let error = || LinkProfileError::Duration(text.to_owned());
    let (number, digits) = match text.strip_suffix("ms") {
        Some(number) => (number, 3),
        None => (text.strip_suffix('s').ok_or_else(error)?, 6),
    };
    let micros = shifted(number.trim(), digits).ok_or_else(error)?;
    if micros <= DURATION_MAX { Ok(micros) } else { Err(error()) }
}

/// A decimal fraction times ten to the power of `digits`, rounded; `None` if the text is none, or too large. Whole numbers do
/// that exactly, and without the tables that reading binary fractions takes.
fn shifted(number: &str, digits: usize) -> Option<u64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let is_number = whole.bytes().chain(fraction.bytes()).all(|digit| digit.is_ascii_digit());
    if !is_number || matches!(number, "" | ".") {
        return None;
    }
    // One digit more, to round by.
    let fraction = fraction.bytes().chain(std::iter::repeat(b'0')).take(digits + 1);
    let value = whole.bytes().chain(fraction).try_fold(0_u64, |value, digit| {
        value.checked_mul(10)?.checked_add(u64::from(digit - b'0'))
    });
    Some(value?.checked_add(5)? / 10)
}

/// The shortest text that [`parse_duration`] reads as this many microseconds, in seconds if they are whole.
fn duration_text(micros: Micros) -> String {
    if micros.is_multiple_of(1_000_000) {
        return format!("{}s", micros / 1_000_000);
    }
    let text = format!("{}.{:03}", micros / 1_000, micros % 1_000);
    format!("{}ms", text.trim_end_matches('0').trim_end_matches('.'))
}

fn parse_rate(text: &str) -> Result<u64, LinkProfileError> {
    let error = || LinkProfileError::Rate(text.to_owned());
    let number = text.strip_suffix("bit").ok_or_else(error)?;
    let (number, bits) = match number.strip_suffix(['k', 'm']) {
        Some(rest) if number.ends_with('k') => (rest, 1_000),
        Some(rest) => (rest, 1_000_000),
        None => (number, 1),
    };
    let rate = number.trim().parse::<u64>().ok().and_then(|rate| rate.checked_mul(bits));
    match rate {
        Some(rate) if (1..=RATE_BITS_MAX).contains(&rate) => Ok(rate),
        _ => Err(error()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends a message of 100 bytes every 10 ms for `seconds`; returns the send and arrival time of each.
    fn delays(profile: &str, seed: u64, seconds: u64) -> Vec<(Micros, Micros)> {
        let profile = profile.parse().unwrap();
        let (mut link, _) = Link::pair::<()>(profile, seed, 0);
        let mut arrivals = Vec::new();
        for now in (0..seconds * 1_000_000 + 60_000_000).step_by(1_000) {
            if now % 10_000 == 0 && now < seconds * 1_000_000 {
                link.send(now, 100, now);
            }
            while let Some(sent) = link.poll(now) {
                arrivals.push((sent, now));
            }
        }
        arrivals
    }

    #[test]
    fn every_message_arrives_once_in_order_and_never_early_on_any_link() {
        for seed in 1..=20 {
            for profile in [
                "",
                "latency=80ms,jitter=40ms",
                "stall=500ms/2s",
                "jitter=1s,stall=1s,rate=100kbit",
            ] {
                let latency = profile.parse::<LinkProfile>().unwrap().latency;
                let arrivals = delays(profile, seed, 10);
                assert_eq!(arrivals.len(), 1_000, "{profile}, seed {seed}");
                let in_order = arrivals.is_sorted_by(|a, b| a.0 < b.0 && a.1 <= b.1);
                assert!(in_order, "{profile}, seed {seed}");
                let is_early = arrivals.iter().any(|(sent, arrived)| *arrived < sent + latency);
                assert!(!is_early, "{profile}, seed {seed}");
            }
        }
    }

    #[test]
    fn jitter_stays_within_its_bounds_and_uses_them() {
        let arrivals = delays("latency=50ms,jitter=20ms", 7, 10);
        let delays: Vec<Micros> = arrivals.iter().map(|(sent, arrived)| arrived - sent).collect();
        assert!(delays.iter().all(|delay| (50_000..=71_000).contains(delay)), "{delays:?}");
        assert!(delays.iter().any(|delay| *delay < 54_000), "{delays:?}");
        assert!(delays.iter().any(|delay| *delay > 66_000), "{delays:?}");
    }

    #[test]
    fn a_stall_holds_everything_back_and_then_bursts() {
        for seed in 1..=20 {
            let arrivals = delays("stall=500ms/5s", seed, 60);
            let silences = arrivals.windows(2).filter(|pair| pair[1].1 - pair[0].1 >= 450_000);
            let silences = silences.count();
            assert!((8..=20).contains(&silences), "seed {seed}: {silences} stalls in a minute");
            let held = arrivals.iter().filter(|(sent, arrived)| arrived - sent > 1_000).count();
            assert!(held > silences * 40, "seed {seed}: {held} messages held");
            let worst = arrivals.iter().map(|(sent, arrived)| arrived - sent).max();
            assert!(worst <= Some(501_000), "seed {seed}: {worst:?}");
        }
    }

    #[test]
    fn stalls_hit_both_directions_at_once() {
        let profile = "stall=400ms/2s".parse().unwrap();
        let (mut up, mut down) = Link::pair(profile, 3, 0);
        for now in (0..30_000_000).step_by(5_000) {
            up.send(now, 10, ());
            down.send(now, 10, ());
            assert_eq!(up.next_time(), down.next_time());
            while up.poll(now).is_some() {}
            while down.poll(now).is_some() {}
        }
    }

    #[test]
    fn a_squeezed_link_passes_its_rate_and_says_when_it_is_full() {
        // 100 bytes with their headers every 10 ms are 134.4 kbit/s.
        let arrivals = delays("rate=67200bit", 1, 10);
        let (_, last) = arrivals[arrivals.len() - 1];
        assert!((19_900_000..=20_100_000).contains(&last), "{last}");
        let (mut link, _) = Link::pair::<()>("rate=8kbit".parse().unwrap(), 1, 0);
        for _ in 0..256 {
            assert!(!link.is_full());
            link.send(0, 1024, ());
        }
        assert!(link.is_full());
        assert!(link.poll(1_200_000).is_some());
        assert!(!link.is_full());
    }

    #[test]
    fn a_profile_is_read_from_text() {
        let profile: LinkProfile =
            "latency=80ms, jitter=20ms,stall=0.5s/10s,rate=2mbit".parse().unwrap();
        let expected = LinkProfile {
            latency: 80_000,
            jitter: 20_000,
            stall: 500_000,
            stall_interval: 10_000_000,
            bits_per_second: 2_000_000,
        };
        assert_eq!(profile, expected);
        assert!("".parse::<LinkProfile>().unwrap().is_perfect());
        assert_eq!("stall=1s".parse::<LinkProfile>().unwrap().stall_interval, 10_000_000);
        for (text, micros) in
            [("0.0075ms", 8), (".25s", 250_000), ("1.s", 1_000_000), ("0.0004999ms", 0)]
        {
            assert_eq!(parse_duration(text), Ok(micros), "{text}");
        }
    }

    #[test]
    fn a_profile_reads_back_from_its_own_text_as_itself() {
        assert_eq!(LinkProfile::default().to_string(), "");
        let text = "latency=80ms,jitter=2.5ms,stall=500ms/10s,rate=256kbit";
        assert_eq!(text.parse::<LinkProfile>().unwrap().to_string(), text);
        let mut rng = Rng::new(11);
        for round in 0..10_000 {
            let mut time = || Micros::from(rng.next_u32()) % (DURATION_MAX / 2);
            let stall = time() / 1_000;
            let profile = LinkProfile {
                latency: time(),
                jitter: time() % 1_000_000 / 1_000 * 1_000,
                stall,
                stall_interval: if stall == 0 { 0 } else { 2 * stall + time() / 2 },
                bits_per_second: time() % 5_000 * 1_000,
            };
            let text = profile.to_string();
            assert_eq!(text.parse(), Ok(profile), "{text}, round {round}");
        }
    }

    #[test]
    fn each_way_to_misspell_a_profile_has_its_name() {
        let cases = [
            ("latency", LinkProfileError::Form("latency".into())),
            ("loss=3%", LinkProfileError::UnknownName("loss".into())),
            ("latency=80", LinkProfileError::Duration("80".into())),
            ("jitter=-1ms", LinkProfileError::Duration("-1ms".into())),
            ("jitter=NaNs", LinkProfileError::Duration("NaNs".into())),
            ("jitter=.s", LinkProfileError::Duration(".s".into())),
            ("jitter=1.2.3s", LinkProfileError::Duration("1.2.3s".into())),
            (
                "jitter=99999999999999999999s",
                LinkProfileError::Duration("99999999999999999999s".into()),
            ),
            ("stall=2h", LinkProfileError::Duration("2h".into())),
            ("rate=0kbit", LinkProfileError::Rate("0kbit".into())),
            ("rate=9", LinkProfileError::Rate("9".into())),
            (
                "rate=18446744073709551615mbit",
                LinkProfileError::Rate("18446744073709551615mbit".into()),
            ),
            ("stall=2s/3s", LinkProfileError::StallsOverlap),
        ];
        for (text, error) in cases {
            assert_eq!(text.parse::<LinkProfile>(), Err(error));
        }
    }
}

//! The kernel's own network emulation, as arguments for `tc`.
//!
//! It differs from the relay in three ways: it has no seed, packets wait for the rate after the delay and not before,
//! and lost packets have not used the rate. See `man tc-netem`.

use crate::namespace::Namespace;
use crate::wire::WireProfile;

/// Whether the kernel has netem: tries it on the loopback device of a namespace.
pub fn is_there(namespace: &Namespace) -> bool {
    let add = ["qdisc", "add", "dev", "lo", "root", "netem", "delay", "0ms"];
    namespace.tc(&add).is_ok() && namespace.tc(&["qdisc", "del", "dev", "lo", "root"]).is_ok()
}

/// The `tc` calls that apply a profile to the packets leaving a device, each as its arguments.
pub fn qdiscs(device: &str, profile: &WireProfile) -> Vec<Vec<String>> {
    let words = |text: String| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let delay = profile.delay.as_micros();
    let jitter = profile.jitter.as_micros();
    let loss = profile.loss * 100.0;
    // Without its own rate, netem lets packets overtake each other when the delay varies.
    let mut calls = vec![words(format!(
        "qdisc add dev {device} root handle 1: netem limit {PACKETS_MAX} delay {delay}us {jitter}us \
         loss {loss:.4}% rate {ORDERED_RATE}"
    ))];
    if let Some(rate) = profile.bits_per_second {
        let queue = profile.queue_bytes;
        calls.push(words(format!(
            "qdisc add dev {device} parent 1:1 handle 2: tbf rate {rate}bit burst {BURST_BYTES} \
             limit {queue}"
        )));
    }
    calls
}

/// Queue of netem in packets: more than TCP sends within any round trip that the flags allow.
const PACKETS_MAX: u32 = 100_000;
/// A rate so high that it is no limit: a full packet takes about a microsecond.
const ORDERED_RATE: &str = "10gbit";
/// Burst after a pause, in bytes: one packet of the largest size with its Ethernet header.
const BURST_BYTES: u32 = 1_540;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn lines(profile: &WireProfile) -> Vec<String> {
        qdiscs("lab1s", profile).iter().map(|words| words.join(" ")).collect()
    }

    #[test]
    fn a_link_without_a_rate_is_one_qdisc() {
        let profile = WireProfile {
            delay: Duration::from_millis(50),
            jitter: Duration::from_micros(2_500),
            loss: 0.01,
            ..Default::default()
        };
        let expected = "qdisc add dev lab1s root handle 1: netem limit 100000 \
                        delay 50000us 2500us loss 1.0000% rate 10gbit";
        assert_eq!(lines(&profile), [expected]);
    }

    #[test]
    fn a_rate_is_kept_by_a_second_one_with_the_queue_in_bytes() {
        let profile = WireProfile {
            bits_per_second: Some(240_000),
            queue_bytes: 32_000,
            ..Default::default()
        };
        let expected =
            "qdisc add dev lab1s parent 1:1 handle 2: tbf rate 240000bit burst 1540 limit 32000";
        assert_eq!(lines(&profile).get(1).map(String::as_str), Some(expected));
    }
}

//! The path between socket and client: direct, or over a simulated bad link that the player chooses, to see how the
//! game copes.
//!
//! ```text
//! socket --send_down--> Path --poll_down--> netcode::Client
//! socket <--poll_up---- Path <--send_up---- netcode::Client
//! ```
//!
//! Sans-IO: time is an argument, and [`Path::next_time`] says when to look again. A browser's socket cannot be
//! paused, so a narrow path queues everything that comes; the server's flow control bounds the queue.

use std::collections::VecDeque;

use driftfield_shared::netsim::{Link, LinkProfile};
use driftfield_shared::units::Micros;

/// What comes from a socket, in order.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Arrival {
    /// A binary message.
    Message(Vec<u8>),
    /// The end of the connection, with its WebSocket close code. It may not overtake earlier messages.
    Close(u16),
}

/// Both directions between socket and client.
#[derive(Debug)]
pub struct Path {
    profile: LinkProfile,
    /// `None` while the path is perfect.
    links: Option<Links>,
    /// What has passed and was not polled yet.
    up: VecDeque<Vec<u8>>,
    down: VecDeque<Arrival>,
    /// Seed of the next pair of links.
    seed: u64,
}

#[derive(Debug)]
struct Links {
    up: Link<Vec<u8>>,
    down: Link<Arrival>,
}

impl Path {
    /// A perfect path. Every bad one that it becomes has a seed of its own, counted from this one.
    pub fn new(seed: u64) -> Self {
        Path {
            profile: LinkProfile::default(),
            links: None,
            up: VecDeque::new(),
            down: VecDeque::new(),
            seed,
        }
    }

    /// How bad it is.
    pub fn profile(&self) -> LinkProfile {
        self.profile
    }

    /// Simulates this link from `now` on. Messages under way arrive at once, in order, and before anything sent
    /// later.
    pub fn set_profile(&mut self, now: Micros, profile: LinkProfile) {
        self.release();
        self.profile = profile;
        self.lay(now);
    }

    /// Lets everything under way arrive at once.
    pub fn release(&mut self) {
        let Some(links) = &mut self.links else { return };
        while let Some(bytes) = links.up.poll(Micros::MAX) {
            self.up.push_back(bytes);
        }
        while let Some(arrival) = links.down.poll(Micros::MAX) {
            self.down.push_back(arrival);
        }
    }

    /// Forgets everything under way, because its connection has ended. The next connection has the same link.
    pub fn clear(&mut self, now: Micros) {
        self.up.clear();
        self.down.clear();
        self.lay(now);
    }

    /// Takes a message of the client.
    pub fn send_up(&mut self, now: Micros, bytes: Vec<u8>) {
        match &mut self.links {
            Some(links) => links.up.send(now, bytes.len(), bytes),
            None => self.up.push_back(bytes),
        }
    }

    /// Takes what came from the socket.
    pub fn send_down(&mut self, now: Micros, arrival: Arrival) {
        match &mut self.links {
            Some(links) => {
                let length = match &arrival {
                    Arrival::Message(bytes) => bytes.len(),
                    Arrival::Close(_) => 0,
                };
                links.down.send(now, length, arrival);
            }
            None => self.down.push_back(arrival),
        }
    }

    /// The next message for the socket.
    pub fn poll_up(&mut self, now: Micros) -> Option<Vec<u8>> {
        self.up.pop_front().or_else(|| self.links.as_mut()?.up.poll(now))
    }

    /// The next thing for the client.
    pub fn poll_down(&mut self, now: Micros) -> Option<Arrival> {
        self.down.pop_front().or_else(|| self.links.as_mut()?.down.poll(now))
    }

    /// When something arrives next, while nothing waits to be polled.
    pub fn next_time(&self) -> Option<Micros> {
        let links = self.links.as_ref()?;
        [links.up.next_time(), links.down.next_time()].into_iter().flatten().min()
    }

    fn lay(&mut self, now: Micros) {
        self.links = (!self.profile.is_perfect()).then(|| {
            self.seed = self.seed.wrapping_add(1);
            let (up, down) = Link::pair(self.profile, self.seed, now);
            Links { up, down }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROFILES: [&str; 5] =
        ["", "latency=150ms,jitter=50ms", "", "stall=500ms/2s,jitter=9ms", "rate=64kbit"];

    fn message(number: u32) -> Vec<u8> {
        number.to_le_bytes().to_vec()
    }

    fn number(bytes: &[u8]) -> u32 {
        u32::from_le_bytes(bytes.try_into().unwrap())
    }

    #[test]
    fn nothing_is_lost_or_reordered_however_often_the_link_is_changed() {
        for seed in 0..200_u64 {
            let mut path = Path::new(seed);
            let (mut sent, mut up, mut down) = (0_u32, Vec::new(), Vec::new());
            for step in 0..2_000_u64 {
                let now = step * 5_000;
                // Changes come at other moments for each seed, some of them twice in a row.
                if (step * 31 + seed * 17).is_multiple_of(97) {
                    let text = PROFILES[(step + seed) as usize % PROFILES.len()];
                    path.set_profile(now, text.parse().unwrap());
                }
                path.send_up(now, message(sent));
                path.send_down(now, Arrival::Message(message(sent)));
                sent += 1;
                while let Some(bytes) = path.poll_up(now) {
                    up.push(number(&bytes));
                }
                while let Some(arrival) = path.poll_down(now) {
                    let Arrival::Message(bytes) = arrival else { panic!("no end was sent") };
                    down.push(number(&bytes));
                }
            }
            path.set_profile(10_000_000, LinkProfile::default());
            up.extend(std::iter::from_fn(|| path.poll_up(0)).map(|bytes| number(&bytes)));
            while let Some(Arrival::Message(bytes)) = path.poll_down(0) {
                down.push(number(&bytes));
            }
            let all: Vec<u32> = (0..sent).collect();
            assert_eq!(up, all, "seed {seed}");
            assert_eq!(down, all, "seed {seed}");
        }
    }

    #[test]
    fn a_perfect_path_passes_everything_at_once() {
        let mut path = Path::new(1);
        path.send_up(7, message(1));
        path.send_down(7, Arrival::Message(message(2)));
        assert_eq!(path.next_time(), None);
        assert_eq!(path.poll_up(7), Some(message(1)));
        assert_eq!(path.poll_down(7), Some(Arrival::Message(message(2))));
    }

    #[test]
    fn a_bad_path_says_when_to_look_again() {
        let mut path = Path::new(1);
        path.set_profile(1_000, "latency=50ms".parse().unwrap());
        path.send_down(2_000, Arrival::Message(message(1)));
        path.send_up(1_000, message(2));
        assert_eq!(path.next_time(), Some(51_000));
        assert_eq!(path.poll_up(50_999), None);
        assert_eq!(path.poll_up(51_000), Some(message(2)));
        assert_eq!(path.next_time(), Some(52_000));
    }

    #[test]
    fn the_end_of_a_connection_does_not_overtake_its_last_words() {
        let mut path = Path::new(5);
        path.set_profile(0, "latency=10ms,jitter=1s".parse().unwrap());
        path.send_down(0, Arrival::Message(message(1)));
        path.send_down(0, Arrival::Close(1012));
        assert_eq!(path.poll_down(2_000_000), Some(Arrival::Message(message(1))));
        assert_eq!(path.poll_down(2_000_000), Some(Arrival::Close(1012)));
    }

    #[test]
    fn the_next_connection_is_as_bad_and_gets_nothing_of_the_last_one() {
        let mut path = Path::new(1);
        path.set_profile(0, "latency=50ms".parse().unwrap());
        path.send_down(0, Arrival::Message(message(1)));
        path.clear(10_000);
        path.send_down(20_000, Arrival::Message(message(2)));
        assert_eq!(path.next_time(), Some(70_000));
        assert_eq!(path.poll_down(70_000), Some(Arrival::Message(message(2))));
    }

    #[test]
    fn stalls_hit_both_directions_at_once() {
        let mut path = Path::new(3);
        path.set_profile(0, "stall=400ms/2s".parse().unwrap());
        for now in (0..30_000_000).step_by(5_000) {
            path.send_up(now, message(0));
            path.send_down(now, Arrival::Message(message(0)));
            let up = std::iter::from_fn(|| path.poll_up(now)).count();
            let down = std::iter::from_fn(|| path.poll_down(now)).count();
            assert_eq!(up, down, "at {now}");
        }
    }
}

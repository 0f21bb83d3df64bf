//! A bot that has asked for a connection: a virtual link holds that up as it holds up everything else.

use bytes::Bytes;
use driftfield_shared::netcode::{Dial, Link};
use driftfield_shared::units::Micros;
use tokio_tungstenite::tungstenite::handshake::client::Request;

use super::pilot::Pilot;
use super::runner::Course;

/// A bot on its way to its socket.
pub(super) struct Caller {
    pub(super) index: usize,
    pub(super) bot: Pilot,
    /// What opens its socket.
    pub(super) request: Request,
    /// When it asked.
    pub(super) asked: Micros,
    /// `None` for a perfect one.
    pub(super) path: Option<Box<Path>>,
    dial: Option<Dial>,
}

/// A virtual link between a socket and its bot.
pub(super) struct Path {
    pub(super) up: Link<Vec<u8>>,
    pub(super) down: Link<Bytes>,
}

impl Caller {
    /// The bot of this index in the fleet asks at `now`.
    pub(super) fn new(index: usize, course: &Course, now: Micros) -> Self {
        let mut bot = course.pilot(index);
        let request = course.request(index, &bot.connect(now));
        let mut path = course.link(index, now).map(|(up, down)| Box::new(Path { up, down }));
        let dial = path.as_mut().map(|path| Dial::start(now, &mut path.up));
        Caller { index, bot, request, asked: now, path, dial }
    }

    /// Whether what it asked has come through its link.
    pub(super) fn is_through(&mut self, now: Micros) -> bool {
        match (&mut self.path, &mut self.dial) {
            (Some(path), Some(dial)) => dial.is_through(now, &mut path.up, &mut path.down),
            _ => true,
        }
    }

    /// When to look at that again.
    pub(super) fn next_time(&self) -> Option<Micros> {
        let path = self.path.as_ref()?;
        [path.up.next_time(), path.down.next_time()].into_iter().flatten().min()
    }
}

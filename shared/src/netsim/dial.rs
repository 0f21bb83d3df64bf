//! Simulates how a connection is opened over a pair of virtual links: TCP's handshake, then the request.
//!
//! ```text
//! client --SYN--> --request-->  then the socket over the links is open
//!        <--ACK--
//! ```

use super::link::Link;
use crate::units::Micros;

/// A connection that is being opened.
#[derive(Clone, Debug)]
pub struct Dial {
    legs_left: u32,
}

impl Dial {
    /// Begins at `now`. No other message may use the links until it is open.
    pub fn start<U: Default>(now: Micros, up: &mut Link<U>) -> Self {
        up.send(now, 0, U::default());
        Dial { legs_left: LEGS }
    }

    /// Whether the request has arrived by `now`.
    pub fn is_through<U: Default, D: Default>(
        &mut self,
        now: Micros,
        up: &mut Link<U>,
        down: &mut Link<D>,
    ) -> bool {
        while self.legs_left > 0 {
            let is_up = self.legs_left % 2 == 1;
            let has_come = if is_up { up.poll(now).is_some() } else { down.poll(now).is_some() };
            if !has_come {
                return false;
            }
            self.legs_left -= 1;
            match self.legs_left {
                0 => {}
                _ if is_up => down.send(now, 0, D::default()),
                _ => up.send(now, 0, U::default()),
            }
        }
        true
    }
}

/// Up, down, up.
const LEGS: u32 = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_there_after_a_round_trip_and_a_half() {
        let (mut up, mut down) = Link::<()>::pair::<()>("latency=50ms".parse().unwrap(), 1, 0);
        let mut dial = Dial::start(0, &mut up);
        let through = (0..).find(|ms| dial.is_through(ms * 1_000, &mut up, &mut down));
        assert_eq!(through, Some(150));
        assert_eq!((up.poll(Micros::MAX), down.poll(Micros::MAX)), (None, None));
    }
}

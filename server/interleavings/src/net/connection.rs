//! The connection of a house bot.

#[path = "../../../src/net/connection/local.rs"]
mod local;

use driftfield_shared::protocol::CloseReason;

use crate::sync::{begin, thread};
use local::LinkEnd;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Disconnect {
    Closed,
    Refused(CloseReason),
}

/// A bot receives what was sent, in order, and then why its connection has ended; what waits is never counted wrongly.
pub fn a_bot_receives_everything_in_order_and_then_the_reason() {
    begin();
    const MESSAGES: u8 = 4;
    let (mut end, link) = local::pair();
    let bot = thread::spawn(move || {
        let mut received = Vec::new();
        loop {
            match link.try_receive() {
                Ok(Some(message)) => received.push(message[0]),
                Ok(None) => thread::yield_now(),
                Err(end) => return (received, end),
            }
            let _ = link.try_send(vec![1]);
        }
    });
    for message in 0..MESSAGES {
        end.send(&[message]).unwrap();
        assert_eq!(end.backlog(), 0, "fewer than are always under way");
        end.receive().unwrap();
    }
    end.close(CloseReason::SeatNeeded);
    let (received, reason) = bot.join().unwrap();
    assert_eq!(received, (0..MESSAGES).collect::<Vec<u8>>());
    assert_eq!(reason, LinkEnd::Closed(CloseReason::SeatNeeded));
}

//! What a stranger offers in the request that opens a WebSocket.

use data_encoding::BASE64URL_NOPAD;
use driftfield_shared::limits::NAME_BYTES_MAX;
use driftfield_shared::protocol::{
    AccountTicket, CONTENT_FROM_SERVER, Greeting, Hello, InputTicket, Offer, PROTOCOL_VERSION,
    Token,
};

use super::HOME;
use crate::Target;
use crate::input::Input;

/// A list of protocols is refused or read; what was read says the same when it is written and read again.
///
/// An even first byte: the rest is the list, as text. An odd one: the rest are the bytes of the greeting.
pub const GREETING: Target = Target { name: "greeting", run, seeds, home: HOME };

fn run(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let is_text = input.byte().is_multiple_of(2);
    let rest = input.rest();
    let list = if is_text {
        String::from_utf8_lossy(rest).into_owned()
    } else {
        let greeting = BASE64URL_NOPAD.encode(rest);
        format!("driftfield.{PROTOCOL_VERSION},greeting.{greeting}")
    };
    let Ok(offer) = Offer::read(list.split(',')) else { return };
    if let Some(answer) = offer.answer() {
        // RFC 6455, 4.2.2: the answer is one of the protocols that were offered.
        assert!(list.split(',').any(|protocol| protocol == answer), "{answer:?} was not offered");
    }
    if let Offer::Greeting(greeting) = &offer {
        if let Greeting::Hello(hello) = greeting {
            assert!(hello.name.len() <= NAME_BYTES_MAX, "a name beyond the limit was let in");
        }
        let again = greeting.protocols();
        assert_eq!(Offer::read(again.iter().map(String::as_str)), Ok(offer));
    }
}

fn seeds() -> Vec<Vec<u8>> {
    let hello = Hello {
        content_hash: CONTENT_FROM_SERVER,
        name: "Ada".into(),
        token: Some(Token([7; 16])),
        ticket: Some(AccountTicket([5; 16])),
        is_bot: false,
        wants_checks: true,
    };
    let greetings = [
        Greeting::Hello(Hello { token: None, ticket: None, is_bot: true, ..hello.clone() }),
        Greeting::Hello(hello),
        Greeting::AttachInputs(InputTicket([3; 16])),
    ];
    let mut seeds = vec![b"\0driftfield.5,driftfield.9".to_vec()];
    for protocols in greetings.map(|greeting| greeting.protocols()) {
        seeds.push(format!("\0{}", protocols.join(",")).into_bytes());
        let text = protocols[1].split_once('.').map_or("", |(_, text)| text);
        let mut bytes = vec![1];
        bytes.extend(BASE64URL_NOPAD.decode(text.as_bytes()).unwrap_or_default());
        seeds.push(bytes);
    }
    seeds
}

//! What a client sends.

use driftfield_shared::protocol::{
    AccountTag, Act, ClientControl, ClientMessage, Complaint, HubBody, HubRequest, InputMessage,
    LineId, LinesOf, Nonce, PartySecret, PartyWish, Request, RequestBody, RequestId, SayTo, Saying,
    Term, Whom, decode_client, encode_client_control, is_input_command,
};
use driftfield_shared::topics::{Handle, Key, Since, Subscribe};
use driftfield_shared::units::{Angle, Controls, Thrust, Tick, ViewLag};

use super::HOME;
use crate::Target;

/// A client's message is refused or decoded; what was decoded says the same when it is encoded and decoded again.
pub const DECODE_CLIENT: Target = Target { name: "decode_client", run, seeds, home: HOME };

fn run(bytes: &[u8]) {
    let Ok(message) = decode_client(bytes) else { return };
    let again = match &message {
        ClientMessage::Input(input) => {
            let again = input.encode();
            // An input command has one form only, so that two copies of it are the same bytes.
            assert_eq!(again, bytes);
            again
        }
        ClientMessage::Control(control) => encode_client_control(control),
    };
    assert_eq!(is_input_command(bytes), matches!(message, ClientMessage::Input(_)));
    assert_eq!(decode_client(&again), Ok(message));
}

fn seeds() -> Vec<Vec<u8>> {
    let controls = Controls {
        thrust: Thrust::towards(7),
        boost: true,
        fire: true,
        aim: Angle::from_steps(0xabc),
    };
    let input = InputMessage::new(Tick(0x1234), Tick(0x1230), ViewLag(0x5a), controls);
    let handles: Vec<Handle> = Handle::all().take(1).collect();
    let subscribe = handles.iter().map(|handle| {
        ClientControl::Subscribe(Subscribe {
            handle: *handle,
            topic: "standings".into(),
            since: Some(Since { epoch: 7, version: 300 }),
            only: Key::try_from(vec![44, 1]).ok(),
        })
    });
    let unsubscribe = handles.iter().copied().map(ClientControl::Unsubscribe);
    let body = RequestBody::Rename { name: "Ada".into() };
    let request = ClientControl::Request(Request { id: RequestId(1), body });
    let hub =
        |body| ClientControl::HubRequest(HubRequest { id: RequestId(2), nonce: Nonce(300), body });
    let say = hub(HubBody::Say { to: SayTo::Room, saying: Saying::Text("gg".into()) });
    let history = hub(HubBody::History { of: LinesOf::Inbox, before: LineId(70_000) });
    let eve = || Whom::Name("Eve".into());
    let act = Act::Mute(Term(Some(600)));
    let moderate = hub(HubBody::Moderate { whom: eve(), act, note: "spam".into() });
    let vote =
        hub(HubBody::StartVote { whom: Whom::Account(AccountTag(300)), note: String::new() });
    let report = HubBody::Report { whom: eve(), complaint: Complaint::Spam, note: "so".into() };
    let invite = hub(HubBody::Party(PartyWish::Invite(eve())));
    let join = hub(HubBody::Party(PartyWish::Join(PartySecret([7; 16]))));
    let others =
        [ClientControl::Leave, request, say, history, moderate, vote, invite, join, hub(report)];
    let controls = subscribe.chain(unsubscribe).chain(others);
    std::iter::once(input.encode())
        .chain(controls.map(|control| encode_client_control(&control)))
        .collect()
}

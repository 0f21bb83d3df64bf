//! The sheet of the party: its members, its link, and whom to invite.

use super::{button, by_hand, dialog, fly_on};
use crate::hud::command::Command;
use crate::hud::model::{Invite, MemberLine, Model};
use crate::say::{self, Message};
use crate::ui::{Element, RwSignal, each, html, show, switch};

/// The party, as a sheet.
pub(super) fn party(model: Model) -> Element {
    let (party, invite) = (model.party, model.invite);
    let is_in = move || party.with(|party| party.is_in);
    let is_leader = move || party.with(|party| party.is_leader);
    let members = html::ul().class("party").test_id("party-members").child(each(
        move || party.with(|party| party.members.clone()),
        |member| member.account,
        move |member| row(model, member),
    ));
    let asked = html::ul().class("party").test_id("party-asked").child(each(
        move || party.with(|party| party.asked.clone()),
        |(account, _)| *account,
        |asked| {
            let (account, name) = asked.get_untracked();
            let label = name.clone();
            let answer = |yes| Command::AnswerParty(account, yes);
            html::li()
                .child(html::span().child(move || say::party_invited(&label)))
                .child(small("party-yes", answer(true), say::PARTY_ACCEPT, &name))
                .child(small("party-no", answer(false), say::PARTY_DECLINE, &name))
        },
    ));
    let friends = html::ul().class("party").test_id("party-friends").child(each(
        move || party.with(|party| party.friends.clone()),
        |(account, ..)| *account,
        |friend| {
            let (account, name, _) = friend.get_untracked();
            let place = move || friend.with(|(.., room)| room.clone());
            html::li()
                .child(html::b().child(html::bdi().child(name.clone())))
                .child(html::small().child(place))
                .child(small(
                    "party-invite",
                    Command::InviteFriend(account),
                    say::PARTY_INVITE,
                    &name,
                ))
        },
    ));
    let has_friends = move || party.with(|party| !party.friends.is_empty());
    let label = move |own: Message| {
        move || match invite.get() {
            Invite::Copied => say::MENU_INVITE_COPIED.text(),
            _ => own.text(),
        }
    };
    let field = move |invite: &Invite| match invite {
        Invite::ByHand(link) => Some(by_hand(say::MENU_INVITE_BY_HAND, link.clone())),
        _ => None,
    };
    let links = move || {
        (
            button("party-copy", Command::CopyParty(false)).child(label(say::PARTY_COPY)),
            button("party-copy-room", Command::CopyParty(true)).child(say::PARTY_COPY_ROOM),
            switch(move || invite.get(), field),
            show(is_leader, || button("party-renew", Command::RenewParty).child(say::PARTY_RENEW)),
            button("party-leave", Command::LeaveParty).class("danger").child(say::PARTY_LEAVE),
        )
    };
    let none = || {
        (
            html::p().child(say::PARTY_WHAT),
            button("party-open", Command::OpenParty).child(say::PARTY_OPEN),
        )
    };
    dialog(say::PARTY, "party-sheet")
        .child(fly_on("close-party"))
        .child((asked, members))
        .child(show(is_in, links))
        .child(show(move || !is_in(), none))
        .child(show(has_friends, || html::h3().child(say::PARTY_FRIENDS)))
        .child(friends)
}

fn row(model: Model, member: RwSignal<MemberLine>) -> Element {
    let (account, name) = member.with_untracked(|it| (it.account, it.name.clone()));
    let is_leader = move || model.party.with(|party| party.is_leader);
    let is_own = move || member.with(|it| it.is_own);
    let mark = move || {
        let (is_own, is_leader) = member.with(|it| (it.is_own, it.is_leader));
        let marks = [(is_own, say::PARTY_YOU), (is_leader, say::PARTY_LEADER)];
        let marks = marks.into_iter().filter(|(is_so, _)| *is_so).map(|(_, word)| word.text());
        marks.collect::<Vec<String>>().join(" · ")
    };
    let remove = name.clone();
    html::li()
        .style("--name", move || match member.with(|it| it.color) {
            Some(color) => format!("#{color:06x}"),
            None => String::new(),
        })
        .child(html::b().child(html::bdi().child(move || member.with(|it| it.name.clone()))))
        .child(html::i().child(mark))
        .child(html::small().child(move || member.with(|it| it.place.clone())))
        .child(show(
            move || member.with(|it| it.can_join),
            move || small("party-join", Command::JoinMember(account), say::PARTY_JOIN, &name),
        ))
        .child(show(
            move || is_leader() && !is_own(),
            move || {
                small("party-remove", Command::RemoveMember(account), say::PARTY_REMOVE, &remove)
            },
        ))
}

/// A small button about somebody, whose name those hear who do not see it beside the button.
fn small(test_id: &'static str, wanted: Command, label: Message, name: &str) -> Element {
    let name = name.to_owned();
    button(test_id, wanted)
        .class("small")
        .attr("aria-label", move || say::party_about(&label.text(), &name))
        .child(label)
}

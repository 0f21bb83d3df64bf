use std::collections::HashMap;

use driftfield_shared::units::PlayerId;
use proptest::prelude::*;

use super::*;

const ADA: AccountId = AccountId(1);
const BO: AccountId = AccountId(2);
const CY: AccountId = AccountId(3);

fn member(account: AccountId) -> StoredMember {
    StoredMember { account, name: format!("P{}", account.0), seen: 0 }
}

fn fresh(id: u64) -> Fresh {
    Fresh { id: PartyId(id), secret: PartySecret([id as u8; 16]) }
}

/// Makes what was judged so.
fn make(
    company: &mut Company,
    judged: Result<Vec<PartyChange>, RefusalReason>,
) -> Result<Vec<PartyNews>, RefusalReason> {
    Ok(judged?.iter().filter_map(|change| company.apply(change)).collect())
}

/// A party of these, the first of whom leads it.
fn party(accounts: &[AccountId]) -> Company {
    let mut company = Company::default();
    let opened = company.open(member(accounts[0]), fresh(7));
    make(&mut company, opened).unwrap();
    for account in &accounts[1..] {
        let joined = company.join(member(*account), PartyId(7));
        make(&mut company, joined).unwrap();
    }
    company
}

fn members(company: &Company, id: u64) -> Vec<u64> {
    let party = company.get(PartyId(id));
    party.into_iter().flat_map(|party| &party.members).map(|member| member.account.0).collect()
}

fn leader(company: &Company) -> Option<AccountId> {
    company.get(PartyId(7)).map(|party| party.leader)
}

fn sight(present: &[AccountId]) -> Sight {
    let room = PartyRoom {
        id: "home".into(),
        name: "Home".into(),
        player: PlayerId(1),
        is_locked: false,
        ship: None,
    };
    let seen = |account: &AccountId| (*account, (format!("N{}", account.0), room.clone()));
    Sight { present: present.iter().map(seen).collect::<HashMap<_, _>>(), ..Sight::default() }
}

#[test]
fn a_party_lasts_from_its_first_member_to_its_last() {
    let mut company = party(&[ADA, BO]);
    assert_eq!(members(&company, 7), [1, 2]);
    let left = company.leave(ADA);
    make(&mut company, left).unwrap();
    assert_eq!(leader(&company), Some(BO), "leadership passes on");
    let left = company.leave(BO);
    let news = make(&mut company, left).unwrap();
    assert_eq!(news, [PartyNews::Left(PartyId(7), BO)]);
    assert!(company.by_secret(fresh(7).secret).is_none(), "its link is worth nothing");
    assert_eq!(company.leave(BO), Err(RefusalReason::NoParty));
    assert_eq!(company.join(member(CY), PartyId(7)), Err(RefusalReason::NoParty));
}

#[test]
fn who_is_alone_in_a_party_may_join_another_and_who_has_company_may_not() {
    let mut company = party(&[ADA, BO]);
    let opened = company.open(member(CY), fresh(8));
    make(&mut company, opened).unwrap();
    let joined = company.join(member(CY), PartyId(7));
    let news = make(&mut company, joined).unwrap();
    assert_eq!(news, [PartyNews::Left(PartyId(8), CY), PartyNews::Joined(PartyId(7), CY)]);
    assert_eq!((members(&company, 7), members(&company, 8)), (vec![1, 2, 3], vec![]));
    let opened = company.open(member(AccountId(4)), fresh(8));
    make(&mut company, opened).unwrap();
    assert_eq!(company.join(member(CY), PartyId(8)), Err(RefusalReason::InParty));
    assert_eq!(company.join(member(CY), PartyId(7)), Ok(Vec::new()), "it is there already");
    assert_eq!(company.open(member(CY), fresh(9)), Ok(Vec::new()));
}

#[test]
fn only_the_leader_takes_a_member_out_whose_link_is_then_worth_nothing() {
    let mut company = party(&[ADA, BO, CY]);
    let old = company.get(PartyId(7)).unwrap().secret;
    let new = PartySecret([9; 16]);
    assert_eq!(company.remove(BO, CY, new), Err(RefusalReason::NotLeader));
    assert_eq!(company.remove(AccountId(9), CY, new), Err(RefusalReason::NoParty));
    assert_eq!(company.remove(ADA, ADA, new), Err(RefusalReason::Yourself));
    assert_eq!(company.remove(ADA, AccountId(9), new), Err(RefusalReason::NoSuchPlayer));
    assert_eq!(company.renew(BO, new), Err(RefusalReason::NotLeader));
    let removed = company.remove(ADA, CY, new);
    let news = make(&mut company, removed).unwrap();
    assert_eq!(news, [PartyNews::Left(PartyId(7), CY)]);
    assert!(company.by_secret(old).is_none());
    assert_eq!(company.by_secret(new).map(|(id, _)| id), Some(PartyId(7)));
}

#[test]
fn a_full_party_takes_nobody_and_invites_nobody() {
    let all: Vec<AccountId> = (1..=PARTY_MEMBERS_MAX as u64).map(AccountId).collect();
    let mut company = party(&all);
    let full = RefusalReason::PartyFull { max: PARTY_MEMBERS_MAX as u16 };
    assert_eq!(company.join(member(AccountId(99)), PartyId(7)), Err(full));
    assert_eq!(company.invite(0, ADA, AccountId(99)), Err(full));
    assert_eq!(company.invite(0, ADA, BO), Ok(false), "who is there is not asked");
}

#[test]
fn an_invitation_holds_for_a_while_and_for_the_party_of_whoever_made_it() {
    let mut company = party(&[ADA, BO]);
    assert_eq!(company.invite(0, CY, ADA), Err(RefusalReason::NoParty));
    assert_eq!(company.invite(0, ADA, ADA), Err(RefusalReason::Yourself));
    assert_eq!(company.invite(0, BO, CY), Ok(true));
    assert_eq!(company.invite(5, BO, CY), Ok(false), "he has been asked");
    assert_eq!(company.invited(10, BO, CY), Ok(PartyId(7)));
    assert_eq!(company.invited(10, ADA, CY), Err(RefusalReason::NoInvitation));
    let over = 5 + PARTY_INVITATION_SECONDS;
    assert_eq!(company.invited(over, BO, CY), Err(RefusalReason::NoInvitation));
    company.invite(over, BO, CY).unwrap();
    let left = company.leave(BO);
    make(&mut company, left).unwrap();
    assert_eq!(company.invited(over, BO, CY), Err(RefusalReason::NoInvitation));
    let asked = (0..100).filter(|n| company.invite(0, ADA, AccountId(100 + n)).is_ok()).count();
    assert_eq!(asked, PARTY_INVITATIONS_MAX);
    company.forget_invitation(ADA, AccountId(100));
    assert!(company.invite(0, ADA, AccountId(300)).is_ok(), "an answer makes room");
}

#[test]
fn whoever_is_on_line_leads_next_and_who_was_away_for_long_drops_out() {
    let mut company = party(&[ADA, BO, CY]);
    let changes = company.look(100, sight(&[ADA, CY]));
    assert_eq!(changes, []);
    let line = company.get(PartyId(7)).unwrap().lines().next().unwrap();
    assert_eq!((line.name.as_str(), line.is_leader), ("N1", true), "as it is called in the room");
    let left = company.leave(ADA);
    make(&mut company, left).unwrap();
    assert_eq!(leader(&company), Some(CY), "Bo is not there");

    // Going off-line is kept, and staying on-line now and then.
    let changes = company.look(200, sight(&[]));
    assert_eq!(changes, [PartyChange::Seen(CY, 200)]);
    make(&mut company, Ok(changes)).unwrap();
    let hourly = company.look(200 + PARTY_SEEN_SECONDS, sight(&[CY]));
    assert_eq!(hourly, [PartyChange::Seen(CY, 200 + PARTY_SEEN_SECONDS)]);
    make(&mut company, Ok(hourly)).unwrap();
    let changes = company.look(PARTY_AWAY_SECONDS_MAX - 1, sight(&[CY]));
    assert!(!changes.contains(&PartyChange::Leave(PartyId(7), BO)), "{changes:?}");
    let changes = company.look(PARTY_AWAY_SECONDS_MAX, sight(&[CY]));
    assert!(changes.contains(&PartyChange::Leave(PartyId(7), BO)), "{changes:?}");
    make(&mut company, Ok(changes)).unwrap();
    assert_eq!(members(&company, 7), [3]);
}

#[test]
fn a_room_that_does_not_answer_takes_nobody_off_line() {
    let mut company = party(&[ADA]);
    company.look(0, sight(&[ADA]));
    let silent = Sight { silent: ["home".to_owned()].into(), ..Sight::default() };
    assert_eq!(company.look(1, silent), []);
    assert!(company.get(PartyId(7)).unwrap().is_present());
    let elsewhere = Sight { silent: ["other".to_owned()].into(), ..Sight::default() };
    company.look(2, elsewhere);
    assert!(!company.get(PartyId(7)).unwrap().is_present());
}

/// Something that somebody wishes.
#[derive(Clone, Debug)]
enum Wish {
    Open(u64),
    Join(u64, u64),
    Invite(u64, u64),
    Accept(u64, u64),
    Leave(u64),
    Remove(u64, u64),
    Renew(u64),
    /// Those with their bit set are on-line, and so many seconds have gone by.
    Look(u32, i64),
    Restart,
}

fn wishes() -> impl Strategy<Value = Wish> {
    let who = || 1..20_u64;
    prop_oneof![
        who().prop_map(Wish::Open),
        (who(), who()).prop_map(|(who, of)| Wish::Join(who, of)),
        (who(), who()).prop_map(|(by, whom)| Wish::Invite(by, whom)),
        (who(), who()).prop_map(|(by, whom)| Wish::Accept(by, whom)),
        who().prop_map(Wish::Leave),
        (who(), who()).prop_map(|(leader, whom)| Wish::Remove(leader, whom)),
        who().prop_map(Wish::Renew),
        (any::<u32>(), 0..PARTY_AWAY_SECONDS_MAX).prop_map(|(who, time)| Wish::Look(who, time)),
        Just(Wish::Restart),
    ]
}

/// What the store would have, read back.
fn stored(company: &Company) -> Vec<StoredParty> {
    let member =
        |it: &Member| StoredMember { account: it.account, name: it.name.clone(), seen: it.seen };
    let party = |(id, party): (PartyId, &Party)| StoredParty {
        id,
        secret: party.secret.0,
        leader: party.leader,
        members: party.members.iter().map(member).collect(),
    };
    company.iter().map(party).collect()
}

proptest! {
    #[test]
    fn whatever_is_wished_each_account_is_in_one_party_at_most_which_is_led_by_a_member(
        wishes in prop::collection::vec(wishes(), 1..200),
    ) {
        let mut company = Company::default();
        let (mut now, mut number) = (0, 0_u64);
        for wish in wishes {
            number += 1;
            let id = AccountId;
            let secret = PartySecret(u128::from(number).to_le_bytes());
            let new = Fresh { id: PartyId(number), secret };
            let at = |now| StoredMember { seen: now, ..member(ADA) };
            let who = |account| StoredMember { account: id(account), ..at(now) };
            let judged = match wish {
                Wish::Open(account) => company.open(who(account), new),
                Wish::Join(account, of) => match company.of(id(of)) {
                    Some((party, _)) => company.join(who(account), party),
                    None => Ok(Vec::new()),
                },
                Wish::Invite(by, whom) => {
                    let _ = company.invite(now, id(by), id(whom));
                    Ok(Vec::new())
                }
                Wish::Accept(by, whom) => company
                    .invited(now, id(by), id(whom))
                    .and_then(|party| company.join(who(whom), party)),
                Wish::Leave(account) => company.leave(id(account)),
                Wish::Remove(leader, whom) => company.remove(id(leader), id(whom), secret),
                Wish::Renew(leader) => company.renew(id(leader), secret),
                Wish::Look(present, time) => {
                    now += time;
                    let present: Vec<AccountId> =
                        (1..20).filter(|bit| present >> bit & 1 == 1).map(id).collect();
                    Ok(company.look(now, sight(&present)))
                }
                Wish::Restart => {
                    let again = Company::new(stored(&company));
                    prop_assert_eq!(stored(&again), stored(&company), "nothing is lost");
                    company = again;
                    Ok(Vec::new())
                }
            };
            for change in judged.unwrap_or_default() {
                company.apply(&change);
            }
            let mut seen = Vec::new();
            for (party, it) in company.iter() {
                prop_assert!((1..=PARTY_MEMBERS_MAX).contains(&it.members.len()));
                prop_assert!(it.member(it.leader).is_some(), "{:?} is led by a stranger", party);
                prop_assert_eq!(company.by_secret(it.secret).map(|(id, _)| id), Some(party));
                for member in &it.members {
                    prop_assert_eq!(company.of(member.account).map(|(id, _)| id), Some(party));
                    seen.push(member.account);
                }
            }
            let count = seen.len();
            seen.sort();
            seen.dedup();
            prop_assert_eq!(seen.len(), count, "somebody is in two parties");
            prop_assert_eq!(company.members().count(), count, "and nobody is in none by name");
            prop_assert!(company.invitations.len() <= 19 * PARTY_INVITATIONS_MAX);
        }
    }
}

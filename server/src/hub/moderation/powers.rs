//! Which role may do what: one table.

use driftfield_shared::protocol::{Act, RefusalReason, Role};

/// How far a role may go with something that lasts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Reach {
    /// Not at all.
    Never,
    /// For so many seconds at most.
    UpTo(u32),
    /// For ever.
    Any,
}

/// What a role may do.
#[derive(Clone, Copy, Debug)]
struct Powers {
    role: Role,
    mute: Reach,
    ban: Reach,
    kick: bool,
    /// Ends mutes and bans.
    end: bool,
    look_up: bool,
    announce: bool,
    /// Gives roles below the own one.
    give_roles: bool,
}

const HOUR: u32 = 3_600;
const DAY: u32 = 24 * HOUR;

/// The table. Whatever is in a row is in all rows below it.
const POWERS: [Powers; 4] = [
    Powers {
        role: Role::Player,
        mute: Reach::Never,
        ban: Reach::Never,
        kick: false,
        end: false,
        look_up: false,
        announce: false,
        give_roles: false,
    },
    Powers {
        role: Role::Helper,
        mute: Reach::UpTo(HOUR),
        ban: Reach::Never,
        kick: true,
        end: false,
        look_up: true,
        announce: false,
        give_roles: false,
    },
    Powers {
        role: Role::Moderator,
        mute: Reach::UpTo(30 * DAY),
        ban: Reach::UpTo(30 * DAY),
        kick: true,
        end: true,
        look_up: true,
        announce: false,
        give_roles: false,
    },
    Powers {
        role: Role::Admin,
        mute: Reach::Any,
        ban: Reach::Any,
        kick: true,
        end: true,
        look_up: true,
        announce: true,
        give_roles: true,
    },
];

/// Who acts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Rank {
    /// An account with this role.
    Of(Role),
    /// The host, who may do everything.
    Host,
}

impl Rank {
    fn powers(self) -> Option<&'static Powers> {
        match self {
            Rank::Of(role) => Some(&POWERS[role as usize]),
            Rank::Host => None,
        }
    }

    /// Judges an act on somebody who has the role `other`; a network has none, and counts as a player.
    ///
    /// # Errors
    /// When it may not be done.
    pub fn judge(self, act: Act, other: Role) -> Result<(), RefusalReason> {
        let (Some(powers), Rank::Of(own)) = (self.powers(), self) else { return Ok(()) };
        debug_assert_eq!(powers.role, own, "the table is in the order of the roles");
        let is_allowed = match act {
            Act::Mute(term) | Act::Ban(term) => {
                let is_ban = matches!(act, Act::Ban(_));
                match if is_ban { powers.ban } else { powers.mute } {
                    Reach::Never => false,
                    Reach::UpTo(seconds) if term.is_longer_than(seconds) => {
                        return Err(RefusalReason::TermTooLong { seconds });
                    }
                    Reach::UpTo(_) | Reach::Any => true,
                }
            }
            Act::Kick => powers.kick,
            Act::Unmute | Act::Unban => powers.end,
            Act::SetRole(role) => powers.give_roles && role < own,
        };
        match is_allowed {
            false => Err(RefusalReason::NotAllowed),
            true if other >= own => Err(RefusalReason::Outranked),
            true => Ok(()),
        }
    }

    /// Whether it may see who somebody is.
    pub fn may_look_up(self) -> bool {
        self.powers().is_none_or(|powers| powers.look_up)
    }

    /// Whether it may speak to everyone on the server.
    pub fn may_announce(self) -> bool {
        self.powers().is_none_or(|powers| powers.announce)
    }
}

/// Whether a vote can reach an account of this role.
pub fn is_beyond_votes(role: Role) -> bool {
    role >= Role::Helper
}

#[cfg(test)]
mod tests {
    use driftfield_shared::protocol::Term;

    use super::*;

    fn term(text: &str) -> Term {
        text.parse().unwrap()
    }

    #[test]
    fn each_role_may_do_what_its_row_says_and_no_more() {
        use RefusalReason::{NotAllowed, TermTooLong};
        let judge = |role, act| Rank::Of(role).judge(act, Role::Player);
        let (mute, ban) = (|text| Act::Mute(term(text)), |text| Act::Ban(term(text)));
        for act in [mute("1m"), Act::Unmute, Act::Kick, ban("1m"), Act::Unban] {
            assert_eq!(judge(Role::Player, act), Err(NotAllowed), "{act:?}");
            assert_eq!(judge(Role::Admin, act), Ok(()), "{act:?}");
        }
        assert_eq!(judge(Role::Helper, mute("1h")), Ok(()));
        assert_eq!(judge(Role::Helper, mute("61m")), Err(TermTooLong { seconds: 3_600 }));
        assert_eq!(judge(Role::Helper, mute("forever")), Err(TermTooLong { seconds: 3_600 }));
        assert_eq!(judge(Role::Helper, Act::Kick), Ok(()));
        for act in [ban("1m"), Act::Unmute, Act::Unban] {
            assert_eq!(judge(Role::Helper, act), Err(NotAllowed), "{act:?}");
        }
        assert_eq!(judge(Role::Moderator, ban("30d")), Ok(()));
        let month = TermTooLong { seconds: 30 * DAY };
        assert_eq!(judge(Role::Moderator, ban("31d")), Err(month));
        assert_eq!(judge(Role::Moderator, Act::Unban), Ok(()));
        assert_eq!(judge(Role::Moderator, Act::SetRole(Role::Helper)), Err(NotAllowed));
        assert_eq!(judge(Role::Admin, ban("forever")), Ok(()));
        assert_eq!(judge(Role::Admin, Act::SetRole(Role::Moderator)), Ok(()));
        assert_eq!(judge(Role::Admin, Act::SetRole(Role::Admin)), Err(NotAllowed));
        assert_eq!(Rank::Host.judge(Act::SetRole(Role::Admin), Role::Admin), Ok(()));
    }

    #[test]
    fn nobody_acts_on_the_same_or_a_higher_role() {
        for own in Role::ALL {
            for other in Role::ALL {
                let judged = Rank::Of(own).judge(Act::Kick, other);
                match own {
                    Role::Player => assert_eq!(judged, Err(RefusalReason::NotAllowed)),
                    _ if own > other => assert_eq!(judged, Ok(()), "{own:?} {other:?}"),
                    _ => assert_eq!(judged, Err(RefusalReason::Outranked), "{own:?} {other:?}"),
                }
            }
        }
    }

    #[test]
    fn a_higher_role_may_do_all_that_a_lower_one_may() {
        for [lower, higher] in POWERS.array_windows::<2>() {
            assert!(lower.role < higher.role);
            assert!(lower.kick <= higher.kick && lower.end <= higher.end);
            assert!(lower.look_up <= higher.look_up && lower.announce <= higher.announce);
        }
        assert!(!Rank::Of(Role::Player).may_look_up() && Rank::Of(Role::Helper).may_look_up());
        assert!(!Rank::Of(Role::Moderator).may_announce() && Rank::Host.may_announce());
    }
}

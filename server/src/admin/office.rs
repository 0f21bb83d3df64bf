//! Executes the host's commands.

use std::time::Duration;

use driftfield_shared::protocol::{Act, NoticeEvent, RefusalReason, Role, Term};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use tracing::{info, warn};

use super::StopClock;
use super::answer::{
    Answer, Failure, FailureCode, PlayerLine, Reply, ReportLine, RoomLine, SanctionLine,
};
use super::command::{AdminCommand, COUNT_MAX, ROLES, STOP_MINUTES_MAX, subject};
use crate::hub::{Directory, HostOrder, HostReply, HostWish, Notices, Seen, To};
use crate::store::{
    AuditLine, Batch, Sanction, SanctionTarget, StoreError, StoreHandle, StoredReport, in_words,
    unix_millis, unix_seconds,
};

/// What commands need. Clones lead to the same server.
#[derive(Clone, Debug)]
pub struct Office {
    /// For moderation.
    pub orders: mpsc::Sender<HostOrder>,
    /// Everything that is kept.
    pub store: StoreHandle,
    /// The rooms.
    pub rooms: Directory,
    /// To tell players.
    pub notices: Notices,
    /// When the server ends.
    pub stop: StopClock,
}

impl Office {
    /// Executes a command, and answers when it is durable.
    pub async fn execute(&self, command: AdminCommand) -> Reply {
        match self.try_execute(command).await {
            Ok(answer) => Reply::Ok(answer),
            Err(failure) => Reply::Error(failure),
        }
    }

    async fn try_execute(&self, command: AdminCommand) -> Result<Answer, Failure> {
        let done = |sentence: String| Ok(Answer::Done(sentence));
        match command {
            AdminCommand::Players {} => match self.order(HostWish::Players).await? {
                HostReply::Players(seen) => {
                    Ok(Answer::Players(seen.into_iter().map(player_line).collect()))
                }
                HostReply::Done(_) => Err(lost()),
            },
            AdminCommand::Rooms {} => Ok(Answer::Rooms(self.room_lines())),
            AdminCommand::Say { text } => {
                self.order(HostWish::Announce(text)).await?;
                done("everyone is told".to_owned())
            }
            AdminCommand::Mute { who, time, note } => {
                let term = term(&time)?;
                let name = self.moderate(&who, Act::Mute(term), note).await?;
                done(format!("{name} may not speak: {term}"))
            }
            AdminCommand::Unmute { who } => {
                let name = self.moderate(&who, Act::Unmute, String::new()).await?;
                done(format!("{name} may speak again"))
            }
            AdminCommand::Kick { who, note } => {
                let name = self.moderate(&who, Act::Kick, note).await?;
                done(format!("{name} is sent out, and may come back in a minute"))
            }
            AdminCommand::Ban { who, time, note } => {
                let term = term(&time)?;
                let name = self.moderate(&who, Act::Ban(term), note).await?;
                done(format!("{name} is banned: {term}"))
            }
            AdminCommand::Unban { who } => {
                let name = self.moderate(&who, Act::Unban, String::new()).await?;
                done(format!("{name} may enter again"))
            }
            AdminCommand::Role { who, role } => {
                let role = Role::of_word(&role).ok_or_else(|| Failure::bad(ROLES))?;
                let name = self.moderate(&who, Act::SetRole(role), String::new()).await?;
                done(format!("{name} is {} from now on", role.word()))
            }
            AdminCommand::Bans {} => Ok(Answer::Bans(self.read(sanction_lines).await?)),
            AdminCommand::Reports { count } => {
                let read = move |store: &StoreHandle| store.reports(count.min(COUNT_MAX));
                let reports = self.read(read).await?;
                Ok(Answer::Reports(reports.into_iter().map(report_line).collect()))
            }
            AdminCommand::Audit { count } => {
                let read = move |store: &StoreHandle| store.audit_lines(count.min(COUNT_MAX));
                let lines = self.read(read).await?;
                Ok(Answer::Audit(lines.iter().map(ToString::to_string).collect()))
            }
            AdminCommand::StopIn { minutes } => self.stop_in(minutes).await,
            AdminCommand::StopCancel {} => self.stop_cancel().await,
        }
    }

    async fn order(&self, what: HostWish) -> Result<HostReply, Failure> {
        let (reply, told) = oneshot::channel();
        self.orders.try_send(HostOrder { what, reply }).map_err(|_| lost())?;
        let told = tokio::time::timeout(ORDER_TIME_MAX, told).await;
        Ok(told.map_err(|_| lost())?.map_err(|_| lost())??)
    }

    async fn moderate(&self, who: &str, act: Act, note: String) -> Result<String, Failure> {
        let whom = subject(who).map_err(Failure::bad)?;
        match self.order(HostWish::Moderate(whom, act, note)).await? {
            HostReply::Done(name) => Ok(name),
            HostReply::Players(_) => Err(lost()),
        }
    }

    fn room_lines(&self) -> Vec<RoomLine> {
        let line = |room: &crate::room::RoomHandle| {
            let (status, health) = (room.status(), room.health());
            RoomLine {
                id: status.id,
                name: status.line.name,
                mode: status.line.mode,
                players: status.line.players,
                bots: status.line.bots,
                max_players: status.line.max_players,
                health: health.to_string(),
            }
        };
        self.rooms.all().iter().map(line).collect()
    }

    async fn stop_in(&self, minutes: u32) -> Result<Answer, Failure> {
        if minutes > STOP_MINUTES_MAX {
            return Err(Failure::bad(format!("at most {STOP_MINUTES_MAX} minutes")));
        }
        let wait = Duration::from_secs(60 * u64::from(minutes));
        let at = unix_millis() + wait.as_millis() as u64;
        self.tell("stop", format!("in {minutes} min"), NoticeEvent::Restarting { at }).await?;
        self.stop.set(Some(Instant::now() + wait));
        info!(minutes, "the host ends the server");
        Ok(Answer::Done(match minutes {
            0 => "the server ends now".to_owned(),
            _ => format!("everyone is told that the server ends in {minutes} min"),
        }))
    }

    async fn stop_cancel(&self) -> Result<Answer, Failure> {
        if !self.stop.set(None) {
            let message = "no end of the server was announced".to_owned();
            return Err(Failure { code: FailureCode::NotInForce, message });
        }
        info!("the host does not end the server");
        self.tell("stop-cancel", String::new(), NoticeEvent::NotRestarting).await?;
        Ok(Answer::Done("everyone is told that the server goes on".to_owned()))
    }

    /// Tells everyone something that is in the audit log, too. While nothing can be saved it is done all the same: a host who
    /// ends the server may do so for that.
    async fn tell(&self, action: &str, detail: String, event: NoticeEvent) -> Result<(), Failure> {
        let (actor, action, subject) = ("host".to_owned(), action.to_owned(), "server".to_owned());
        let audit = AuditLine { at: unix_seconds(), actor, action, subject, detail };
        let mut batch = Batch::of(audit);
        let added = self.notices.add(&mut batch, To::All, None, event);
        let submitted = self.store.submit(batch).ok();
        if let Some(added) = added {
            self.notices.submitted(added, submitted);
        }
        let Some(submitted) = submitted else {
            warn!("players are not told: too much waits for the store");
            return Ok(());
        };
        if !self.store.status().wait_within(submitted, DURABLE_TIME_MAX).await {
            warn!("players are not told yet: nothing can be saved at the moment");
        }
        Ok(())
    }

    /// Reads on a thread that may wait for the disk.
    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&StoreHandle) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Failure> {
        let store = self.store.clone();
        match tokio::task::spawn_blocking(move || read(&store)).await {
            Ok(Ok(found)) => Ok(found),
            Ok(Err(error)) => Err(Failure { code: FailureCode::Busy, message: error.to_string() }),
            Err(_) => Err(lost()),
        }
    }
}

fn term(text: &str) -> Result<Term, Failure> {
    text.parse().map_err(|error| Failure::bad(format!("{error}")))
}

/// The server ends, or does not get to it.
fn lost() -> Failure {
    RefusalReason::Busy.into()
}

fn player_line(Seen { present, role, network }: Seen) -> PlayerLine {
    PlayerLine {
        room: present.room.into(),
        player: present.player.0,
        name: present.name,
        account: present.account.map(|id| id.to_string()),
        role: role.word().to_owned(),
        address: present.address.map(|address| address.to_string()),
        network,
        is_bot: present.is_bot,
        is_active: present.is_active,
    }
}

fn sanction_lines(store: &StoreHandle) -> Result<Vec<SanctionLine>, StoreError> {
    let now = unix_seconds();
    let line = |(_, sanction): (i64, Sanction)| {
        let (who, name) = match &sanction.target {
            SanctionTarget::Account(id) => {
                let account = store.account(*id)?;
                (format!("account:{id}"), account.map(|account| account.name))
            }
            SanctionTarget::Network(network) => (format!("address:{network}"), None),
        };
        let seconds = |ends: i64| u32::try_from(ends - now).unwrap_or(0).max(1);
        Ok(SanctionLine {
            kind: sanction.kind.label().to_owned(),
            who,
            name: name.filter(|name| !name.is_empty()),
            made: sanction.made,
            ends: sanction.ends,
            made_by: sanction.made_by,
            note: sanction.reason,
            left: in_round_numbers(sanction.ends.map(seconds)),
        })
    };
    store.sanctions_in_force()?.into_iter().take(COUNT_MAX as usize).map(line).collect()
}

/// A time in its largest unit, rounded up.
fn in_round_numbers(seconds: Option<u32>) -> String {
    let round = |seconds: u32| match seconds {
        0..120 => seconds,
        120..7_200 => seconds.next_multiple_of(60),
        7_200..172_800 => seconds.next_multiple_of(3_600),
        _ => seconds.checked_next_multiple_of(86_400).unwrap_or(seconds),
    };
    Term(seconds.map(round)).to_string()
}

fn report_line(report: StoredReport) -> ReportLine {
    let StoredReport { at, room, reporter, reported, complaint, note, lines, .. } = report;
    ReportLine {
        at,
        time: in_words(at),
        room,
        reporter: (reporter.1, format!("account:{}", reporter.0)),
        reported: (reported.1, reported.0.map(|id| format!("account:{id}"))),
        complaint,
        note,
        lines: lines.lines().map(str::to_owned).collect(),
    }
}

/// How long an order to moderation may take: it waits for rooms and for the disk.
const ORDER_TIME_MAX: Duration = Duration::from_secs(8);
/// How long the host waits for something to be durable.
const DURABLE_TIME_MAX: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_of_a_ban_is_told_in_round_numbers() {
        for (seconds, words) in [
            (1, "1s"),
            (119, "119s"),
            (3_599, "1h"),
            (3_601, "61m"),
            (86_000, "1d"),
            (259_190, "3d"),
        ] {
            assert_eq!(in_round_numbers(Some(seconds)), words);
        }
        assert_eq!(in_round_numbers(None), "forever");
        assert!(in_round_numbers(Some(u32::MAX)).ends_with('s'));
    }
}

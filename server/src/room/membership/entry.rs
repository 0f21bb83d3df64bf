//! Joining: which connection gets a seat.

use driftfield_shared::protocol::{
    CONTENT_FROM_SERVER, CloseReason, Hello, InputTicket, PlayerInfo, ServerControl, Token,
    Welcome, encode_server_control,
};
use driftfield_shared::units::PlayerId;
use tracing::debug;

use super::{Context, Holder, Membership, RoomCommand};
use crate::hub::Arrival;
use crate::net::connection::Connection;
use crate::room::Entry;
use crate::room::client::Client;
use crate::room::client::input_path::InputPath;
use crate::room::state::{Join, Return, SeatRequests, TokenHash};
use crate::secret;
use crate::store::AccountId;

impl Membership {
    /// Admits a connection according to the client's greeting. `holder` is the network to which a seat is counted, if
    /// it is known.
    pub fn admit(
        &mut self,
        connection: Connection,
        holder: Option<Holder>,
        entry: Entry,
        context: &mut Context<'_>,
    ) {
        match entry {
            Entry::Hello { hello, account, arrival } => {
                self.handle_hello(connection, holder, &hello, (account, arrival), context);
                if let Some(account) = account {
                    self.tell_purses(account, context);
                }
            }
            Entry::AttachInputs(ticket) => self.handle_attach(connection, &ticket, context),
            Entry::WrongVersion => self.refuse(connection, CloseReason::WrongVersion, context),
            Entry::TicketExpired => self.refuse(connection, CloseReason::TicketExpired, context),
            Entry::NotInvited => self.refuse(connection, CloseReason::NotInvited, context),
        }
    }

    fn handle_hello(
        &mut self,
        connection: Connection,
        holder: Option<Holder>,
        hello: &Hello,
        (account, arrival): (Option<AccountId>, Arrival),
        context: &mut Context<'_>,
    ) {
        let claimed = hello.content_hash;
        if claimed != CONTENT_FROM_SERVER
            && claimed != context.state().world().rules().content_hash.0
        {
            return self.refuse(connection, CloseReason::WrongContent, context);
        }
        if let Some(reason) = context.refused(account, &connection) {
            return self.refuse(connection, reason, context);
        }
        let (Some(token), Some(ticket)) = (secret::random(), secret::random()) else {
            return self.refuse(connection, CloseReason::InternalError, context);
        };
        let (token, input_ticket) = (Token(token), InputTicket(ticket));
        let now = context.tick();
        let next_token = TokenHash::from(&token);
        let old = hello.token.as_ref().map(TokenHash::from);
        let is_resumed = (old.is_some() || account.is_some())
            && context.execute(RoomCommand::Return(Return {
                token: old,
                account,
                next_token,
                holder,
            }));
        let is_house_bot = connection.is_house_bot();
        let is_bot = hello.is_bot || is_house_bot;
        let name = hello.name.clone();
        let token_hash = next_token;
        let purse = match arrival {
            Arrival::Brings(purse) => Some(purse),
            Arrival::Empty => None,
            Arrival::Returns if is_resumed => None,
            Arrival::Returns => match account.and_then(|account| self.left_with(account)) {
                Some(purse) => Some(purse),
                // The seat was given up, and that became durable, since the claim was made. The client asks again.
                None => return self.refuse(connection, CloseReason::StillElsewhere, context),
            },
        };
        let join = Join { name, is_bot, is_house_bot, account, token: token_hash, holder, purse };
        if !is_resumed && !context.execute(RoomCommand::Join(join)) {
            if !is_bot {
                self.idle.note_wanted(now);
            }
            return self.refuse(connection, CloseReason::RoomFull, context);
        }
        // Before the new client is there, because it may have the seat of one that had to go.
        self.handle_events(context);
        let seat = context.state().seats().of_token(&next_token);
        let Some(info) = seat.map(|seat| seat.info.clone()) else {
            return self.refuse(connection, CloseReason::InternalError, context);
        };
        let account = context.state().seats().account_of(info.player);
        self.take_over(info.player);
        debug!(room = context.settings.id, name = info.name, is_resumed, "joined");
        let welcome = self.welcome(&info, token, input_ticket, is_resumed, context);
        let (settings, wants_checks) = (context.settings, hello.wants_checks);
        let mut client = Client::new(
            connection,
            info.player,
            now,
            settings,
            &input_ticket,
            account,
            wants_checks,
        );
        let mut messages = vec![encode_server_control(&welcome)];
        messages.extend(context.coming_epoch.as_ref().map(encode_server_control));
        for message in &messages {
            context.metrics.sent_control_bytes.inc_by(message.len() as u64);
            // The next read sees the same end and handles it.
            let _ = client.connection.send(message);
        }
        let _ = client.connection.flush();
        self.clients.push(client);
    }

    fn welcome(
        &self,
        info: &PlayerInfo,
        token: Token,
        input_ticket: InputTicket,
        resumed: bool,
        context: &Context<'_>,
    ) -> ServerControl {
        let (settings, rules) = (context.settings, context.state().world().rules());
        let requests = context.state().seats().requests(info.player);
        ServerControl::Welcome(Box::new(Welcome {
            player: info.player,
            token,
            input_ticket,
            resumed,
            tick_hz: rules.tick_hz,
            room: settings.id.clone(),
            room_name: settings.name.clone(),
            sector: rules.sector.id.clone(),
            mode: rules.mode.id.clone(),
            content: rules.content_hash,
            newest_request: requests.map(SeatRequests::newest).unwrap_or_default(),
        }))
    }

    /// Attaches a client's second connection, in place of an earlier one.
    fn handle_attach(
        &mut self,
        connection: Connection,
        ticket: &InputTicket,
        context: &mut Context<'_>,
    ) {
        let path = InputPath::new(connection, context.tick());
        // Hashed once, and not per client, because anyone may send tickets.
        let ticket_hash = secret::hash(&ticket.0);
        let client = self.clients.iter_mut().find(|client| client.has_ticket(&ticket_hash));
        let Some(client) = client else {
            context.metrics.count_rejected(CloseReason::NoSeat.label());
            self.closing.push(path.close(CloseReason::NoSeat));
            return;
        };
        let replaced = client.attach(path);
        self.closing.extend(replaced.map(|path| path.close(CloseReason::TakenOver)));
    }

    /// Closes the older connection of a seat that was taken back.
    fn take_over(&mut self, player: PlayerId) {
        if let Some(client) = self.take_client(player) {
            self.dismiss(client, CloseReason::TakenOver);
        }
    }
}

//! The state of a room, as a function of its journal.
//!
//! ```text
//! commands of a tick, in order --> apply --> seats, names, commands for the world
//!                                  step  --> seats that expire, World::step --> events
//! save --> SavedRoom --> resume
//! ```
//!
//! Pure: no clock, no randomness, no socket, no hash-map order. Tokens come in as hashes, networks as opaque numbers,
//! time as ticks. The same commands in the same ticks lead to the same bytes, which is what recovery and replays rely
//! on.

mod command;
mod grace;
mod holder;
mod names;
mod purse;
mod requests;
mod seats;
#[cfg(test)]
pub(super) mod tests;
mod transfer;

use std::sync::Arc;

use driftfield_shared::content::Content;
use driftfield_shared::protocol::{Done, Outcome, PlayerInfo, RefusalReason, Request, RequestBody};
use driftfield_shared::sim::{
    Belongings, Command, Event, Fnv, Item, Rules, SavedWorld, SavedWorldError, Ship, World,
};
use driftfield_shared::units::{Controls, Credits, OreId, PlayerId};
use driftfield_shared::wire::codec;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::store::AccountId;
pub use command::{InputCommand, Join, Return, RoomCommand, RoomEvent, TokenHash};
pub use grace::GraceTicks;
pub use holder::Holder;
pub use purse::Purse;
pub use requests::{Judgement, SeatRequests};
use seats::SavedSeats;
pub use seats::{Seat, Seats};
pub use transfer::{Deal, Transfer};

/// A room's world, and who has a seat in it.
#[derive(Debug)]
pub struct RoomState {
    world: World,
    /// The identifiers of the ores, which the books are kept by.
    ore_names: Vec<Arc<str>>,
    /// The rules under which what is booked next has happened.
    booked_rules: Arc<Rules>,
    seats: Seats,
    /// Commands for the next step.
    commands: Vec<Command>,
    world_events: Vec<Event>,
    /// What the outside has not been told yet.
    events: Vec<RoomEvent>,
    /// What changed hands, and is not in the books yet.
    transfers: Vec<Transfer>,
    /// Who gave up a seat since the last step, and whose account it was.
    leaving: Vec<(PlayerId, Option<AccountId>)>,
}

/// The state of a room between two ticks, for a checkpoint.
#[derive(Debug, Deserialize, Serialize)]
pub struct SavedRoom {
    /// The world.
    pub world: SavedWorld,
    seats: SavedSeats,
}

/// Why a saved room is impossible.
#[derive(Debug, Error)]
pub enum SavedRoomError {
    /// Its world is.
    #[error(transparent)]
    World(#[from] SavedWorldError),
    /// A seat is not in its place, or nobody flies for it.
    #[error("the seats of the saved room do not match its pilots")]
    Seats,
}

impl RoomState {
    /// A new world without seats. [`RoomCommand::Open`] makes some.
    pub fn new(rules: Arc<Rules>, seed: u64) -> Self {
        RoomState::of(World::new(rules, seed), Seats::default())
    }

    fn of(world: World, seats: Seats) -> Self {
        RoomState {
            ore_names: ore_names(world.rules()),
            booked_rules: world.rules().clone(),
            world,
            seats,
            commands: Vec::new(),
            world_events: Vec::new(),
            events: Vec::new(),
            transfers: Vec::new(),
            leaving: Vec::new(),
        }
    }

    /// The world.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The seats.
    pub fn seats(&self) -> &Seats {
        &self.seats
    }

    /// Executes a command for the next tick. Returns whether it has an effect; otherwise it need not be remembered.
    pub fn apply(&mut self, command: &RoomCommand) -> bool {
        let now = self.world.tick();
        match command {
            RoomCommand::Open { seats, grace } => self.open(*seats as usize, *grace),
            RoomCommand::Join(join) => self.join(join),
            RoomCommand::Return(back) => self.seats.resume_seat(back, now),
            RoomCommand::Play(player) => self.seats.note_played(*player, now),
            RoomCommand::Input(player, input) => self.input(*player, *input),
            RoomCommand::Detach(player) => self.detach(*player),
            RoomCommand::Leave(player) => self.give_up(*player),
            RoomCommand::Request(player, request) => self.execute(*player, request),
            RoomCommand::SetContent(content) => self.set_content(content),
        }
    }

    /// Advances the room by one tick.
    pub fn step(&mut self) {
        for player in self.seats.expired(self.world.tick()) {
            self.give_up(player);
        }
        self.world.step(&self.commands, &mut self.world_events);
        self.commands.clear();
        let world_events = std::mem::take(&mut self.world_events);
        self.note(world_events);
        self.leaving.clear();
        debug_assert!(
            self.seats
                .iter()
                .map(|seat| seat.info.player)
                .eq(self.world.pilots().map(|p| p.player)),
            "every seat has a pilot, and every pilot a seat"
        );
    }

    /// Notes what has happened in the world, under the content that it happened under.
    fn note(&mut self, world_events: Vec<Event>) {
        for event in world_events {
            let (player, deal) = match event {
                Event::Kill { killer, victim } => {
                    self.events.push(RoomEvent::Kill { killer, victim });
                    continue;
                }
                Event::Collected { player, ore, units } => {
                    (player, Deal::Collected(self.ore_name(ore), units))
                }
                Event::Sold { player, ore, units, credits } => {
                    (player, Deal::Sold(self.ore_name(ore), units, credits))
                }
                Event::Lost { player, ore, units } => {
                    (player, Deal::Lost(self.ore_name(ore), units))
                }
                Event::Bought { player, item, credits } => {
                    (player, Deal::Bought(self.item_name(item), credits))
                }
                Event::Refunded { player, item, credits } => {
                    (player, Deal::Refunded(self.item_name(item), credits))
                }
                Event::Fitted { player, hull, fit } => {
                    (player, Deal::Fitted(purse::fit_names(self.world.rules(), hull, &fit)))
                }
            };
            let account = self.account_of(player, &deal);
            self.transfers.push(Transfer { account, deal });
        }
    }

    /// A name under the content that a booked thing was of.
    fn item_name(&self, item: Item) -> Arc<str> {
        self.booked_rules.name_of(item).unwrap_or_default().into()
    }

    fn ore_name(&self, ore: OreId) -> Arc<str> {
        self.ore_names[ore.index()].clone()
    }

    /// An epoch begins with the next tick. Content that this room cannot go on under, or that it has, is no news.
    fn set_content(&mut self, content: &Arc<Content>) -> bool {
        let rules = self.world.rules();
        let next = match rules.next_epoch(content.clone()) {
            Ok(next) if next.content_hash != rules.content_hash => Arc::new(next),
            _ => return false,
        };
        let lost = self.world.begin_epoch(next);
        self.note(lost);
        self.ore_names = ore_names(self.world.rules());
        self.booked_rules = self.world.rules().clone();
        true
    }

    /// What has happened since the last call, in order.
    pub fn take_events(&mut self) -> Vec<RoomEvent> {
        std::mem::take(&mut self.events)
    }

    /// What changed hands since the last call, in order.
    pub fn take_transfers(&mut self) -> Vec<Transfer> {
        std::mem::take(&mut self.transfers)
    }

    /// Whose account something is booked to. What a player who leaves loses belongs to whoever had the seat.
    fn account_of(&self, player: PlayerId, deal: &Deal) -> Option<AccountId> {
        let is_lost = matches!(deal, Deal::Lost(..));
        let has_left = self.leaving.iter().find(|(gone, _)| *gone == player && is_lost);
        has_left.map_or_else(|| self.seats.account_of(player), |(_, account)| *account)
    }

    /// The state between two ticks.
    pub fn save(&self) -> SavedRoom {
        debug_assert!(self.commands.is_empty(), "saved between two ticks");
        SavedRoom { world: self.world.save(), seats: self.seats.save() }
    }

    /// Goes on where `saved` stopped, under the rules that it was saved under.
    ///
    /// # Errors
    /// When the state is impossible under these rules.
    pub fn resume(rules: Arc<Rules>, saved: SavedRoom) -> Result<Self, SavedRoomError> {
        saved.world.check(&rules)?;
        let seats = Seats::resume(saved.seats).ok_or(SavedRoomError::Seats)?;
        let world = World::resume(rules, saved.world);
        let pilots = world.pilots().map(|pilot| pilot.player);
        match seats.iter().map(|seat| seat.info.player).eq(pilots) {
            true => Ok(RoomState::of(world, seats)),
            false => Err(SavedRoomError::Seats),
        }
    }

    /// The hash of everything that the next tick depends on.
    pub fn hash(&self) -> u64 {
        let mut hash = Fnv::new().bytes(&self.world.state_hash().to_le_bytes());
        codec::encode_file_into(self.seats.saved(), &mut hash).expect("a hash takes any bytes");
        hash.finish()
    }

    /// A run of the server begins: nobody is connected. Whoever played may come back for as long as the longest grace,
    /// since the end of the last run was not their fault.
    fn open(&mut self, count: usize, grace: GraceTicks) -> bool {
        let players: Vec<PlayerId> = self.players().map(|info| info.player).collect();
        for player in players {
            match player.index() < count {
                true => self.detach(player),
                false => self.give_up(player),
            };
        }
        self.seats.open(count, grace);
        true
    }

    /// What becomes of a request that comes now.
    pub fn judge(&self, player: PlayerId, request: &Request) -> Option<Judgement> {
        let requests = self.seats.requests(player)?;
        Some(requests.judge(request, self.world.tick(), self.world.rules().tick_hz))
    }

    /// Does what a player asks for, if it is new. The seat remembers the reply.
    fn execute(&mut self, player: PlayerId, request: &Request) -> bool {
        if self.judge(player, request) != Some(Judgement::New) {
            return false;
        }
        let outcome = match &request.body {
            RequestBody::Rename { name } => self.rename(player, name),
            RequestBody::Outfit { item, price } => self.outfit(player, *item, *price),
        };
        let (now, tick_hz) = (self.world.tick(), self.world.rules().tick_hz);
        if let Some(requests) = self.seats.requests_mut(player) {
            requests.note(request, outcome, now, tick_hz);
        }
        true
    }

    fn rename(&mut self, player: PlayerId, name: &str) -> Outcome {
        let Some(info) = self.seats.rename(player, name) else {
            return Outcome::Refused(RefusalReason::NoName);
        };
        let name = info.name.clone();
        self.events.push(RoomEvent::Renamed(info));
        Outcome::Done(Done::Renamed { name })
    }

    fn outfit(&mut self, player: PlayerId, item: Item, price: Credits) -> Outcome {
        let mut events = Vec::new();
        let outcome = match self.world.outfit(player, item, price, &mut events) {
            Ok(()) => Outcome::Done(Done::Outfitted { item }),
            Err(error) => Outcome::Refused(error.into()),
        };
        self.note(events);
        outcome
    }

    /// A seat for a new player: a free one, or one of those that make room for a person.
    fn join(&mut self, join: &Join) -> bool {
        if self.seats.is_full() && !join.is_bot {
            let first_to_go = self.seats.newest_house_bot().or_else(|| self.seats.first_to_go());
            if let Some(player) = first_to_go {
                self.give_up(player);
            }
        }
        let Some(info) = self.seats.take(join) else { return false };
        self.commands.push(Command::Join(info.player));
        if let Some(purse) = &join.purse {
            let belongings = purse.belongings(self.world.rules());
            self.commands.push(Command::Bring(info.player, belongings));
        }
        self.events.push(RoomEvent::Joined(info));
        true
    }

    /// What a player asks of the ship, if it is not what the ship does already.
    fn input(
        &mut self,
        player: PlayerId,
        InputCommand { controls, view_lag }: InputCommand,
    ) -> bool {
        let seen = view_lag.min(self.world.rules().view_lag_max);
        let is_new = match self.world.pilot(player) {
            // The next step seats the pilot, with a ship, before it executes this.
            None => self.seats.is_taken(player),
            Some(_) => self
                .ship(player)
                .is_some_and(|ship| (ship.controls, ship.view_lag) != (controls, seen)),
        };
        if is_new {
            self.commands.push(Command::Steer(player, controls));
            self.commands.push(Command::See(player, view_lag));
        }
        is_new
    }

    /// A player has no connection any more. The seat is kept if somebody may come back to it.
    fn detach(&mut self, player: PlayerId) -> bool {
        if !self.seats.is_taken(player) {
            return false;
        }
        if !self.seats.vacate(player, self.world.tick()) {
            return self.give_up(player);
        }
        // The ship drifts on with its engines off and its gun silent.
        let aim = self.ship(player).map(|ship| ship.state.aim).unwrap_or_default();
        self.commands.push(Command::Steer(player, Controls { aim, ..Controls::default() }));
        true
    }

    fn give_up(&mut self, player: PlayerId) -> bool {
        let account = self.seats.account_of(player);
        if !self.seats.free(player) {
            return false;
        }
        let account_with = account.map(|account| (account, self.purse(player)));
        self.leaving.push((player, account));
        self.commands.push(Command::Leave(player));
        self.events.push(RoomEvent::Left { player, account: account_with });
        true
    }

    /// What a player has now and could take along.
    fn purse(&self, player: PlayerId) -> Purse {
        let rules = self.world.rules();
        let is_new = self.commands.contains(&Command::Join(player));
        let belongings = if is_new {
            // Who has just come has what was brought. What the world knows is of whoever had the seat before.
            let brought = self.commands.iter().rev().find_map(|command| match command {
                Command::Bring(of, belongings) if *of == player => Some(*belongings),
                _ => None,
            });
            brought.unwrap_or_default()
        } else {
            self.world.pilot(player).map(Belongings::of).unwrap_or_default()
        };
        Purse::of(&belongings, rules)
    }

    /// The ship of a player; `None` while there is none.
    pub fn ship(&self, player: PlayerId) -> Option<&Ship> {
        self.world.ships().get(self.world.pilot(player)?.ship?)
    }

    /// All players with a seat.
    pub fn players(&self) -> impl Iterator<Item = &PlayerInfo> {
        self.seats.iter().map(|seat| &seat.info)
    }
}

fn ore_names(rules: &Rules) -> Vec<Arc<str>> {
    rules.content.ores.iter().map(|ore| Arc::from(&*ore.id)).collect()
}

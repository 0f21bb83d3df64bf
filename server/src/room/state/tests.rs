//! A room's state follows from its commands, and a saved one goes on as the one that was not.

use std::sync::Arc;

use driftfield_shared::content::Content;
use driftfield_shared::protocol::{Request, RequestBody, RequestId, Token};
use driftfield_shared::sim::{Rng, Rules};
use driftfield_shared::units::{Angle, Controls, Credits, PlayerId, Thrust, ViewLag};
use driftfield_shared::wire::codec;

use super::*;
use crate::store::AccountId;

pub const SEATS: u32 = 6;

/// Players who do anything at random.
pub struct RandomPlayers {
    rng: Rng,
    tokens: u32,
    requests: u32,
}

/// A room with random players.
struct Play {
    state: RoomState,
    players: RandomPlayers,
    executed: Vec<Vec<RoomCommand>>,
}

pub fn rules() -> Arc<Rules> {
    let content = Arc::new(Content::built_in().unwrap());
    Arc::new(Rules::new(content, "frontier", "frontier", 30).unwrap())
}

fn open() -> RoomCommand {
    RoomCommand::Open { seats: SEATS, grace: GraceTicks::new(2.0, 30) }
}

/// A player with a token of this number wants a seat.
fn join(number: u32, is_house_bot: bool) -> RoomCommand {
    RoomCommand::Join(Join {
        name: format!("Player {number}"),
        is_bot: is_house_bot,
        is_house_bot,
        account: None,
        token: token(number),
        holder: None,
        purse: None,
    })
}

fn token(number: u32) -> TokenHash {
    TokenHash::from(&Token(u128::from(number).to_le_bytes()))
}

impl RandomPlayers {
    pub fn new(seed: u64) -> Self {
        RandomPlayers { rng: Rng::new(seed), tokens: 0, requests: 0 }
    }

    /// What they do in a tick.
    pub fn tick(&mut self) -> Vec<RoomCommand> {
        (0..self.rng.below(8)).map(|_| self.command()).collect()
    }

    fn command(&mut self) -> RoomCommand {
        let rng = &mut self.rng;
        let player = PlayerId(rng.below(SEATS + 1) as u16);
        match rng.below(40) {
            0..=1 => {
                self.tokens += 1;
                let holder = Some(Holder::from_number(rng.below(3).into()));
                let (is_bot, is_house_bot) = (rng.below(3) == 0, rng.below(4) == 0);
                let name = ["Ada", "Bob", "", "Miner Cid"][rng.below(4) as usize].to_owned();
                let account = (rng.below(4) == 0).then(|| AccountId(rng.below(3).into()));
                RoomCommand::Join(Join {
                    account,
                    name,
                    is_bot,
                    is_house_bot,
                    token: token(self.tokens),
                    holder,
                    purse: (rng.below(3) == 0).then(|| Purse {
                        credits: Credits(rng.below(5_000)),
                        items: vec!["hull/mole".into(), "tool/drill".into(), "hull/gone".into()],
                        fit: vec!["hull/mole".into(), "tool/drill".into()],
                    }),
                })
            }
            2..=3 => {
                let old = token(rng.below(self.tokens + 1));
                self.tokens += 1;
                let next_token = token(self.tokens);
                let account = (rng.below(4) == 0).then(|| AccountId(rng.below(3).into()));
                RoomCommand::Return(Return { token: Some(old), account, next_token, holder: None })
            }
            4..=5 => RoomCommand::Play(player),
            6 => RoomCommand::Detach(player),
            7 if rng.below(3) == 0 => RoomCommand::Leave(player),
            8 => {
                // Some of them come twice, or after later ones.
                self.requests += rng.below(3);
                let name = ["Ada", "Bob", "", "Miner Cid"][rng.below(4) as usize].to_owned();
                let (id, body) = (RequestId(self.requests), RequestBody::Rename { name });
                RoomCommand::Request(player, Request { id, body })
            }
            _ => {
                let controls = Controls {
                    thrust: Thrust::towards(rng.below(32) as u8),
                    boost: rng.below(3) == 0,
                    fire: rng.below(2) == 0,
                    aim: Angle::from_steps(rng.below(4_096) as u16),
                };
                let view_lag = ViewLag(rng.below(40) as u8);
                RoomCommand::Input(player, InputCommand { controls, view_lag })
            }
        }
    }
}

impl Play {
    fn new(seed: u64) -> Self {
        let (state, players) = (RoomState::new(rules(), 7), RandomPlayers::new(seed));
        let mut play = Play { state, players, executed: Vec::new() };
        play.tick(vec![open()]);
        play
    }

    fn tick(&mut self, mut commands: Vec<RoomCommand>) {
        commands.retain(|command| self.state.apply(command));
        self.state.step();
        self.state.take_events();
        self.executed.push(commands);
    }

    fn random_tick(&mut self) {
        let commands = self.players.tick();
        self.tick(commands);
    }

    fn bytes(&self) -> Vec<u8> {
        codec::encode_file(&self.state.save())
    }
}

#[test]
fn the_same_commands_in_the_same_ticks_lead_to_the_same_bytes() {
    for seed in 1..=5 {
        let mut play = Play::new(seed);
        (0..600).for_each(|_| play.random_tick());
        let mut again = RoomState::new(rules(), 7);
        for commands in &play.executed {
            let are_effective = commands.iter().all(|command| again.apply(command));
            assert!(are_effective, "what has no effect is not remembered, seed {seed}");
            again.step();
        }
        assert_eq!(codec::encode_file(&again.save()), play.bytes(), "seed {seed}");
        assert_eq!(again.hash(), play.state.hash(), "seed {seed}");
    }
}

#[test]
fn an_input_that_changes_nothing_has_no_effect() {
    let mut play = Play::new(1);
    play.tick(vec![join(1, false)]);
    let controls = Controls { fire: true, ..Controls::default() };
    let input = |controls| {
        RoomCommand::Input(PlayerId(0), InputCommand { controls, view_lag: ViewLag::default() })
    };
    play.tick(vec![input(controls), RoomCommand::Play(PlayerId(0))]);
    play.tick(vec![input(controls), RoomCommand::Play(PlayerId(0))]);
    play.tick(vec![input(Controls::default())]);
    let counts: Vec<usize> = play.executed[2..].iter().map(Vec::len).collect();
    assert_eq!(counts, [2, 0, 1]);
}

#[test]
fn after_a_restart_only_people_who_played_have_a_seat_and_they_keep_it_for_the_whole_grace() {
    let mut play = Play::new(1);
    play.tick(vec![join(1, false), join(2, false), join(3, true)]);
    play.tick((0..3).filter(|n| *n != 1).map(|n| RoomCommand::Play(PlayerId(n))).collect());
    play.tick(vec![open()]);
    assert_eq!(play.state.seats().count(), (1, 0));
    (0..59).for_each(|_| play.tick(vec![]));
    assert_eq!(play.state.seats().count(), (1, 0));
    play.tick(vec![]);
    assert_eq!(play.state.seats().count(), (0, 0));
}

#[test]
fn a_room_that_is_opened_with_fewer_seats_gives_up_those_beyond() {
    let mut play = Play::new(1);
    play.tick((1..=4).map(|number| join(number, false)).collect());
    play.tick((0..4).map(|n| RoomCommand::Play(PlayerId(n))).collect());
    play.tick(vec![RoomCommand::Open { seats: 2, grace: GraceTicks::new(2.0, 30) }]);
    assert_eq!((play.state.seats().count(), play.state.seats().is_full()), ((2, 0), true));
    assert_eq!(play.state.world().pilots().count(), 2);
}

#[test]
fn a_saved_room_whose_seats_do_not_match_its_pilots_is_refused() {
    let mut play = Play::new(1);
    (0..200).for_each(|_| play.random_tick());
    let mut saved = play.state.save();
    assert!(RoomState::resume(rules(), play.state.save()).is_ok());
    saved.seats = Seats::default().save();
    assert!(matches!(RoomState::resume(rules(), saved), Err(SavedRoomError::Seats)));
}

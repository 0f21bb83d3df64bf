//! Updates the views with the current state, a few times per second.

use driftfield_shared::sim::{OwnState, ShipState};
use driftfield_shared::snapshot::SnapshotPart;
use driftfield_shared::units::PlayerId;
use glam::Vec2;
use web_sys::Document;

use crate::format::byte_rate;
use crate::hud::{
    Banner, BannerAction, BoardRow, Death, KindRates, Look, NetFigures, OreLine, Purse, Radar,
    Situation, Sticks, Vitals, paint_graph,
};
use crate::net::ConnectionState;
use crate::page::session::Session;
use crate::page::{Game, start};
use crate::say;

/// How long a line stays in the kill feed, and how long it takes to fade.
const FEED_MS: f64 = 8_000.0;
const FEED_FADE_MS: f64 = 900.0;
/// Moments of which the bits of snapshots are remembered: three seconds.
const TALLIES_MAX: usize = 30;
/// Distance in world units at which another ship means a fight.
const FIGHT_UNITS: f32 = 350.0;

impl Game {
    pub(in crate::page) fn tell_views(&mut self, now_ms: f64) {
        let Some(session) = &self.session else { return };
        let model = self.model;
        if let Some(frame) = &session.frame {
            model.vitals.set_changed(vitals(session, &frame.own));
            model.ores.set_changed(ores(session, &frame.own));
            model.purse.set_changed(Purse {
                credits: frame.own.credits,
                score: frame.own.score,
                room: say::name(&format!("room-{}", session.room), &session.room_name),
            });
            let is_lost = session.own_ship().is_none() && self.connection == ConnectionState::Open;
            model.death.set_changed(is_lost.then(|| death(session, &frame.own)));
        }
        model.board.set_changed(board(session));
        model.banner.set_changed(self.banner(session, now_ms));
        let heard_ms = self.last_arrival_ms.unwrap_or(self.connection_since_ms);
        let heard_ms = (self.connection == ConnectionState::Open).then_some(heard_ms);
        model.stall.set_changed(self.stall.look(now_ms, heard_ms));
        self.look(now_ms);
        self.tell_shop();
        self.tell_feed(now_ms);
        self.tell_party(now_ms);
        self.tell_chat(now_ms);
        self.tell_sticks();
        if let Ok(document) = start::document() {
            self.paint(&document, now_ms);
            self.fade_plates(&document);
        }
        if model.is_net_open.get_untracked() {
            model.kinds.set_changed(self.kind_rates(now_ms));
            let figures = self.net_figures(now_ms);
            model.net.set_changed(figures);
        }
    }

    /// Notices and hints.
    fn look(&mut self, now_ms: f64) {
        let Some(session) = &self.session else { return };
        let Some(frame) = &session.frame else { return };
        let ship = session.own_ship();
        // Where the player sees the ship: that is where a gun that stays silent has to be explained.
        let predicted = session.predicted.as_ref().and_then(|predicted| predicted.ship);
        let place = predicted.or(ship.copied()).map(|ship| ship.position);
        let is_near_station = place.is_some_and(|place| session.rules.is_safe(place));
        let hold_max = ship.map_or(0, |ship| session.rules.hold(ship.hull, &ship.fit));
        let look = Look {
            now_ms,
            own: &frame.own,
            hold_max,
            is_alive: ship.is_some(),
            is_protected: ship.is_some_and(|ship| ship.protected),
            is_near_station,
            trigger_pulls: self.trigger_pulls + self.held.trigger_pulls(),
            is_trigger_held: self.sent_controls.is_some_and(|controls| controls.fire),
        };
        self.watch.look(&look, &mut self.toasts);
        let shows = |place: Vec2| self.picture.view().is_some_and(|view| view.shows(place, 0.0));
        let is_close = |other: &ShipState| {
            other.player != session.player
                && place.is_some_and(|place| place.distance(other.position) < FIGHT_UNITS)
        };
        let situation = Situation {
            now: now_ms / 1e3,
            is_alive: ship.is_some() && self.connection == ConnectionState::Open,
            hit_points: ship.map_or(0, |ship| ship.hit_points),
            is_safe: is_near_station,
            sees_rock: frame.asteroids.iter().any(|(_, asteroid)| shows(asteroid.position)),
            is_threatened: frame.ships.iter().any(|(_, other)| is_close(other)),
            is_thrusting: self.held.direction() != glam::Vec2::ZERO,
            has_mining: !session.rules.sector.stations.is_empty()
                && session.rules.sector.has_asteroids(),
            sees_ore: frame.ores.iter().any(|(_, ore)| shows(ore.position)),
            cargo: cargo(&frame.own),
            has_sold: session.credits_at_start.is_some_and(|credits| frame.own.credits > credits),
        };
        let hint = self.hints.update(&situation).map(|hint| (hint, self.held.device()));
        self.model.hint.set_changed(hint);
        self.model.toasts.set_changed(self.toasts.at(now_ms));
    }

    pub(in crate::page) fn tell_feed(&mut self, now_ms: f64) {
        self.feed.retain(|(at_ms, _)| now_ms - at_ms < FEED_MS);
        for (at_ms, line) in &mut self.feed {
            line.is_old = now_ms - *at_ms >= FEED_MS - FEED_FADE_MS;
        }
        self.model.feed.set_changed(self.feed.iter().map(|(_, line)| line.clone()).collect());
    }

    /// Shows the sticks where the thumbs are.
    pub fn tell_sticks(&self) {
        let flat = |stick: &crate::input::Stick| {
            stick.drawing().map(|(centre, thumb)| [centre.x, centre.y, thumb.x, thumb.y])
        };
        self.model.sticks.set_changed(Sticks {
            left: flat(&self.held.left),
            right: flat(&self.held.right),
            is_firing: self.sent_controls.is_some_and(|controls| controls.fire),
        });
    }

    fn banner(&self, session: &Session, now_ms: f64) -> Option<Banner> {
        let banner = |text: String, is_calm, action| Some(Banner { text, is_calm, action });
        match self.connection {
            ConnectionState::Open if session.is_draining => {
                banner(say::BANNER_DRAINING.text(), true, None)
            }
            ConnectionState::Open if session.is_unsaved => {
                banner(say::BANNER_UNSAVED.text(), true, None)
            }
            ConnectionState::Open | ConnectionState::Idle => None,
            ConnectionState::Connecting => banner(say::BANNER_CONNECTING.text(), true, None),
            ConnectionState::Waiting { why, milliseconds, .. } => {
                let left_ms = f64::from(milliseconds) - (now_ms - self.connection_since_ms);
                let seconds = (left_ms / 1e3).ceil().max(1.0);
                let text = say::why_again_in(&why.sentence(&session.room), seconds);
                banner(text, false, Some(BannerAction::TryNow))
            }
            ConnectionState::Closed { why } => {
                let action = match why {
                    why if why.needs_reload() => BannerAction::Reload,
                    why if why.is_taken_over() => BannerAction::FlyHere,
                    _ => BannerAction::Back,
                };
                banner(why.sentence(&session.room), false, Some(action))
            }
        }
    }

    fn paint(&mut self, document: &Document, now_ms: f64) {
        let ratio = web_sys::window().map_or(1.0, |window| window.device_pixel_ratio());
        let Some(session) = &self.session else { return };
        if let Some(frame) = &session.frame {
            let own = session.predicted.as_ref().and_then(|predicted| predicted.ship);
            let own = own.or(session.own_ship().copied());
            let (content, sector) = (&*session.rules.content, &session.rules.sector);
            let ui_scale = f64::from(self.picture.ui_scale());
            let pings = self.chat.pings.at(now_ms);
            let mates = self.party.mates();
            Radar { content, sector, frame, own, pings, mates, ui_scale }.paint(document, ratio);
        }
        if self.model.is_net_open.get_untracked() {
            let intervals = self.intervals_ms.iter().copied();
            paint_graph(document, intervals, session.tick_ms(), ratio);
        }
    }

    /// Fades the plates that cover another ship.
    fn fade_plates(&mut self, document: &Document) {
        let Some((session, frame)) =
            self.session.as_ref().and_then(|session| Some((session, session.frame.as_ref()?)))
        else {
            return;
        };
        let others = frame.ships.iter().filter(|(_, ship)| ship.player != session.player);
        self.picture.fade_plates(document, others.map(|(_, ship)| ship.position));
    }

    /// Bits per second of the last seconds, by part of the snapshots.
    fn kind_rates(&mut self, now_ms: f64) -> KindRates {
        let tally = self.stats.tally;
        let is_new = self.tallies.back().is_some_and(|(_, last)| last.bits() > tally.bits());
        if is_new {
            // Another connection counts from zero.
            self.tallies.clear();
        }
        self.tallies.push_back((now_ms, tally));
        if self.tallies.len() > TALLIES_MAX {
            self.tallies.pop_front();
        }
        let Some((since_ms, first)) = self.tallies.front() else { return KindRates::new() };
        let seconds = (now_ms - since_ms) / 1e3;
        if seconds < 0.5 {
            return KindRates::new();
        }
        let rate = |part| (tally.of(part).bits - first.of(part).bits) as f64 / seconds;
        SnapshotPart::ALL.map(|part| (part, rate(part))).into()
    }

    fn net_figures(&mut self, now_ms: f64) -> NetFigures {
        let fps = self.frames.per_second(now_ms);
        let snapshots = self.snapshots.per_second(now_ms);
        let delay = self.session.as_ref().map_or(0.0, |session| session.interpolator.delay_ms());
        // No figure here is too large to be exact.
        let stats = &self.stats;
        let count = |count: u64| say::number(count as f64);
        let hits = say::network_hits_of(stats.hits_confirmed as f64, stats.hits_predicted as f64);
        let sockets = 1 + u8::from(self.has_second_socket);
        let ping = stats.ping_micros as f64 / 1e3;
        NetFigures {
            lines: [
                (say::NETWORK_CONNECTION.text(), state_word(self.connection)),
                (say::NETWORK_PING.text(), say::milliseconds(ping.round())),
                (say::NETWORK_FRAMES.text(), say::per_second(fps.round())),
                (say::NETWORK_SNAPSHOTS.text(), say::per_second(snapshots.round())),
                (say::NETWORK_RECEIVED.text(), byte_rate(self.bytes.per_second())),
                (say::NETWORK_DELAY.text(), say::milliseconds(delay.round())),
                (say::NETWORK_MARGIN.text(), say::number(stats.input_margin_ticks)),
                (say::NETWORK_CORRECTIONS.text(), count(stats.corrections)),
                (say::NETWORK_LATE.text(), count(stats.inputs_late)),
                (say::NETWORK_SOCKETS.text(), say::number(sockets)),
                (say::NETWORK_HITS.text(), hits),
                (say::NETWORK_ENTITIES.text(), say::number(stats.visible_entities as f64)),
            ]
            .into(),
        }
    }
}

fn state_word(state: ConnectionState) -> String {
    match state {
        ConnectionState::Idle => say::STATE_IDLE.text(),
        ConnectionState::Connecting => say::STATE_CONNECTING.text(),
        ConnectionState::Open => say::STATE_OPEN.text(),
        ConnectionState::Waiting { .. } => say::STATE_WAITING.text(),
        ConnectionState::Closed { .. } => say::STATE_CLOSED.text(),
    }
}

fn cargo(own: &OwnState) -> u32 {
    own.hold.iter().copied().map(u32::from).sum()
}

fn vitals(session: &Session, own: &OwnState) -> Vitals {
    let ship = session.own_ship();
    // The next ship is of the first kind.
    let hull = session.rules.hull(ship.map(|ship| ship.hull).unwrap_or_default());
    let fit = ship.map(|ship| ship.fit).unwrap_or_default();
    let id = ship.map(|ship| ship.hull).unwrap_or_default();
    let energy = u32::from(own.energy) * 1_000;
    let energy = energy / u32::from(session.rules.energy(id, &fit).most.max(1));
    let predicted = session.predicted.as_ref();
    let charge = predicted.map_or(own.boost_charge, |predicted| predicted.boost_charge);
    let boost = u32::from(charge) * 1_000 / u32::from(hull.boost_charge_max.max(1));
    Vitals {
        hull: ship.map_or(0, |ship| ship.hit_points),
        hull_max: hull.hit_points,
        // Rounded to visible steps, because the value changes all the time.
        boost: (boost.min(1_000) / 20 * 20) as u16,
        cargo: cargo(own),
        hold_max: session.rules.hold(id, &fit),
        shield: ship.map_or(0, |ship| ship.shield),
        shield_max: session.rules.shield(&fit).most,
        energy: (energy.min(1_000) / 20 * 20) as u16,
        is_protected: ship.is_some_and(|ship| ship.protected),
    }
}

fn ores(session: &Session, own: &OwnState) -> Vec<OreLine> {
    let css = |part: f32| (part.clamp(0.0, 1.0) * 255.0).round();
    own.hold
        .iter()
        .zip(&session.rules.content.ores)
        .filter(|(amount, _)| **amount > 0)
        .map(|(amount, ore)| {
            let [red, green, blue] = ore.color.map(css);
            let color = format!("rgb({red} {green} {blue})");
            let name = say::name(&format!("ore-{}", ore.id), &ore.name);
            OreLine { name, color, amount: *amount }
        })
        .collect()
}

fn death(session: &Session, own: &OwnState) -> Death {
    let killer = session.killer.filter(|killer| *killer != session.player);
    let tick_hz = u32::from(session.rules.tick_hz.max(1));
    Death {
        killer: killer.map(|killer| session.name(killer)),
        seconds: u32::from(own.respawn_ticks).div_ceil(tick_hz),
    }
}

/// The best players, and our own line below if we are not among them.
fn board(session: &Session) -> Vec<BoardRow> {
    let row = |player: PlayerId, place, score, kills| BoardRow {
        place,
        name: session.name(player),
        score,
        kills,
        is_bot: session.players.is_bot(player),
        is_me: player == session.player,
    };
    let mut rows: Vec<BoardRow> = session
        .board
        .iter()
        .enumerate()
        .map(|(index, line)| row(line.player, Some(index + 1), line.score, Some(line.kills)))
        .collect();
    if let Some(frame) = session.frame.as_ref().filter(|_| !rows.iter().any(|row| row.is_me)) {
        let standing = session.standing;
        let place = standing.map(|standing| standing.place as usize);
        let kills = standing.map(|standing| standing.kills);
        rows.push(row(session.player, place, frame.own.score, kills));
    }
    rows
}

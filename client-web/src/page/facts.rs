//! Tells the views how things stand, a few times a second.

use driftfield_shared::sim::OwnState;
use driftfield_shared::snapshot::SnapshotPart;
use web_sys::Document;

use super::Game;
use super::notes::{needs_reload, sentence};
use super::session::Session;
use super::start;
use crate::format::byte_rate;
use crate::hud::{
    Banner, BannerAction, BoardRow, Death, KindRates, Look, NetFigures, OreLine, Purse, Radar,
    SetChanged, Situation, Sticks, Vitals, paint_graph,
};
use crate::link::LinkState;
use driftfield_shared::units::PlayerId;
use leptos::prelude::GetUntracked;

/// How long a line stays in the kill feed, and how long it takes to fade.
const FEED_MS: f64 = 8_000.0;
const FEED_FADE_MS: f64 = 900.0;
/// Moments of which the bits of snapshots are remembered: three seconds.
const TALLIES_MAX: usize = 30;

impl Game {
    pub(super) fn tell_views(&mut self, now_ms: f64) {
        let Some(session) = &self.session else { return };
        let model = self.model;
        if let Some(frame) = &session.frame {
            model.vitals.set_changed(vitals(session, &frame.own));
            model.ores.set_changed(ores(session, &frame.own));
            model.purse.set_changed(Purse {
                credits: frame.own.credits,
                score: frame.own.score,
                room: session.room_name.clone(),
            });
            let is_lost = session.own_ship().is_none() && self.link == LinkState::Open;
            model.death.set_changed(is_lost.then(|| death(session, &frame.own)));
        }
        model.board.set_changed(board(session));
        model.banner.set_changed(self.banner(session, now_ms));
        self.look(now_ms);
        self.tell_feed(now_ms);
        self.tell_sticks();
        if let Ok(document) = start::document() {
            self.paint(&document);
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
        let station = session.rules.sector.station.as_ref();
        let is_near_station = ship.zip(station).is_some_and(|(ship, station)| {
            ship.position.distance(station.position) <= station.safe_radius
        });
        let hold_max = ship.map_or(0, |ship| session.rules.hull(ship.hull).hold);
        let look = Look {
            now_ms,
            own: &frame.own,
            hold_max,
            is_alive: ship.is_some(),
            is_protected: ship.is_some_and(|ship| ship.protected),
            is_near_station,
        };
        self.watch.look(&look, &mut self.toasts);
        let situation = Situation {
            now: now_ms / 1e3,
            is_alive: ship.is_some() && self.link == LinkState::Open,
            is_thrusting: self.held.direction() != glam::Vec2::ZERO,
            has_mining: station.is_some() && session.rules.sector.asteroids > 0,
            sees_ore: !frame.ores.is_empty(),
            cargo: cargo(&frame.own),
            has_sold: session.credits_at_start.is_some_and(|credits| frame.own.credits > credits),
        };
        let hint = self.hints.update(&situation).map(|hint| (hint, self.held.device()));
        self.model.hint.set_changed(hint);
        self.model.toasts.set_changed(self.toasts.at(now_ms).to_vec());
    }

    pub(super) fn tell_feed(&mut self, now_ms: f64) {
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
        match self.link {
            LinkState::Open if session.is_draining => {
                let text = "The server restarts in a moment. You will get your seat back.";
                banner(text.to_owned(), true, None)
            }
            LinkState::Open | LinkState::Idle => None,
            LinkState::Connecting => banner("Connecting again…".to_owned(), true, None),
            LinkState::Waiting { reason, milliseconds, .. } => {
                let left_ms = f64::from(milliseconds) - (now_ms - self.link_since_ms);
                let seconds = (left_ms / 1e3).ceil().max(1.0);
                let what = reason.map_or_else(|| "Connection lost.".to_owned(), sentence);
                let text = format!("{what} Trying again in {seconds:.0} s.");
                banner(text, false, Some(BannerAction::TryNow))
            }
            LinkState::Closed { reason } => {
                let action = match needs_reload(reason) {
                    true => BannerAction::Reload,
                    false => BannerAction::Back,
                };
                banner(sentence(reason), false, Some(action))
            }
        }
    }

    fn paint(&self, document: &Document) {
        let ratio = web_sys::window().map_or(1.0, |window| window.device_pixel_ratio());
        let Some(session) = &self.session else { return };
        if let Some(frame) = &session.frame {
            let own = session.predicted.as_ref().and_then(|predicted| predicted.ship);
            let own = own.or(session.own_ship().copied());
            let (content, sector) = (&*session.rules.content, &session.rules.sector);
            Radar { content, sector, frame, own }.paint(document, ratio);
        }
        if self.model.is_net_open.get_untracked() {
            let intervals = self.intervals_ms.iter().copied();
            paint_graph(document, intervals, session.tick_ms(), ratio);
        }
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
        SnapshotPart::ALL.map(|part| (part_name(part), rate(part))).into()
    }

    fn net_figures(&mut self, now_ms: f64) -> NetFigures {
        let fps = self.frames.per_second(now_ms);
        let snapshots = self.snapshots.per_second(now_ms);
        let delay = self.session.as_ref().map_or(0.0, |session| session.interpolator.delay_ms());
        let hits = format!("{} of {}", self.stats.hits_confirmed, self.stats.hits_predicted);
        NetFigures {
            lines: [
                ("Connection", self.link.word().to_owned()),
                ("Ping", format!("{:.0} ms", self.stats.ping_micros as f64 / 1e3)),
                ("Frames", format!("{fps:.0} /s")),
                ("Snapshots", format!("{snapshots:.0} /s")),
                ("Received", byte_rate(self.bytes.per_second())),
                ("Interpolation delay", format!("{delay:.0} ms")),
                ("Input margin (ticks)", self.stats.input_margin_ticks.to_string()),
                ("Corrections", self.stats.corrections.to_string()),
                ("Commands too late", self.stats.inputs_late.to_string()),
                ("Sockets for commands", (1 + u8::from(self.has_second_socket)).to_string()),
                ("Hits confirmed", hits),
                ("Entities in view", self.stats.visible_entities.to_string()),
            ]
            .into(),
        }
    }
}

fn part_name(part: SnapshotPart) -> &'static str {
    match part {
        SnapshotPart::Header => "Header",
        SnapshotPart::ShipUpdates => "Ships",
        SnapshotPart::ShipArrivals => "Arrivals",
        SnapshotPart::Shots => "Shots",
        SnapshotPart::Asteroids => "Rocks",
        SnapshotPart::Ores => "Ore",
        SnapshotPart::Own => "Own",
    }
}

fn cargo(own: &OwnState) -> u32 {
    own.hold.iter().copied().map(u32::from).sum()
}

fn vitals(session: &Session, own: &OwnState) -> Vitals {
    let ship = session.own_ship();
    // The next ship is of the first kind.
    let hull = session.rules.hull(ship.map(|ship| ship.hull).unwrap_or_default());
    let predicted = session.predicted.as_ref();
    let charge = predicted.map_or(own.boost_charge, |predicted| predicted.boost_charge);
    let boost = u32::from(charge) * 1_000 / u32::from(hull.boost_charge_max.max(1));
    Vitals {
        hull: ship.map_or(0, |ship| ship.hit_points),
        hull_max: hull.hit_points,
        // In steps that are seen: the figure changes all the time.
        boost: (boost.min(1_000) / 20 * 20) as u16,
        cargo: cargo(own),
        hold_max: hull.hold,
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
            OreLine { name: ore.name.clone(), color, amount: *amount }
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

/// The best players, and us below them if we are none of those.
fn board(session: &Session) -> Vec<BoardRow> {
    let row = |player: PlayerId, place, score, kills| BoardRow {
        place,
        name: session.name(player),
        score,
        kills,
        is_bot: session.players.0.get(&player).is_some_and(|info| info.is_bot),
        is_me: player == session.player,
    };
    let mut rows: Vec<BoardRow> = session
        .board
        .iter()
        .enumerate()
        .map(|(index, line)| row(line.player, Some(index + 1), line.score, Some(line.kills)))
        .collect();
    if let Some(frame) = session.frame.as_ref().filter(|_| !rows.iter().any(|row| row.is_me)) {
        rows.push(row(session.player, None, frame.own.score, None));
    }
    rows
}

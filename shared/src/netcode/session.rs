//! What a client keeps from one welcome to the end of its connection.

use std::collections::VecDeque;
use std::sync::Arc;

use glam::Vec2;

use super::predict::hits::{Hits, Sight};
use super::predict::prediction::{Predicted, Predictor};
use super::sync::playout::Playout;
use super::sync::tick_sync::TickSync;
use super::view::frame::Frame;
use super::view::playback::Around;
use crate::protocol::Welcome;
use crate::sim::{ContentHash, Epoch, NamedContent, Rules, RulesError, ShotState};
use crate::snapshot::{Decoder, Held};
use crate::units::{Micros, Tick, ViewLag};

/// The rules of an epoch. They are the same if their content is.
#[derive(Clone, Debug)]
pub struct NewRules(pub Arc<Rules>);

impl PartialEq for NewRules {
    fn eq(&self, other: &Self) -> bool {
        self.0.content_hash == other.0.content_hash
    }
}

/// State that exists from the welcome on.
#[derive(Debug)]
pub struct Session {
    pub welcome: Welcome,
    pub rules: Arc<Rules>,
    pub decoder: Decoder,
    pub sync: TickSync,
    pub predictor: Predictor,
    pub playout: Playout,
    pub hits: Hits,
    /// The newest snapshots, in ascending order.
    pub frames: VecDeque<Arc<Frame>>,
    /// The state held here when a check first failed, kept until the server has sent its record.
    pub desync: Option<Box<Held>>,
    /// The epoch that snapshots have not reached: its first tick, and its content.
    pub coming_epoch: Option<(Tick, ContentHash)>,
    pub predicted: Option<Predicted>,
}

impl Session {
    /// A session that begins, whose welcome took this long.
    pub fn new(welcome: Welcome, rules: Arc<Rules>, round_trip: Micros) -> Self {
        Session {
            decoder: Decoder::new(rules.clone(), welcome.player),
            sync: TickSync::new(welcome.tick_hz, round_trip),
            predictor: Predictor::new(rules.clone()),
            playout: Playout::new(welcome.tick_hz),
            hits: Hits::default(),
            frames: VecDeque::new(),
            desync: None,
            coming_epoch: None,
            predicted: None,
            welcome,
            rules,
        }
    }

    /// The rules of the room under other content.
    pub fn rules_under(&self, content: &NamedContent) -> Result<Arc<Rules>, RulesError> {
        let Welcome { sector, mode, tick_hz, .. } = &self.welcome;
        Rules::new(content.clone(), sector, mode, *tick_hz).map(Arc::new)
    }

    /// The next snapshot, a full one, is of an epoch with these rules.
    pub fn begin_epoch(&mut self, rules: Arc<Rules>) {
        let epoch = Epoch::new(&self.rules, rules.clone());
        self.coming_epoch = None;
        self.decoder.set_rules(rules.clone());
        self.hits = Hits::default();
        let frames = self.frames.drain(..);
        self.frames =
            frames.map(|frame| Arc::unwrap_or_clone(frame).under(&epoch).into()).collect();
        self.rules = rules;
    }

    /// Makes the predictor's state the newest one.
    pub fn predict(
        &mut self,
        tick: Tick,
        at: Micros,
        correction: Vec2,
        struck: Vec<ShotState>,
    ) -> Predicted {
        let mut shots = self.predictor.shots().to_vec();
        shots.retain(|shot| !self.hits.has_struck(shot));
        let predicted = Predicted {
            tick,
            at,
            ship: self.predictor.ship().copied(),
            boost_charge: self.predictor.boost_charge(),
            energy: self.predictor.energy(),
            correction,
            shots,
            struck,
            view: self.playout.view(),
        };
        self.predicted = Some(predicted.clone());
        predicted
    }

    /// Finds which of our shots hit something on our screen in this client tick.
    pub fn strike(&mut self, tick: Tick, view_lag: ViewLag) -> Vec<ShotState> {
        let walled = self.predictor.walled();
        if self.predictor.shots().is_empty() {
            return walled.to_vec();
        }
        // As the server will see it: in steps of the wire, and limited by the mode.
        let seen = f64::from(tick.0) - f64::from(view_lag.ticks());
        let is_compensated = view_lag <= self.rules.view_lag_max;
        let around = is_compensated.then(|| Around::find(&self.frames, seen)).flatten();
        let sight = Sight {
            tick,
            around,
            asteroids: self.predictor.asteroids(),
            player: self.welcome.player,
        };
        let mut struck = self.hits.judge(self.predictor.shots(), &sight, &self.rules);
        struck.extend(walled.iter().filter(|shot| !self.hits.has_struck(shot)));
        struck
    }
}

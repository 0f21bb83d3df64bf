//! Who is best, every few seconds.

use driftfield_shared::limits::LEADERBOARD_LINES_MAX;
use driftfield_shared::protocol::{LeaderboardLine, Standing, player_key};
use driftfield_shared::sim::World;
use driftfield_shared::topics::Board;
use driftfield_shared::units::{PlayerId, Tick};
use driftfield_shared::wire::codec;

/// Seconds from one ranking to the next. What a player earns shows at once as the own credits, so the ranks need not
/// hurry, and each of them costs bytes for everyone.
const RANKING_SECONDS: u32 = 3;

/// When players were last ranked, and who was best.
#[derive(Debug, Default)]
pub struct Ranking {
    /// Which period of play it was; `None` before the first one.
    period: Option<u32>,
    /// The players on the leaderboard.
    best: Vec<PlayerId>,
}

impl Ranking {
    /// Ranks all players once in each period, and puts the changes on the boards.
    pub fn rank(&mut self, world: &World, leaderboard: &mut Board, standings: &mut Board) {
        // By periods, not by ticks: after several steps at once the tick of a full period may be over.
        let Tick(tick) = world.tick();
        let period = Some(tick / (RANKING_SECONDS * u32::from(world.rules().tick_hz)));
        if std::mem::replace(&mut self.period, period) == period {
            return;
        }
        let mut lines: Vec<LeaderboardLine> = world
            .pilots()
            .map(|pilot| LeaderboardLine {
                player: pilot.player,
                score: pilot.score,
                kills: pilot.kills,
            })
            .collect();
        lines.sort_unstable_by_key(LeaderboardLine::order);
        let mut value = Vec::new();
        for (place, line) in (1..).zip(&lines) {
            value.clear();
            codec::encode_into(&Standing { place, kills: line.kills }, &mut value);
            standings.set(&player_key(line.player), &value);
        }
        lines.truncate(LEADERBOARD_LINES_MAX);
        for player in &self.best {
            if lines.iter().all(|line| line.player != *player) {
                leaderboard.remove(&player_key(*player));
            }
        }
        for line in &lines {
            leaderboard.set(&player_key(line.player), &line.value());
        }
        self.best.clear();
        self.best.extend(lines.iter().map(|line| line.player));
        debug_assert_eq!(leaderboard.len(), lines.len(), "the board has the best and no other");
    }
}

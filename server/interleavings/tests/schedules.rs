//! Each scenario in thousands of schedules. A failure prints the schedule, which `shuttle::replay` runs again.
//!
//! `SCHEDULES=1000000 cargo test --release -p driftfield-interleavings` tries more of them.

use std::sync::atomic::Ordering;

use driftfield_interleavings::net::connection as local;
use driftfield_interleavings::room::{journal, scenarios as room, workers};
use driftfield_interleavings::{hub, store};

/// Half of them at random, half with few changes between threads at places that are chosen at random: the second kind finds
/// bugs that need few changes in the right places with a probability that is known (Burckhardt et al., "A Randomized Scheduler with
/// Probabilistic Guarantees of Finding Bugs", 2010).
fn in_every_order(scenario: fn()) {
    let wanted = std::env::var("SCHEDULES").ok().and_then(|count| count.parse().ok());
    let schedules: usize = wanted.unwrap_or(2_000);
    shuttle::check_random(scenario, schedules / 2);
    shuttle::check_pct(scenario, schedules / 2, 3);
}

macro_rules! in_every_order {
    ($($path:ident :: $scenario:ident),+ $(,)?) => {
        $(#[test]
        fn $scenario() {
            in_every_order($path::$scenario);
        })+
    };
}

use journal::scenarios as scribe;
use store::scenarios as queue;
use workers::scenarios as pool;

in_every_order!(
    hub::a_room_sees_topics_go_forward_and_misses_none,
    local::a_bot_receives_everything_in_order_and_then_the_reason,
    queue::what_is_taken_is_written_and_only_then_told_durable,
    queue::a_store_that_fails_and_is_full_loses_nothing_that_it_took,
    queue::a_store_whose_disk_fails_gives_up_when_it_must,
    scribe::no_tick_is_confirmed_before_it_is_written,
    scribe::a_full_store_delays_pages_and_loses_none,
    scribe::a_page_that_is_lost_is_told,
    pool::everything_is_done_once_and_no_core_is_lost,
    room::a_sleeping_room_ends_when_it_is_asked_to,
);

#[test]
fn every_tick_runs_once_and_both_threads_end_with_the_room() {
    in_every_order(room::every_tick_runs_once_and_both_threads_end_with_the_room);
    let stood_in = room::STOOD_IN.load(Ordering::Relaxed);
    assert!(stood_in > 0, "in no order did the standby run a tick");
}

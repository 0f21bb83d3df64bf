use std::cell::Cell;

use super::*;

/// A place for what effects have seen, in order.
fn log<T: 'static>() -> (Rc<RefCell<Vec<T>>>, impl Fn(T) + Clone) {
    let seen: Rc<RefCell<Vec<T>>> = Rc::default();
    let into = seen.clone();
    (seen, move |value| into.borrow_mut().push(value))
}

#[test]
fn an_effect_runs_once_for_all_that_was_set_together() {
    let (a, b) = (RwSignal::new(1), RwSignal::new(10));
    let (seen, note) = log();
    render_effect(move || note(a.get() + b.get()));
    assert_eq!(*seen.borrow(), [11], "at once");
    a.set(2);
    b.set(20);
    assert_eq!(seen.borrow().len(), 1, "not while signals are being set");
    flush();
    assert_eq!(*seen.borrow(), [11, 22]);
}

#[test]
fn an_effect_follows_only_what_it_read_last() {
    let (picks_first, first, second) = (RwSignal::new(true), RwSignal::new(1), RwSignal::new(2));
    let (seen, note) = log();
    render_effect(move || note(if picks_first.get() { first.get() } else { second.get() }));
    picks_first.set(false);
    flush();
    first.set(5);
    flush();
    assert_eq!(*seen.borrow(), [1, 2]);
    second.set(7);
    flush();
    assert_eq!(*seen.borrow(), [1, 2, 7]);
}

#[test]
fn an_equal_value_wakes_nobody() {
    let signal = RwSignal::new(1);
    let (seen, note) = log();
    render_effect(move || note(signal.get()));
    signal.set_changed(1);
    flush();
    assert_eq!(seen.borrow().len(), 1);
    signal.set_changed(2);
    flush();
    assert_eq!(seen.borrow().len(), 2);
}

#[test]
fn what_is_read_without_tracking_is_not_followed() {
    let signal = RwSignal::new(1);
    let (seen, note) = log();
    render_effect(move || note(signal.get_untracked()));
    signal.set(2);
    flush();
    assert_eq!(*seen.borrow(), [1]);
}

#[test]
fn an_effect_that_waits_runs_with_the_next_flush() {
    let (seen, note) = log();
    effect(move || note(()));
    assert!(seen.borrow().is_empty());
    flush();
    assert_eq!(seen.borrow().len(), 1);
}

#[test]
fn a_scope_that_ends_takes_its_effects_and_what_it_keeps_with_it() {
    let signal = RwSignal::new(1);
    let (seen, note) = log();
    let kept = Rc::new(());
    let weak = Rc::downgrade(&kept);
    let scope = Scope::new();
    scope.run(|| {
        render_effect(move || note(signal.get()));
        Scope::new().run(|| Scope::keep(kept));
    });
    signal.set(2);
    scope.end();
    flush();
    assert_eq!(*seen.borrow(), [1], "marked, then ended");
    assert!(weak.upgrade().is_none());
    assert!(with_graph(|graph| graph.signals[signal.key].followers.is_empty()));
}

#[test]
fn a_part_that_is_taken_away_does_not_run_once_more() {
    // The part may rely on what the outer effect has found: here, that there is a value.
    let value = RwSignal::new(Some(1));
    let (seen, note) = log();
    let part: Rc<Cell<Option<Scope>>> = Rc::default();
    render_effect(move || {
        if let Some(scope) = part.take() {
            scope.end();
        }
        if value.with(Option::is_some) {
            let (scope, note) = (Scope::new(), note.clone());
            scope.run(|| render_effect(move || note(value.get().expect("there is one"))));
            part.set(Some(scope));
        }
    });
    value.set(None);
    flush();
    value.set(Some(3));
    flush();
    assert_eq!(*seen.borrow(), [1, 3]);
}

#[test]
fn an_effect_may_set_a_signal_that_another_follows() {
    let (from, to) = (RwSignal::new(1), RwSignal::new(0));
    let (seen, note) = log();
    render_effect(move || note(to.get()));
    render_effect(move || to.set_changed(from.get() * 2));
    flush();
    from.set(4);
    flush();
    assert_eq!(*seen.borrow(), [0, 2, 8]);
}

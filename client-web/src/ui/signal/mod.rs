//! Signals and effects.
//!
//! A signal holds a value. An effect is a closure that runs again after a signal that it read has been set. Everything that
//! was set together is handled in one microtask, older effects first: an effect that removes a part of the page is older than
//! the effects in that part, so those do not run any more. A [`Scope`] owns the signals and effects made in it and ends them.

use std::any::Any;
use std::cell::RefCell;
use std::cmp::Reverse;
use std::fmt;
use std::marker::PhantomData;
use std::rc::Rc;

use slotmap::{SlotMap, new_key_type};

use crate::sorted_map::SortedMap;

/// Most effects that one flush may run. If there are more, two effects set each other's signals for ever.
const EFFECTS_PER_FLUSH_MAX: u32 = 100_000;

new_key_type! {
    struct SignalKey;
    struct EffectKey;
    struct ScopeKey;
}

thread_local! {
    static GRAPH: RefCell<Graph> = RefCell::default();
}

#[derive(Default)]
struct Graph {
    signals: SlotMap<SignalKey, SignalNode>,
    effects: SlotMap<EffectKey, EffectNode>,
    scopes: SlotMap<ScopeKey, ScopeNode>,
    /// Effects to run, the oldest at the end.
    due: SortedMap<Reverse<u64>, EffectKey>,
    effects_made: u64,
    is_flush_asked: bool,
    /// The running effect, which follows every signal that is read.
    running: Option<EffectKey>,
    /// The scope that owns every new signal and effect.
    scope: Option<ScopeKey>,
}

struct SignalNode {
    /// A `RefCell` of the value.
    value: Rc<dyn Any>,
    followers: Vec<EffectKey>,
}

struct EffectNode {
    age: u64,
    /// `None` while the effect runs.
    act: Option<Box<dyn FnMut()>>,
    sources: Vec<SignalKey>,
    scope: Option<ScopeKey>,
}

#[derive(Default)]
struct ScopeNode {
    parent: Option<ScopeKey>,
    children: Vec<ScopeKey>,
    signals: Vec<SignalKey>,
    effects: Vec<EffectKey>,
    kept: Vec<Box<dyn Any>>,
}

impl Graph {
    /// Makes the running effect follow the signal.
    fn follow(&mut self, signal: SignalKey) {
        let Some(effect) = self.running else { return };
        let (Some(source), Some(node)) =
            (self.signals.get_mut(signal), self.effects.get_mut(effect))
        else {
            return;
        };
        if !node.sources.contains(&signal) {
            node.sources.push(signal);
            source.followers.push(effect);
        }
    }

    fn unfollow(&mut self, effect: EffectKey) {
        let Some(node) = self.effects.get_mut(effect) else { return };
        for signal in std::mem::take(&mut node.sources) {
            if let Some(source) = self.signals.get_mut(signal) {
                source.followers.retain(|follower| *follower != effect);
            }
        }
    }

    fn mark(&mut self, effect: EffectKey) {
        if let Some(node) = self.effects.get(effect) {
            self.due.insert(Reverse(node.age), effect);
        }
    }

    /// Whether a flush must be requested now. After that it counts as requested.
    fn wants_flush(&mut self) -> bool {
        let wants = !self.due.is_empty() && !self.is_flush_asked;
        self.is_flush_asked |= wants;
        wants
    }

    /// Moves a scope and everything that it owns into `taken`. The caller drops that once the graph is no longer borrowed.
    fn take_scope(&mut self, scope: ScopeKey, taken: &mut Vec<Box<dyn Any>>) {
        let Some(node) = self.scopes.remove(scope) else { return };
        for child in node.children {
            self.take_scope(child, taken);
        }
        for effect in node.effects {
            self.unfollow(effect);
            if let Some(node) = self.effects.remove(effect) {
                self.due.remove(&Reverse(node.age));
                taken.push(Box::new(node.act));
            }
        }
        for signal in node.signals {
            if let Some(node) = self.signals.remove(signal) {
                taken.push(Box::new(node.value));
            }
        }
        taken.extend(node.kept);
    }
}

fn with_graph<R>(act: impl FnOnce(&mut Graph) -> R) -> R {
    GRAPH.with_borrow_mut(act)
}

/// A handle to a value that effects follow. It can be copied; the value lives as long as the scope in which it was made.
pub struct RwSignal<T> {
    key: SignalKey,
    value: PhantomData<fn() -> T>,
}

impl<T> Clone for RwSignal<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for RwSignal<T> {}

impl<T> fmt::Debug for RwSignal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RwSignal({:?})", self.key)
    }
}

impl<T: Default + 'static> Default for RwSignal<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T: 'static> RwSignal<T> {
    /// A signal that lives as long as the current scope, or as long as the page if there is none.
    pub fn new(value: T) -> Self {
        RwSignal { key: make_signal(Rc::new(RefCell::new(value))), value: PhantomData }
    }

    /// A signal that lives as long as the page, wherever it is made.
    pub fn without_scope(value: T) -> Self {
        within(None, None, || RwSignal::new(value))
    }

    fn cell<R>(&self, act: impl FnOnce(&RefCell<T>) -> R) -> R {
        act(value_of(self.key)
            .downcast_ref()
            .expect("a signal keeps the type that it was made with"))
    }

    /// Reads the value in place. A running effect will run again when it is set.
    pub fn with<R>(&self, look: impl FnOnce(&T) -> R) -> R {
        follow(self.key);
        self.with_untracked(look)
    }

    /// Reads the value in place without following it.
    pub fn with_untracked<R>(&self, look: impl FnOnce(&T) -> R) -> R {
        self.cell(|cell| look(&cell.borrow()))
    }

    /// Changes the value in place. `change` must not read or set this signal.
    pub fn update(&self, change: impl FnOnce(&mut T)) {
        self.cell(|cell| change(&mut cell.borrow_mut()));
        mark_followers(self.key);
    }

    /// Sets the value. Effects that follow it run again, even if the value is equal.
    pub fn set(&self, value: T) {
        self.update(|place| *place = value);
    }

    /// Sets the value if it differs.
    pub fn set_changed(&self, value: T)
    where
        T: PartialEq,
    {
        if self.with_untracked(|old| *old != value) {
            self.set(value);
        }
    }
}

impl<T: Clone + 'static> RwSignal<T> {
    /// A copy of the value. A running effect will run again when it is set.
    pub fn get(&self) -> T {
        self.with(T::clone)
    }

    /// A copy of the value, without following it.
    pub fn get_untracked(&self) -> T {
        self.with_untracked(T::clone)
    }
}

// These parts are not generic, so that they are compiled only once.

#[inline(never)]
fn make_signal(value: Rc<dyn Any>) -> SignalKey {
    with_graph(|graph| {
        let key = graph.signals.insert(SignalNode { value, followers: Vec::new() });
        if let Some(scope) = graph.scope.and_then(|scope| graph.scopes.get_mut(scope)) {
            scope.signals.push(key);
        }
        key
    })
}

#[inline(never)]
fn value_of(signal: SignalKey) -> Rc<dyn Any> {
    let value = with_graph(|graph| graph.signals.get(signal).map(|node| node.value.clone()));
    value.expect("a signal is not used after its scope has ended")
}

/// Makes the running effect follow the signal.
#[inline(never)]
fn follow(signal: SignalKey) {
    with_graph(|graph| graph.follow(signal));
}

/// Effects that follow the signal run again.
#[inline(never)]
fn mark_followers(signal: SignalKey) {
    let wants_flush = with_graph(|graph| {
        let followers = graph.signals.get(signal).map(|node| node.followers.clone());
        followers.into_iter().flatten().for_each(|effect| graph.mark(effect));
        graph.wants_flush()
    });
    if wants_flush {
        ask_for_flush();
    }
}

/// Runs `act` in the next flush, and again whenever a signal that it read has been set.
pub fn effect(act: impl FnMut() + 'static) {
    let effect = make_effect(Box::new(act));
    let wants_flush = with_graph(|graph| {
        graph.mark(effect);
        graph.wants_flush()
    });
    if wants_flush {
        ask_for_flush();
    }
}

/// Runs `act` at once, and again whenever a signal that it read has been set.
pub fn render_effect(act: impl FnMut() + 'static) {
    run(make_effect(Box::new(act)));
}

#[inline(never)]
fn make_effect(act: Box<dyn FnMut()>) -> EffectKey {
    with_graph(|graph| {
        let (age, scope) = (graph.effects_made, graph.scope);
        graph.effects_made += 1;
        let node = EffectNode { age, act: Some(act), sources: Vec::new(), scope };
        let key = graph.effects.insert(node);
        if let Some(scope) = scope.and_then(|scope| graph.scopes.get_mut(scope)) {
            scope.effects.push(key);
        }
        key
    })
}

#[inline(never)]
fn run(effect: EffectKey) {
    let taken = with_graph(|graph| {
        graph.unfollow(effect);
        let node = graph.effects.get_mut(effect)?;
        Some((node.act.take()?, node.scope))
    });
    let Some((mut act, scope)) = taken else { return };
    within(Some(effect), scope, &mut act);
    with_graph(|graph| {
        if let Some(node) = graph.effects.get_mut(effect) {
            node.act = Some(act);
        }
    });
}

/// Calls `act`. The effect `running` follows what it reads, and `scope` owns what it makes.
fn within<R>(running: Option<EffectKey>, scope: Option<ScopeKey>, act: impl FnOnce() -> R) -> R {
    let outer = with_graph(|graph| {
        let outer = (graph.running, graph.scope);
        (graph.running, graph.scope) = (running, scope);
        outer
    });
    let result = act();
    with_graph(|graph| (graph.running, graph.scope) = outer);
    result
}

/// Runs effects until none is due. In the browser a microtask does this.
pub fn flush() {
    let mut count = 0;
    while let Some((_, effect)) = with_graph(|graph| graph.due.pop_last()) {
        run(effect);
        count += 1;
        assert!(count < EFFECTS_PER_FLUSH_MAX, "effects set each other's signals for ever");
    }
    with_graph(|graph| graph.is_flush_asked = false);
}

/// Requests a flush. It does not run at once: the code that sets a signal may hold the game, which an effect may need.
#[cfg(target_arch = "wasm32")]
fn ask_for_flush() {
    use wasm_bindgen::prelude::*;
    thread_local! {
        static FLUSH: Closure<dyn FnMut()> = Closure::new(flush);
    }
    FLUSH.with(|flush| {
        if let Some(window) = web_sys::window() {
            window.queue_microtask(flush.as_ref().unchecked_ref());
        }
    });
}

/// In native tests the test itself flushes.
#[cfg(not(target_arch = "wasm32"))]
fn ask_for_flush() {}

/// The owner of the signals, effects and event handlers of a part of the page. Dropping the handle does not end it; it ends
/// with its parent, or by [`Scope::end`].
#[derive(Clone, Copy, Debug)]
pub struct Scope(ScopeKey);

impl Scope {
    /// A scope within the current one.
    pub fn new() -> Self {
        with_graph(|graph| {
            let parent = graph.scope;
            let key = graph.scopes.insert(ScopeNode { parent, ..ScopeNode::default() });
            if let Some(parent) = parent.and_then(|parent| graph.scopes.get_mut(parent)) {
                parent.children.push(key);
            }
            Scope(key)
        })
    }

    /// Calls `act`. This scope owns what it makes, and no effect follows what it reads.
    pub fn run<R>(self, act: impl FnOnce() -> R) -> R {
        within(None, Some(self.0), act)
    }

    /// Keeps a value until the current scope ends; without a scope, as long as the page lives.
    pub fn keep(value: impl Any) {
        let value: Box<dyn Any> = Box::new(value);
        with_graph(|graph| match graph.scope.and_then(|scope| graph.scopes.get_mut(scope)) {
            Some(scope) => scope.kept.push(value),
            None => std::mem::forget(value),
        });
    }

    /// Ends the scope and everything that it owns.
    pub fn end(self) {
        let mut taken = Vec::new();
        with_graph(|graph| {
            let parent = graph.scopes.get(self.0).and_then(|node| node.parent);
            if let Some(parent) = parent.and_then(|parent| graph.scopes.get_mut(parent)) {
                parent.children.retain(|child| *child != self.0);
            }
            graph.take_scope(self.0, &mut taken);
        });
    }
}

impl Default for Scope {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests;

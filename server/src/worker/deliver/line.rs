//! The line before an ordered webhook: who shares a subject with one who came
//! earlier waits for that one; all others go on.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use shared::id::DeliveryId;
use shared::time::Timestamp;

use crate::store::delivery::line::{InLine, Turn};

/// The deliveries of one webhook that are pending, as far as they are known.
#[derive(Debug, Default)]
pub(super) struct Line {
    waiting: BTreeMap<Turn, InLine>,
    queues: HashMap<String, Queue>,
    /// Those whose turn it is, by when they are due.
    next: BTreeSet<(Timestamp, Turn)>,
    /// Those that were called and are not done.
    called: HashMap<DeliveryId, Called>,
}

/// All that wait with one mark.
#[derive(Debug, Default)]
struct Queue {
    turns: BTreeSet<Turn>,
    /// Whether one of them was called.
    is_busy: bool,
}

#[derive(Debug)]
struct Called {
    one: InLine,
    /// Whether it comes back into the line when it is done.
    comes_back: bool,
    is_settled: bool,
}

impl Line {
    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether somebody waits for another.
    pub(super) fn is_held_up(&self) -> bool {
        self.waiting.len() > self.next.len()
    }

    /// Puts one in its place, unless it is there or was called.
    pub(super) fn join(&mut self, one: InLine) {
        let turn = one.turn.clone();
        if self.waiting.contains_key(&turn) || self.called.contains_key(&turn.id) {
            return;
        }
        let mut passed = Vec::new();
        for mark in one.subjects.marks() {
            let queue = self.queues.entry(mark.to_owned()).or_default();
            passed.extend(queue.turns.first().filter(|first| **first > turn).cloned());
            queue.turns.insert(turn.clone());
        }
        self.waiting.insert(turn.clone(), one);
        self.judge(&turn);
        for turn in passed {
            self.judge(&turn);
        }
    }

    /// Sees whether it is the turn of one that waits.
    fn judge(&mut self, turn: &Turn) {
        let Some(one) = self.waiting.get(turn) else {
            return;
        };
        let is_first = |mark: &str| {
            let queue = self.queues.get(mark);
            queue.is_some_and(|queue| !queue.is_busy && queue.turns.first() == Some(turn))
        };
        let entry = (one.due_at, turn.clone());
        if one.subjects.marks().all(is_first) {
            self.next.insert(entry);
        } else {
            self.next.remove(&entry);
        }
    }

    /// Whether the turn of one has come that is due.
    pub(super) fn has_next(&self, now: Timestamp) -> bool {
        self.next.first().is_some_and(|(due_at, _)| *due_at <= now)
    }

    /// Calls those whose turn has come and that are due, at most so many; none of
    /// them shares a subject with another.
    pub(super) fn call(&mut self, now: Timestamp, limit: usize) -> Vec<DeliveryId> {
        let mut ids = Vec::new();
        while ids.len() < limit && self.has_next(now) {
            let Some((_, turn)) = self.next.pop_first() else {
                break;
            };
            let Some(one) = self.waiting.remove(&turn) else {
                continue;
            };
            for mark in one.subjects.marks() {
                if let Some(queue) = self.queues.get_mut(mark) {
                    queue.turns.remove(&turn);
                    queue.is_busy = true;
                }
            }
            ids.push(turn.id.clone());
            let called = Called {
                one,
                comes_back: false,
                is_settled: false,
            };
            self.called.insert(turn.id, called);
        }
        ids
    }

    /// Notes what an attempt came to: due again, or done with.
    pub(super) fn settle(&mut self, id: &DeliveryId, due_again: Option<Timestamp>) {
        if let Some(called) = self.called.get_mut(id) {
            called.is_settled = true;
            called.comes_back = due_again.is_some();
            called.one.due_at = due_again.unwrap_or(called.one.due_at);
        }
    }

    /// Lets those go on who waited for one that was called: it is written down.
    pub(super) fn finish(&mut self, id: &DeliveryId) {
        let Some(Called {
            one, comes_back, ..
        }) = self.called.remove(id)
        else {
            return;
        };
        let mut following = Vec::new();
        for mark in one.subjects.marks() {
            if let Some(queue) = self.queues.get_mut(mark) {
                queue.is_busy = false;
                following.extend(queue.turns.first().cloned());
                if queue.turns.is_empty() {
                    self.queues.remove(mark);
                }
            }
        }
        if comes_back {
            self.join(one);
        }
        for turn in following {
            self.judge(&turn);
        }
    }

    /// Forgets who waits, for those who do so now. Answers false if one of them
    /// may stand there anew that is not yet done here.
    pub(super) fn renew(&mut self, all: Vec<InLine>) -> bool {
        self.waiting.clear();
        self.next.clear();
        self.queues.retain(|_, queue| {
            queue.turns.clear();
            queue.is_busy
        });
        let is_settled = |id| self.called.get(id).is_some_and(|called| called.is_settled);
        let is_whole = !all.iter().any(|one| is_settled(&one.turn.id));
        for one in all {
            self.join(one);
        }
        is_whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::event::Subjects;

    const NOW: Timestamp = Timestamp(1_000);

    fn one(commit: i64, users: &[&str]) -> InLine {
        InLine {
            turn: Turn {
                place: (commit, 0),
                created_at: NOW,
                id: DeliveryId(commit.to_string()),
            },
            subjects: Subjects::of(users.iter().copied()),
            due_at: NOW,
        }
    }

    fn line(all: &[(i64, &[&str])]) -> Line {
        let mut line = Line::default();
        for (commit, users) in all {
            line.join(one(*commit, users));
        }
        line
    }

    fn called(line: &mut Line) -> Vec<String> {
        let ids = line.call(NOW, 100);
        ids.into_iter().map(|id| id.0).collect()
    }

    fn id(commit: i64) -> DeliveryId {
        DeliveryId(commit.to_string())
    }

    #[test]
    fn who_shares_a_user_with_an_earlier_one_waits() {
        let mut line = line(&[(1, &["a"]), (2, &["b"]), (3, &["b", "a"]), (4, &["a"])]);
        assert_eq!(called(&mut line), ["1", "2"]);
        line.finish(&id(1));
        assert_eq!(called(&mut line), [""; 0]);
        line.finish(&id(2));
        assert_eq!(called(&mut line), ["3"]);
        assert!(line.is_held_up());
        line.finish(&id(3));
        assert_eq!(called(&mut line), ["4"]);
    }

    #[test]
    fn what_is_about_nobody_is_in_order_too() {
        let mut line = line(&[(1, &[]), (2, &["a"]), (3, &[])]);
        assert_eq!(called(&mut line), ["1", "2"]);
        line.finish(&id(1));
        assert_eq!(called(&mut line), ["3"]);
    }

    #[test]
    fn one_that_failed_keeps_its_place_until_it_is_due() {
        let mut line = line(&[(1, &["a"]), (2, &["a"]), (3, &["b"])]);
        assert_eq!(called(&mut line), ["1", "3"]);
        line.settle(&id(1), Some(NOW.plus_ms(5)));
        line.finish(&id(1));
        assert_eq!(called(&mut line), [""; 0]);
        assert!(!line.has_next(NOW.plus_ms(4)) && line.has_next(NOW.plus_ms(5)));
        assert_eq!(line.call(NOW.plus_ms(5), 100), [id(1)]);
    }

    #[test]
    fn one_that_was_begun_again_goes_before_those_that_wait() {
        let mut line = line(&[(2, &["a"]), (3, &["b"])]);
        line.join(one(1, &["a", "b"]));
        assert_eq!(called(&mut line), ["1"]);
        line.finish(&id(1));
        assert_eq!(called(&mut line), ["2", "3"]);
    }

    #[test]
    fn a_line_that_is_renewed_remembers_who_was_called() {
        let mut line = line(&[(1, &["a"]), (2, &["a"])]);
        assert_eq!(called(&mut line), ["1"]);
        assert!(line.renew(vec![one(1, &["a"]), one(2, &["a"]), one(3, &["b"])]));
        assert_eq!(called(&mut line), ["3"]);
        line.settle(&id(1), None);
        assert!(!line.renew(vec![one(1, &["a"]), one(2, &["a"])]));
        line.finish(&id(1));
        assert_eq!(called(&mut line), ["2"]);
    }
}

//! The notices of an account: each once, in their order, with how far they were read.

use driftfield_shared::protocol::{Notice, NoticeId};

/// Most notices that the page keeps: as many as the server does.
const NOTICES_MAX: usize = 100;

/// What the player was told.
#[derive(Clone, Debug, Default)]
pub struct Book {
    /// The oldest first.
    notices: Vec<Notice>,
    read_up_to: NoticeId,
    /// Whether the server has said how far was read.
    is_known: bool,
}

impl Book {
    /// Takes notices up. Those that are there already are not taken twice. Returns the new ones.
    pub fn add(&mut self, notices: Vec<Notice>) -> Vec<Notice> {
        let mut new = Vec::new();
        for notice in notices {
            let place = self.notices.partition_point(|other| other.id < notice.id);
            if self.notices.get(place).is_none_or(|other| other.id != notice.id) {
                self.notices.insert(place, notice.clone());
                new.push(notice);
            }
        }
        let beyond = self.notices.len().saturating_sub(NOTICES_MAX);
        self.notices.drain(..beyond);
        new
    }

    /// The player has read up to this notice, here or in another window.
    pub fn read(&mut self, up_to: NoticeId) {
        self.is_known = true;
        self.read_up_to = self.read_up_to.max(up_to);
    }

    /// How many are not read. 0 until the server has said how far was read.
    pub fn unread(&self) -> usize {
        match self.is_known {
            true => self.notices.iter().filter(|notice| notice.id > self.read_up_to).count(),
            false => 0,
        }
    }

    /// The newest notice, if there is one that is not read.
    pub fn unread_up_to(&self) -> Option<NoticeId> {
        self.notices.last().map(|notice| notice.id).filter(|id| *id > self.read_up_to)
    }

    /// All notices, the newest first, each with whether it is read.
    pub fn lines(&self) -> impl Iterator<Item = (&Notice, bool)> {
        self.notices.iter().rev().map(|notice| (notice, notice.id <= self.read_up_to))
    }
}

#[cfg(test)]
mod tests {
    use driftfield_shared::protocol::NoticeEvent;

    use super::*;

    fn notice(id: u64) -> Notice {
        Notice { id: NoticeId(id), at: id * 1_000, event: NoticeEvent::Unmuted }
    }

    fn ids(notices: &[Notice]) -> Vec<u64> {
        notices.iter().map(|notice| notice.id.0).collect()
    }

    #[test]
    fn each_notice_is_there_once_in_its_order_however_it_came() {
        let mut book = Book::default();
        assert_eq!(ids(&book.add(vec![notice(5), notice(7)])), [5, 7]);
        assert_eq!(ids(&book.add(vec![notice(3), notice(5), notice(9)])), [3, 9]);
        let lines: Vec<u64> = book.lines().map(|(notice, _)| notice.id.0).collect();
        assert_eq!(lines, [9, 7, 5, 3]);
        book.add((10..200).map(notice).collect());
        assert_eq!(book.lines().count(), NOTICES_MAX);
        assert_eq!(book.lines().next().map(|(notice, _)| notice.id.0), Some(199));
    }

    #[test]
    fn what_was_read_elsewhere_is_not_counted_and_nothing_is_before_that_is_known() {
        let mut book = Book::default();
        book.add(vec![notice(1), notice(2), notice(3)]);
        assert_eq!(book.unread(), 0);
        book.read(NoticeId(1));
        assert_eq!((book.unread(), book.unread_up_to()), (2, Some(NoticeId(3))));
        book.read(NoticeId(3));
        book.read(NoticeId(2));
        assert_eq!((book.unread(), book.unread_up_to()), (0, None));
    }
}

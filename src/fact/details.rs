//! Where messages are and how they show themselves, in the order of reading: the texts that only lists of messages need.
//!
//! They are most of what a run remembers: about 110 bytes a message, 270 as texts of their own. Packed by pages of 256
//! messages they take about 30, and beyond some megabytes these are in a file without a name.

use super::MailboxId;
use super::detail_page::{Detail, DetailPage};
use super::spill::Spill;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// Messages on a page.
const PAGE: usize = 256;

/// How many pages are kept unpacked: a sender's newest messages are on a few.
const KEPT: usize = 32;

/// The details of messages, in the order of reading.
#[derive(Debug, Clone, Default)]
pub struct Details {
    pages: Vec<DetailPage>,
    /// How many messages are on the pages.
    packed: usize,
    /// Those after them.
    open: Vec<Detail>,
    latest: LatestPages,
    spill: Spill,
}

/// What was read of pages.
#[derive(Debug, Default)]
struct LatestPages {
    /// The pages that were read last, unpacked, the latest first.
    pages: Mutex<Vec<(usize, Vec<Detail>)>>,
    /// Whether one could not be read.
    any_unreadable: AtomicBool,
}

impl Clone for LatestPages {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Details {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.packed + self.open.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds the next message.
    pub fn push(&mut self, detail: Detail) {
        if self.open.len() >= PAGE {
            self.close_page();
        }
        self.open.push(detail);
    }

    /// The last message, to be added to; only while it is not packed.
    pub fn last_mut(&mut self) -> Option<&mut Detail> {
        self.open.last_mut()
    }

    /// The message of that number.
    pub fn get(&self, number: usize) -> Option<Detail> {
        if number >= self.packed {
            return self.open.get(number - self.packed).cloned();
        }
        let at = self.page_of(number)?;
        let page = self.pages.get(at)?;
        // Another thread's panic leaves no page half read.
        let mut latest = self.latest.pages.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match latest.iter().position(|(known, _)| *known == at) {
            Some(place) => latest[..=place].rotate_right(1),
            None => {
                latest.truncate(KEPT - 1);
                latest.insert(0, (at, self.messages(page)));
            }
        }
        latest.first().and_then(|(_, messages)| messages.get(number - page.first).cloned())
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = Detail> + '_ {
        self.pages.iter().flat_map(|page| self.messages(page)).chain(self.open.iter().cloned())
    }

    /// Forgets all but the first `count`.
    pub fn truncate(&mut self, count: usize) {
        while count < self.packed {
            let Some(page) = self.pages.pop() else { return };
            self.packed = page.first;
            self.open = self.messages(&page);
            self.spill.forget(&page.packed);
            self.forget_latest();
        }
        self.open.truncate(count - self.packed);
    }

    /// Adds the details of the next part, with the numbers of its mailboxes renamed.
    pub fn append(&mut self, next: Self, mut renamed: impl FnMut(MailboxId) -> MailboxId) {
        if !next.pages.is_empty() {
            self.close_page();
        }
        for page in next.pages {
            let first = self.packed + page.first;
            let mailboxes = page.mailboxes.iter().map(|mailbox| renamed(*mailbox)).collect();
            let packed = self.spill.store(page.packed);
            self.reserve_pages();
            self.pages.push(DetailPage { first, mailboxes, packed, ..page });
        }
        self.packed += next.packed;
        for detail in next.open {
            self.push(Detail { mailbox: renamed(detail.mailbox), ..detail });
        }
    }

    /// Changes all of them.
    pub fn change(&mut self, change: impl Fn(&mut Detail)) {
        self.open.iter_mut().for_each(&change);
        for page in std::mem::take(&mut self.pages) {
            let mut messages = self.messages(&page);
            messages.iter_mut().for_each(&change);
            self.spill.forget(&page.packed);
            self.pages.push(DetailPage::of(page.first, &messages, &mut self.spill));
        }
        self.forget_latest();
    }

    /// Whether messages that were packed away could not be read again, and came without texts.
    pub fn any_unreadable(&self) -> bool {
        self.latest.any_unreadable.load(Ordering::Relaxed)
    }

    fn forget_latest(&mut self) {
        self.latest.pages = Mutex::default();
    }

    fn messages(&self, page: &DetailPage) -> Vec<Detail> {
        let messages = page.messages();
        if messages.len() == page.count {
            return messages;
        }
        self.latest.any_unreadable.store(true, Ordering::Relaxed);
        let mailbox = page.mailboxes.first().copied().unwrap_or_else(|| MailboxId::from(0));
        let (subject, from, message_id, ways_out, signs) = Default::default();
        vec![Detail { mailbox, offset: 0, subject, from, message_id, ways_out, signs }; page.count]
    }

    fn page_of(&self, number: usize) -> Option<usize> {
        self.pages.partition_point(|page| page.first <= number).checked_sub(1)
    }

    fn close_page(&mut self) {
        if self.open.is_empty() {
            return;
        }
        self.reserve_pages();
        self.pages.push(DetailPage::of(self.packed, &self.open, &mut self.spill));
        self.packed += self.open.len();
        self.open.clear();
    }

    fn reserve_pages(&mut self) {
        if self.pages.len() == self.pages.capacity() {
            // Doubling would need half as much again for a moment.
            self.pages.reserve_exact(self.pages.len() / 8 + 16);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::spill::PackedBytes;
    use super::super::unsubscribe::WaysOut;
    use super::*;

    fn detail(number: u32) -> Detail {
        let way = |there: bool| there.then(|| format!("https://shop.example/{number}").into_boxed_str());
        let ways = WaysOut { web: way(true), mail: way(number.is_multiple_of(3)), subject: None };
        Detail {
            mailbox: MailboxId::from(number / 100),
            offset: u64::from(number) << 33,
            subject: format!("Rabatt für dich: {number} %"),
            from: "news@shop.example".to_string(),
            message_id: if number.is_multiple_of(7) { String::new() } else { format!("<{number}@x>") },
            ways_out: number.is_multiple_of(2).then(|| Box::new(ways)),
            signs: (0..number % 5).map(|sign| sign as u16 * 300).collect(),
        }
    }

    fn filled(numbers: std::ops::Range<u32>) -> Details {
        let mut details = Details::default();
        numbers.for_each(|number| details.push(detail(number)));
        details
    }

    #[test]
    fn what_is_packed_comes_back_in_any_order() {
        let details = filled(0..1_000);
        assert_eq!(details.len(), 1_000);
        for number in [999, 0, 255, 256, 511, 512, 3, 700] {
            assert_eq!(details.get(number as usize), Some(detail(number)), "{number}");
        }
        assert_eq!(details.get(1_000), None);
        assert!(details.iter().eq((0..1_000).map(detail)));
        let length = |page: &DetailPage| page.packed.bytes().expect("bytes").len();
        assert!(details.pages.iter().all(|page| length(page) < 40 * PAGE), "packed");
    }

    #[test]
    fn what_is_in_a_file_comes_back_too() {
        let mut details = filled(0..600);
        details.append(filled(600..1_200), |mailbox| mailbox);
        let in_file =
            details.pages.iter().filter(|page| matches!(page.packed, PackedBytes::File { .. })).count();
        assert!((1..details.pages.len()).contains(&in_file), "{in_file} of {}", details.pages.len());
        let copy = details.clone();
        details.truncate(700);
        details.change(|detail| detail.from.clear());
        details.push(detail(700));
        assert!(copy.iter().eq((0..1_200).map(detail)));
        let changed = |number: u32| Detail { from: String::new(), ..detail(number) };
        assert!(details.iter().eq((0..700).map(changed).chain([detail(700)])));
        assert_eq!((details.get(3), details.any_unreadable()), (Some(changed(3)), false));
    }

    #[test]
    fn a_page_that_can_not_be_read_again_is_noticed_and_moves_no_other() {
        let mut details = filled(0..600);
        details.pages[0].packed = PackedBytes::Memory(Box::new([0; 3]));
        let read: Vec<Detail> = details.iter().collect();
        assert_eq!((read.len(), &read[600 - 1]), (600, &detail(599)));
        assert!(details.any_unreadable());
    }

    #[test]
    fn stretches_are_put_together_and_cut_back() {
        for (one, other) in [(0, 3), (3, 300), (256, 256), (700, 10), (700, 700), (1, 0)] {
            let mut details = filled(0..one);
            details.append(filled(one..one + other), |mailbox| mailbox);
            assert!(details.iter().eq((0..one + other).map(detail)), "{one} and {other}");
            let all = (one + other) as usize;
            assert_eq!(details.get(all - 1), Some(detail(one + other - 1)));
            for count in [all, all - 1, all / 2, all / 3, 0] {
                details.truncate(count);
                assert!(details.iter().eq((0..count as u32).map(detail)), "{count} of {one} and {other}");
            }
            details.push(detail(0));
            assert_eq!(details.get(0), Some(detail(0)));
        }
    }

    #[test]
    fn pages_are_renamed_and_changed() {
        let mut details = filled(0..10);
        details.append(filled(0..600), |mailbox| MailboxId::from(usize::from(mailbox) as u32 + 50));
        assert_eq!(details.get(300).map(|found| found.mailbox), Some(MailboxId::from(52)));
        details.get(5);
        details.change(|detail| detail.subject.clear());
        assert!(details.iter().all(|detail| detail.subject.is_empty()));
        assert_eq!(details.get(300).map(|found| found.offset), Some(detail(290).offset));
    }
}

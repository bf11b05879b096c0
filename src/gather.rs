//! Reads all mailboxes, on several threads, and puts what they hold in the order in which it stands there.
//!
//! Files are cut into parts, and small ones read many at a time; threads take such tasks from one queue; what a task
//! gave is taken in when all tasks before it have been. So nothing depends on which thread was faster.

mod by_customer;
mod cache;
mod gathered;
mod in_order;
mod step;
mod task;

pub use by_customer::gather_by_customer;
pub use cache::Cache;
pub use gathered::{Gathered, Yield};
pub use step::Step;

use crate::fact::{FactReader, Lens};
use crate::mailbox::Survey;
use in_order::{InOrder, ThreadResult};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, SyncSender};
use task::{Task, tasks};

/// How long a part is, in bytes: long enough that its borders cost nothing, short enough that threads end together.
const PART: u64 = 8 * 1_024 * 1_024;

/// Reads all mailboxes. `progress` is told of each step. A mailbox that can't be read is a remark and
/// gives nothing.
pub fn gather(survey: &Survey, lens: &Lens, threads: usize, progress: &(dyn Fn(Step) + Sync)) -> Gathered {
    in_parts(survey, lens, threads, (PART, None), progress)
}

/// The same with the facts of earlier runs: only what is new is read from the mail.
pub fn gather_with(
    cache: &Cache,
    survey: &Survey,
    lens: &Lens,
    threads: usize,
    progress: &(dyn Fn(Step) + Sync),
) -> Gathered {
    let gathered = in_parts(survey, lens, threads, (PART, Some(cache)), progress);
    cache.remove_unused(&survey.sources);
    gathered
}

fn in_parts(
    survey: &Survey,
    lens: &Lens,
    threads: usize,
    (length, cache): (u64, Option<&Cache>),
    progress: &(dyn Fn(Step) + Sync),
) -> Gathered {
    let tasks = tasks(&survey.sources, length, cache);
    let mut order = InOrder::new(survey, (lens, cache), &tasks, threads);
    let next = AtomicUsize::new(0);
    let (send, receive) = mpsc::sync_channel::<ThreadResult>(threads.max(1) * 2);
    let work = |thread: usize, send: SyncSender<ThreadResult>| {
        let mut reader = FactReader::new(lens);
        while let Some((number, task)) = take(&next, &tasks) {
            let mut given = Vec::new();
            let kept = cache.and_then(|cache| task.run_kept(lens, cache.keep, progress, &mut reader));
            let is_fresh = kept.is_none();
            let borders = kept.map_or_else(|| task.run(lens, progress, &mut reader, &mut given), Ok);
            let (batch, names) = reader.take();
            let found = ThreadResult { task: number, thread, batch, names, borders, given, is_fresh };
            if send.send(found).is_err() {
                return;
            }
        }
    };
    std::thread::scope(|scope| {
        if tasks.len() == 1 {
            // One small file is read before a thread has started.
            work(0, send.clone());
        } else {
            for thread in 0..threads.max(1).min(tasks.len()) {
                let (send, work) = (send.clone(), &work);
                scope.spawn(move || work(thread, send));
            }
        }
        drop(send);
        let mut waiting = BTreeMap::new();
        for found in receive {
            waiting.insert(found.task, found);
            while let Some(found) = waiting.remove(&order.taken) {
                order.take_in(found);
            }
        }
    });
    order.complete()
}

fn take<'a, 't>(next: &AtomicUsize, tasks: &'t [Task<'a>]) -> Option<(usize, &'t Task<'a>)> {
    let number = next.fetch_add(1, Ordering::Relaxed);
    tasks.get(number).map(|task| (number, task))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mailbox::survey;
    use proptest::prelude::*;
    use std::io::Write;
    use std::sync::LazyLock;

    const SEPARATOR: &str = "From ann@shop.example Thu Jan  4 10:00:00 2024";

    fn read(text: &str, threads: usize, length: u64) -> Vec<(u32, u64, String, u16)> {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(text.as_bytes()).expect("written");
        static LENS: LazyLock<Lens> =
            LazyLock::new(|| Lens { with_details: true, ..Lens::plain(1_795_305_600).expect("valid") });
        let survey = survey(&[file.path().to_path_buf()]);
        let Gathered { batch, names, .. } = in_parts(&survey, &LENS, threads, (length, None), &|_| {});
        assert!(batch.remarks.is_empty() || batch.read == 0, "{:?}", batch.remarks);
        let skips = batch.skips.iter().map(|skip| (u32::MAX, skip.offset, skip.reason.why().to_string(), 0));
        let facts = batch.facts.iter().map(|fact| {
            let offset = batch.details.get(fact.order as usize).expect("a detail").offset;
            (fact.order, offset ^ fact.identity, names.text(fact.from).to_string(), fact.rule.0)
        });
        facts.chain(skips).collect()
    }

    #[test]
    fn a_content_length_may_reach_over_the_border_of_a_part() {
        let inner = format!("text\n{SEPARATOR}\nFrom: inner@shop.example\n\n{}\n", "more\n".repeat(30));
        let text = format!(
            "{SEPARATOR}\nFrom: one@shop.example\nContent-Length: {}\n\n{inner}\n{SEPARATOR}\nFrom: two@shop.example\n\nend\n",
            inner.len()
        );
        let whole = read(&text, 1, u64::MAX);
        assert_eq!(whole.len(), 2);
        for length in 1..text.len() as u64 {
            assert_eq!(read(&text, 2, length), whole, "in parts of {length} bytes");
        }
    }

    #[test]
    fn a_separator_behind_a_stray_cr_is_one_wherever_the_parts_begin() {
        let text = format!(
            "{SEPARATOR}\nFrom: one@shop.example\rX: y\r{SEPARATOR}\nFrom: two@shop.example\n\nend\n"
        );
        let whole = read(&text, 1, u64::MAX);
        for length in 1..text.len() as u64 {
            assert_eq!(read(&text, 2, length), whole, "in parts of {length} bytes");
        }
    }

    fn line() -> impl Strategy<Value = String> {
        prop_oneof![
            Just(SEPARATOR.to_string()),
            Just("From ".to_string()),
            Just("From nobody Mon Sep 17 00:00:00 2001".to_string()),
            Just(">From x".to_string()),
            Just(format!("\u{feff}{SEPARATOR}")),
            Just(format!("\0\0\0\0\0\0\0{SEPARATOR}")),
            "From: [a-c]@shop.example",
            "Content-Length: [0-9]{1,3}",
            Just(String::new()),
            "[ -~]{0,12}",
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: std::env::var("PROPTEST_CASES").map_or(48, |n| n.parse().unwrap_or(48)), ..ProptestConfig::default() })]

        #[test]
        fn parts_and_threads_change_nothing(
            lines in proptest::collection::vec((line(), prop_oneof![Just("\n"), Just("\r\n"), Just("\r")]), 0..40),
            length in 1_u64..200, threads in 1_usize..4, mark: bool,
        ) {
            let text: String = lines.iter().map(|(line, end)| format!("{line}{end}")).collect();
            let mark = if mark { "\u{feff}" } else { "" };
            let text = format!("{mark}{SEPARATOR}\nFrom: first@shop.example\n{text}");
            prop_assert_eq!(read(&text, threads, length), read(&text, 1, u64::MAX));
        }
    }
}

//! What was read, handed on piece by piece, so that it never has to fit in memory.

use crate::fact::{Batch, NameTable};

/// Takes what was read, in its order, in pieces of some thousand messages, each with names of its own.
pub trait PieceSink {
    /// Takes the next piece. With the message `begun` of it a file begins, so that nothing before it can fail any more;
    /// `None`: the piece continues a file that may still fail.
    fn add(&mut self, batch: Batch, names: NameTable, begun: Option<u32>);

    /// Nothing that was added can fail any more.
    fn settle(&mut self);

    /// The file at hand can't be read to its end: what it gave counts for nothing.
    fn forget(&mut self);

    /// Whether more is of any use.
    fn want_more(&self) -> bool;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use crate::fact::{BatchMark, FactReader, MessagePiece, ReadingSettings};
    use crate::gather::result_order::{Collector, ResultOrder, TaskEnd, ThreadResult};
    use crate::gather::task::tasks;
    use crate::gather::{gather, gather_in_pieces};
    use crate::mailbox::{Buffering, Remark, Sink, survey};
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write;

    /// Remembers messages by their From addresses.
    #[derive(Default)]
    struct RecordingSink {
        from: Vec<String>,
        settled: usize,
        longest: u32,
    }

    impl PieceSink for RecordingSink {
        fn add(&mut self, batch: Batch, names: NameTable, begun: Option<u32>) {
            self.settled = begun.map_or(self.settled, |begun| self.from.len() + begun as usize);
            self.from.extend(batch.facts.iter().map(|fact| names.text(fact.from).to_string()));
            self.longest = self.longest.max(batch.read);
        }

        fn settle(&mut self) {
            self.settled = self.from.len();
        }

        fn forget(&mut self) {
            self.from.truncate(self.settled);
        }

        fn want_more(&self) -> bool {
            true
        }
    }

    fn settings() -> ReadingSettings {
        ReadingSettings {
            with_details: true,
            with_records: true,
            ..ReadingSettings::plain(1_795_305_600).expect("valid")
        }
    }

    fn mails(numbers: std::ops::Range<u32>) -> String {
        let mail =
            |number| format!("From x Sat Jan  3 08:00:00 2026\nFrom: shop{number}@shop.example\n\nNews.\n\n");
        numbers.map(mail).collect()
    }

    #[test]
    fn pieces_are_short_and_together_what_is_gathered_as_a_whole() {
        let here = tempfile::tempdir().expect("a folder");
        let path = |name: &str| here.path().join(name);
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(mails(0..20_000).as_bytes()).expect("packed");
        std::fs::write(path("long.mbox.gz"), packed.finish().expect("packed")).expect("written");
        std::fs::write(path("short.mbox"), mails(20_000..20_003)).expect("written");
        let (settings, survey) =
            (settings(), survey(&[path("long.mbox.gz"), path("none.mbox"), path("short.mbox")]));
        let whole = gather(&survey, &settings, 2, &|_| {});
        let mut remembered = RecordingSink::default();
        let rest = gather_in_pieces(&survey, &settings, 2, &|_| {}, &mut remembered);
        let from = whole.batch.facts.iter().map(|fact| whole.names.text(fact.from).to_string());
        assert_eq!(remembered.from, from.collect::<Vec<_>>());
        // 4,096, and what is in a part of a stream.
        assert!(remembered.longest <= 4_120, "{}", remembered.longest);
        assert_eq!((rest.batch.read, rest.arguments), (20_003, whole.arguments));
        assert_eq!(rest.batch.remarks, whole.batch.remarks, "one is missing");
        assert!(rest.batch.facts.is_empty() && remembered.settled == 20_003);
    }

    fn piece(settings: &ReadingSettings, numbers: std::ops::Range<u32>, revokes: bool) -> MessagePiece {
        let mut reader = FactReader::new(settings);
        reader.begin();
        let mails = mails(numbers);
        crate::mailbox::read_stream(mails.as_bytes(), "x".as_ref(), Buffering::on(1), &mut reader)
            .expect("read");
        MessagePiece { begun: None, revokes, ..reader.take() }
    }

    #[test]
    fn a_file_that_fails_after_pieces_of_it_were_handed_on_counts_for_nothing() {
        let here = tempfile::tempdir().expect("a folder");
        std::fs::write(here.path().join("mail.mbox"), mails(0..1)).expect("written");
        let (settings, survey) = (settings(), survey(&[here.path().join("mail.mbox")]));
        let tasks = tasks(&survey.sources, 100, None);
        let mut remembered = RecordingSink::default();
        let mut order = ResultOrder::new(&survey, &settings, Collector::Pieces(&mut remembered), &tasks[..1]);
        // A file ends in the first piece; the one that begins there fails after the second; the third is of another one.
        let first = piece(&settings, 0..3, false);
        let mut begins = FactReader::new(&settings);
        begins.begin();
        crate::mailbox::read_stream(mails(0..2).as_bytes(), "x".as_ref(), Buffering::on(1), &mut begins)
            .expect("read");
        let begun: Option<BatchMark> = Some(begins.store().0.mark());
        for piece in [MessagePiece { begun, ..first }, piece(&settings, 3..5, false)] {
            order.add(ThreadResult { piece, end: None });
        }
        let end = TaskEnd { borders: Ok(None), given: Vec::new(), is_fresh: true };
        let last = ThreadResult { piece: piece(&settings, 5..6, true), end: Some(end) };
        order.add(last);
        let read = order.complete().batch.read;
        let left = ["shop0@shop.example", "shop1@shop.example", "shop5@shop.example"];
        assert_eq!((read, remembered.from.as_slice()), (3, left.map(String::from).as_slice()));
    }

    #[test]
    fn a_long_file_of_which_one_part_fails_counts_for_nothing() {
        let here = tempfile::tempdir().expect("a folder");
        let path = here.path().join("mail.mbox");
        std::fs::write(&path, mails(0..4)).expect("written");
        let (settings, survey) = (settings(), survey(&[path]));
        let tasks = tasks(&survey.sources, 100, None);
        assert!(tasks.len() > 2, "{}", tasks.len());
        let mut remembered = RecordingSink::default();
        let mut order = ResultOrder::new(&survey, &settings, Collector::Pieces(&mut remembered), &tasks);
        for number in 0..tasks.len() as u32 {
            let borders = if number == 1 { Err(Error::new("x", "can't be read")) } else { Ok(None) };
            let end = Some(TaskEnd { borders, given: Vec::new(), is_fresh: true });
            let begun = Some(BatchMark::default());
            let piece = MessagePiece { begun, ..piece(&settings, number..number + 1, false) };
            order.add(ThreadResult { piece, end });
        }
        let gathered = order.complete();
        assert_eq!((gathered.batch.read, remembered.from.len()), (0, 0));
        assert!(matches!(gathered.batch.remarks[..], [Remark::Failed(_)]));
    }

    #[test]
    fn a_reader_revokes_what_it_handed_on_of_a_file_that_fails() {
        let settings = settings();
        let mut reader = FactReader::new(&settings);
        reader.begin();
        let read = |reader: &mut FactReader<'_>, numbers| {
            crate::mailbox::read_stream(mails(numbers).as_bytes(), "x".as_ref(), Buffering::on(1), reader)
                .expect("read");
        };
        read(&mut reader, 0..2);
        let first = reader.take();
        assert!(first.begun.is_some() && !first.revokes);
        read(&mut reader, 2..3);
        reader.remark(Remark::Failed(Error::new("x", "can't be read")));
        reader.begin();
        read(&mut reader, 3..5);
        let second = reader.take();
        assert_eq!((second.batch.read, second.begun.map(|begun| begun.messages())), (2, Some(0)));
        assert!(second.revokes);
        assert!(!reader.take().revokes);
    }
}

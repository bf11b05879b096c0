//! Mailboxes to which things happen between runs.

use crate::fact::{Brands, Owners, ReadingSettings, Rules, Senders};
use crate::fact_file::KeepOptions;
use crate::gather::cache::Cache;
use crate::gather::result_order::Collector;
use crate::gather::task::tasks;
use crate::gather::uncached_facts::UncachedFacts;
use crate::gather::{GatherJob, Gathered};
use crate::mailbox::{StatPolicy, survey_with_outputs};
use proptest::prelude::*;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// 2026-11-22T00:00:00Z.
pub const NOW: i64 = 1_795_305_600;

/// What happens between two runs.
#[derive(Debug, Clone)]
pub enum RunStep {
    Append(u8),
    AppendHalf,
    Truncate(u16),
    Replace(u16),
    State,
    Move,
    NewFile(u8),
    ReplaceFile(u8, u8),
    RenameFile(u8),
    RemoveFile(u8),
    OtherShape(u8),
    OtherDetails,
    Damage(u8, u8),
    Nothing,
}

pub fn step() -> impl Strategy<Value = RunStep> {
    prop_oneof![
        4 => (0..6_u8).prop_map(RunStep::Append),
        1 => Just(RunStep::AppendHalf),
        1 => any::<u16>().prop_map(RunStep::Truncate),
        1 => any::<u16>().prop_map(RunStep::Replace),
        1 => Just(RunStep::State),
        1 => Just(RunStep::Move),
        2 => any::<u8>().prop_map(RunStep::NewFile),
        1 => (any::<u8>(), any::<u8>()).prop_map(|(which, by)| RunStep::ReplaceFile(which, by)),
        1 => any::<u8>().prop_map(RunStep::RenameFile),
        1 => any::<u8>().prop_map(RunStep::RemoveFile),
        2 => (0..5_u8).prop_map(RunStep::OtherShape),
        2 => Just(RunStep::OtherDetails),
        2 => (any::<u8>(), any::<u8>()).prop_map(|(file, how)| RunStep::Damage(file, how)),
        1 => Just(RunStep::Nothing),
    ]
}

pub fn mail(number: usize) -> String {
    let more = match number % 5 {
        0 => "Status: O\n",
        1 => "X-Mozilla-Status: 0000\n",
        2 => "List-Unsubscribe: <mailto:off@shop.example>, <https://shop.example/u>\n",
        _ => "",
    };
    // Some can't be used.
    let from = if number % 11 == 10 { "X-From" } else { "From" };
    format!(
        "From MAILER-DAEMON Sat Jan  3 08:00:00 2026\n{more}{from}: Shop <news@shop{}.example>\n\
         Delivered-To: robin@home.example\nDate: 3 Jan 2026 07:{:02}:00 +0000\nSubject: Sale: 20% off {number}\n\
         Message-ID: <{number}@shop.example>\n\nEverything is on sale, 20% off. Shop now: https://shop.example/\n\n",
        number % 3,
        number % 60,
    )
}

/// A journal's report of a message to two customers.
pub fn journal_report() -> String {
    "From x Sat Jan  3 08:00:00 2026\nX-MS-Journal-Report:\nFrom: <exchange@home.example>\n\
     To: journal@home.example\nMessage-ID: <report@home.example>\n\
     Content-Type: multipart/mixed; boundary=j\n\n--j\nContent-Type: text/plain\n\n\
     Sender: news@shop.example\nMessage-Id: <both@shop.example>\nTo: robin@home.example\nTo: ann@home.example\n\n\
     --j\nContent-Type: message/rfc822\n\nFrom: Shop <news@shop.example>\nTo: robin@home.example\n\
     Date: 3 Jan 2026 07:00:00 +0000\nMessage-ID: <both@shop.example>\nSubject: Sale\n\nOn sale.\n\n--j--\n\n"
        .to_string()
}

fn own_rule(kind: &str) -> String {
    format!(
        "[[rule]]\nid = \"mine\"\nkind = \"{kind}\"\nwhy = \"x\"\nwhen.field.from = \"shop2\\\\.example\"\n"
    )
}

pub struct World {
    pub here: tempfile::TempDir,
    mails: usize,
    pub shape: u8,
    /// Whether runs keep where messages are.
    pub details: bool,
    ticks: u64,
}

impl World {
    pub fn new() -> Self {
        let here = tempfile::tempdir().expect("a folder");
        fs::create_dir_all(here.path().join("Maildir/cur")).expect("a folder");
        let mut this = Self { here, mails: 0, shape: 0, details: true, ticks: 0 };
        this.append(12);
        (0..5).for_each(|number| this.new_file(number));
        this
    }

    pub fn mbox(&self) -> PathBuf {
        self.here.path().join("mail.mbox")
    }

    pub fn change(&mut self, path: &Path, bytes: &[u8]) {
        fs::write(path, bytes).expect("written");
        // Each change at a time of its own, and none so late that it may be of the run.
        self.ticks += 1;
        let file = File::options().write(true).open(path).expect("the file");
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + self.ticks);
        file.set_modified(time).expect("a time");
    }

    fn append(&mut self, count: usize) {
        let more: String = (self.mails..self.mails + count).map(mail).collect();
        self.mails += count;
        let before = fs::read(self.mbox()).unwrap_or_default();
        self.change(&self.mbox(), &[before, more.into_bytes()].concat());
    }

    fn new_file(&mut self, number: u8) {
        let text = mail(usize::from(number) + 1_000);
        let (_, text) = text.split_once('\n').expect("a separator");
        self.deliver(&self.here.path().join(format!("Maildir/cur/17{number:08}.x:2,")), text);
    }

    pub fn files(&self) -> Vec<PathBuf> {
        let mut files: Vec<PathBuf> = fs::read_dir(self.here.path().join("Maildir/cur"))
            .expect("files")
            .map(|file| file.expect("a file").path())
            .collect();
        files.sort();
        files
    }

    /// Writes a message elsewhere, and moves it to its place.
    fn deliver(&mut self, path: &Path, text: &str) {
        let beside = self.here.path().join("beside");
        self.change(&beside, text.as_bytes());
        fs::rename(beside, path).expect("moved");
    }

    fn file(&self, which: u8) -> Option<PathBuf> {
        let files = self.files();
        files.get(usize::from(which) % files.len().max(1)).cloned()
    }

    pub fn take(&mut self, step: &RunStep) {
        let text = fs::read(self.mbox()).unwrap_or_default();
        let at = |place: u16| usize::from(place) % text.len().max(1);
        match *step {
            RunStep::Append(count) => self.append(count.into()),
            RunStep::AppendHalf => {
                let half = mail(self.mails);
                self.change(&self.mbox(), &[&text[..], &half.as_bytes()[..half.len() / 2]].concat());
            }
            RunStep::Truncate(place) => self.change(&self.mbox(), &text[..at(place)]),
            RunStep::Replace(place) => {
                let mut text = text.clone();
                if let Some(byte) = text.get_mut(at(place)) {
                    *byte = b'x';
                }
                self.change(&self.mbox(), &text);
            }
            RunStep::State => {
                let text = String::from_utf8_lossy(&text).replacen("Status: O\n", "Status: RO\n", 1);
                let text = text.replacen("X-Mozilla-Status: 0000", "X-Mozilla-Status: 0001", 1);
                self.change(&self.mbox(), text.as_bytes());
            }
            RunStep::Move => {
                let old = self.here.path().join("old.mbox");
                fs::rename(self.mbox(), old).expect("moved");
                self.append(9);
            }
            RunStep::NewFile(number) => self.new_file(number),
            RunStep::ReplaceFile(which, by) => {
                if let Some(path) = self.file(which) {
                    // As programs do that pack or restore messages: under the same name, but another file.
                    self.deliver(&path, &mail(usize::from(by) + 2_000));
                }
            }
            RunStep::RenameFile(which) => {
                if let Some(path) = self.file(which) {
                    let name = path.file_name().expect("a name").to_string_lossy();
                    let seen = name.replace(":2,", ":2,S").replace("SS", "");
                    fs::rename(&path, path.with_file_name(seen)).expect("renamed");
                }
            }
            RunStep::RemoveFile(which) => {
                if let Some(path) = self.file(which) {
                    fs::remove_file(path).expect("removed");
                }
            }
            RunStep::OtherShape(shape) => self.shape = shape,
            RunStep::OtherDetails => self.details = !self.details,
            RunStep::Damage(which, how) => self.damage(which, how),
            RunStep::Nothing => {}
        }
    }

    fn damage(&self, which: u8, how: u8) {
        let mut files: Vec<PathBuf> = fs::read_dir(self.here.path().join("cache"))
            .map(|files| files.map(|file| file.expect("a file").path()).collect())
            .unwrap_or_default();
        files.sort();
        let Some(path) = files.get(usize::from(which) % files.len().max(1)) else { return };
        let bytes = fs::read(path).expect("a file");
        match how % 4 {
            0 => fs::remove_file(path).expect("removed"),
            1 => fs::write(path, &bytes[..bytes.len() / 2]).expect("written"),
            2 => fs::write(path, b"").expect("written"),
            _ => {
                let mut bytes = bytes.clone();
                let at = usize::from(how) * 7 % bytes.len().max(1);
                bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 0x10);
                fs::write(path, bytes).expect("written");
            }
        }
    }

    pub fn settings(&self, keeps: bool) -> ReadingSettings {
        let brands = "[[brand]]\nname = \"Shops\"\ndomains = [\"shop1.example\"]\n";
        let brands = if self.shape == 2 {
            Brands::parse(brands, Path::new("b")).expect("valid")
        } else {
            Brands::default()
        };
        let owners = if self.shape == 1 {
            ["ann@home.example", "robin@home.example"].map(str::to_string).to_vec()
        } else {
            Vec::new()
        };
        let plain = ReadingSettings::plain(NOW).expect("valid");
        // Rules that were added, and then changed.
        let rules = match self.shape {
            3 => Rules::parse(&own_rule("transactional"), Path::new("r")).expect("valid"),
            4 => Rules::parse(&own_rule("personal"), Path::new("r")).expect("valid"),
            _ => plain.rules,
        };
        ReadingSettings {
            rules,
            owners: Owners::new(&owners, false).expect("valid"),
            senders: Senders::new(brands),
            with_details: self.details || keeps,
            with_records: keeps,
            with_signs: keeps,
            with_ways_out: keeps,
            ..ReadingSettings::plain(NOW).expect("valid")
        }
    }

    /// What a run keeps.
    pub fn keep(&self) -> KeepOptions {
        KeepOptions {
            details: self.details,
            ways_out: false,
            signs: false,
            records: false,
            places: self.details,
            from_cache: true,
        }
    }

    /// Everything that a run reads, in words.
    pub fn read(&self, with_cache: bool) -> String {
        let arguments = [self.mbox(), self.here.path().join("Maildir")];
        let settings = self.settings(with_cache);
        let keep = self.keep();
        let cache = with_cache.then(|| {
            Cache::open(&self.here.path().join("cache"), &arguments, &settings, keep).expect("a folder")
        });
        let stat_policy = if with_cache { StatPolicy::ExceptMaildirs } else { StatPolicy::EveryFile };
        let survey = || survey_with_outputs(&arguments, &[], stat_policy);
        let survey = cache.as_ref().map_or_else(survey, |cache| cache.read_while(&settings, survey));
        let (cache, tasks) = (cache.as_ref(), tasks(&survey.sources, 1_500, cache.as_ref()));
        let gathering = GatherJob {
            survey: &survey,
            settings: &settings,
            tasks: &tasks,
            threads: 2,
            progress: &|_| {},
            cache,
        };
        let collect = cache
            .map_or(Collector::Everything, |cache| Collector::Cached(Box::new(UncachedFacts::new(cache))));
        let Gathered { batch, names, arguments } = gathering.run(collect);
        if let Some(cache) = cache {
            cache.remove_unused(&survey.sources);
        }
        let facts = batch.facts.iter().map(|fact| {
            let (sender, customer, from) =
                (names.text(fact.sender), names.text(fact.customer), names.text(fact.from));
            let times =
                (fact.time, fact.identity, fact.message_id, fact.traits, fact.kind, fact.rule, fact.way_out);
            let place = batch.details.get(fact.order as usize).map(|detail| {
                (names.text(detail.mailbox).to_string(), detail.offset, detail.subject, detail.message_id)
            });
            format!("{} {sender} {customer} {from} {times:?} {place:?}\n", fact.order)
        });
        let skips = batch.skips.iter().map(|skip| {
            let place = self.details.then(|| (names.text(skip.mailbox), skip.offset));
            format!("{place:?} {:?}\n", skip.reason)
        });
        let gave = arguments.iter().map(|(named, gave)| {
            format!("{named:?} {} {} {}\n", gave.messages, gave.mailboxes > 0, gave.failures)
        });
        let unnamed: Vec<&str> = settings.owners.unnamed().collect();
        format!(
            "{}{}{}{:?} {:?} {unnamed:?}",
            facts.collect::<String>(),
            skips.collect::<String>(),
            gave.collect::<String>(),
            batch.shared,
            batch.remarks
        )
    }
}

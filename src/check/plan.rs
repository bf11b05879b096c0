//! What is to be done: everything read and checked that the job needs, before any mail is read.

use crate::consent::{Findings, Ledger, LedgerContext, LedgerOptions};
use crate::error::{Error, Result};
use crate::fact::{Brands, Owners, ReadingSettings, Rules, Senders, StateLabels};
use crate::fact_file::{self, KeepOptions};
use crate::gather::{Cache, Gathered, ReadProgress, gather, gather_with};
use crate::history::{History, Scope};
use crate::judge::JudgeContext;
use crate::mailbox::{FileId, StatPolicy, Survey, survey_with_outputs};
use crate::policy::{Across, Policy};
use crate::time::{Day, Seconds, Time, Zone};
use std::path::{Path, PathBuf};

/// What is to be done, checked and complete.
#[derive(Debug)]
pub struct Plan {
    /// What is to be read.
    pub survey: Survey,
    /// The settings for reading mail.
    pub settings: ReadingSettings,
    /// Which messages count.
    pub scope: Scope,
    /// The consent list.
    pub ledger: Ledger,
    /// The policy.
    pub policy: Policy,
    /// The day of asking, where one was given.
    pub as_of: Option<Day>,
    /// Whether pairs without marketing are listed too.
    pub all: bool,
    /// How many threads read.
    pub threads: usize,
    /// Facts of earlier runs.
    pub cache: Option<Cache>,
    /// Whether customers may be judged one by one, where facts come sorted by customer.
    pub by_customer: bool,
}

/// A plan as it is asked for, not yet checked. Every field has a default: [`Plan::builder`] sets them, and
/// `PlanBuilder { all: true, ..Plan::builder(mailboxes, now) }` changes one.
#[derive(Debug, Clone, Default)]
pub struct PlanBuilder {
    /// Mailbox files, folders and archives; `-` is standard input.
    pub mailboxes: Vec<PathBuf>,
    /// The instant of the run, in seconds since 1970: mail from after it is not believed.
    pub now: Seconds,
    /// The zone of civil days; otherwise UTC.
    pub zone: Option<Zone>,
    /// The consent lists; otherwise none.
    pub consent: LedgerOptions,
    /// A policy file, or `preset:NAME`; otherwise the built-in policy.
    pub policy: Option<PathBuf>,
    /// Classification rules that are asked before the built-in ones.
    pub rules: Option<PathBuf>,
    /// A file of brands.
    pub brands: Option<PathBuf>,
    /// Addresses of the mailboxes' owner, or `@domain`.
    pub owners: Vec<String>,
    /// Whether addresses that differ in their +tag are different customers.
    pub keep_tags: bool,
    /// The first day of the period.
    pub since: Option<Day>,
    /// Its last day.
    pub until: Option<Day>,
    /// "Today"; otherwise the day of the newest message, or `until`.
    pub as_of: Option<Day>,
    /// Whether spam counts.
    pub include_spam: bool,
    /// Whether mail of unverified senders counts.
    pub include_unverified: bool,
    /// Whether mail that belongs to a deal counts as marketing where it advertises as well.
    pub count_mixed: bool,
    /// Whether pairs without marketing are listed too.
    pub all: bool,
    /// How many threads read; otherwise as many as the machine has cores.
    pub threads: Option<usize>,
    /// Whether each message's place and subject are kept.
    pub with_details: bool,
    /// Without these and with a cache, whether it is kept where messages are that can't be used, and which files contain
    /// no mail.
    pub with_places: bool,
    /// With details, whether the addresses for opt-outs are kept.
    pub with_ways_out: bool,
    /// With details, whether the signs that were weighed are kept.
    pub with_signs: bool,
    /// With details, whether what a facts file needs of each message is kept.
    pub with_records: bool,
    /// Files that the run writes to, which are not read.
    pub outputs: Vec<FileId>,
    /// A folder in which facts are kept from run to run.
    pub cache: Option<PathBuf>,
    /// Whether customers may be judged one by one, where facts come sorted by customer: their facts are let go.
    pub by_customer: bool,
}

impl PlanBuilder {
    /// The plan, with every file that it names read and checked. An error names the file or value that is wrong.
    pub fn build(self) -> Result<Plan> {
        let zone = self.zone.map_or_else(|| Zone::named("UTC"), Ok)?;
        let owners = Owners::new(&self.owners, self.keep_tags)?;
        let brands = self.brands.as_deref().map(Brands::read).transpose()?.unwrap_or_default();
        let rules = Rules::load(self.rules.as_deref())?;
        let policy = self.policy.as_deref().map_or_else(Policy::built_in, Policy::read)?;
        let policy = of_customers(policy, self.policy.as_deref(), &owners, &brands)?;
        let senders = Senders::new(brands);
        let reading = LedgerContext { zone: &zone, owners: &owners, senders: &senders, now: self.now };
        let ledger = Ledger::read(&self.consent, &reading)?;
        let keeps = self.cache.is_some();
        let keep = KeepOptions {
            details: self.with_details,
            ways_out: self.with_ways_out,
            signs: self.with_signs,
            records: self.with_records,
            places: self.with_places,
            from_cache: true,
        };
        let settings = ReadingSettings {
            now: self.now,
            owners,
            senders,
            labels: StateLabels::built_in(),
            rules,
            // What is kept is for any later run.
            with_details: keep.details || keeps,
            with_ways_out: keep.ways_out || keeps,
            with_signs: keep.signs || keeps,
            with_records: keep.records || keeps,
        };
        let scope = Scope {
            zone,
            since: self.since,
            until: self.until,
            include_spam: self.include_spam,
            include_unverified: self.include_unverified,
            count_mixed: self.count_mixed || policy.count_mixed,
        };
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        let threads = self.threads.unwrap_or_else(cores);
        let files = (self.mailboxes.as_slice(), self.outputs.as_slice());
        let (survey, cache) = survey_with_cache(files, self.cache.as_deref(), (&settings, keep), threads)?;
        Ok(Plan {
            survey,
            cache,
            settings,
            scope,
            ledger,
            policy,
            as_of: self.as_of,
            all: self.all,
            threads,
            by_customer: self.by_customer,
        })
    }
}

/// Finds the files to read, and opens the cache, if one is used: what is in it is read meanwhile.
fn survey_with_cache(
    (mailboxes, outputs): (&[PathBuf], &[FileId]),
    folder: Option<&Path>,
    (settings, keep): (&ReadingSettings, KeepOptions),
    threads: usize,
) -> Result<(Survey, Option<Cache>)> {
    let Some(folder) = folder else {
        return Ok((survey_with_outputs(mailboxes, outputs, StatPolicy::EveryFile), None));
    };
    // With a cache most messages of a Maildir are known.
    let survey = || survey_with_outputs(mailboxes, outputs, StatPolicy::ExceptMaildirs);
    let known = Cache::open_again(folder, mailboxes, settings, keep)?;
    let survey = match &known {
        Some(cache) if threads > 1 => cache.read_while(settings, survey),
        _ => survey(),
    };
    let cache = known.map_or_else(|| Cache::open(folder, mailboxes, settings, keep), Ok)?;
    Ok((survey, Some(cache)))
}

/// The policy, with the owner's addresses under one name; an error where it counts over groups, and no brand has one.
fn of_customers(mut policy: Policy, path: Option<&Path>, owners: &Owners, brands: &Brands) -> Result<Policy> {
    for customer in policy.rules.iter_mut().flat_map(|rule| &mut rule.must_be_zero) {
        if !customer.starts_with('@') {
            *customer = owners.customer(&owners.canonical(customer)).to_string();
        }
    }
    let counts_groups = policy.rules.iter().any(|rule| rule.across == Some(Across::BrandGroup));
    if counts_groups && !brands.has_groups() {
        let path = path.unwrap_or(Path::new("the policy"));
        let error = Error::file(path, "a rule counts across a brand-group, but no brand has a group");
        return Err(error.hint("write group = \"…\" for brands in a file for --brands"));
    }
    Ok(policy)
}

impl Plan {
    /// Reads all mailboxes.
    pub fn gather(&self, progress: &(dyn Fn(ReadProgress) + Sync)) -> Gathered {
        match &self.cache {
            Some(cache) => gather_with(cache, &self.survey, &self.settings, self.threads, progress),
            None => gather(&self.survey, &self.settings, self.threads, progress),
        }
    }

    /// The day of asking, where the newest message is that one: its day, or `until` where that is earlier.
    pub(super) fn day_of_asking(&self, newest: Option<Time>) -> Option<Day> {
        let newest = newest.map(|time| self.scope.zone.day(time));
        self.as_of.or(match (newest, self.scope.until) {
            (Some(newest), Some(until)) => Some(newest.min(until)),
            (newest, until) => newest.or(until),
        })
    }

    /// The day of asking, where customers can be judged one by one because it is known before: it was given, or the input
    /// can be read twice. `None`: they can't.
    pub(super) fn day_before_judging(&self) -> Option<Option<Day>> {
        let [source] = self.survey.sources.as_slice() else { return None };
        if !self.by_customer || self.cache.is_some() || self.survey.arguments.len() != 1 {
            return None;
        }
        if source.origin.path.as_os_str() == "-" {
            return self.as_of.map(Some);
        }
        let newest = fact_file::newest_by_customer(&source.origin.path, self.settings.now)?;
        Some(self.day_of_asking(newest))
    }

    /// A plan to read these mailboxes at that instant (seconds since 1970), with the built-in rules and policy, without
    /// consent lists, in UTC.
    pub fn builder<P: Into<PathBuf>>(mailboxes: impl IntoIterator<Item = P>, now: Seconds) -> PlanBuilder {
        let mailboxes = mailboxes.into_iter().map(Into::into).collect();
        PlanBuilder { mailboxes, now, ..PlanBuilder::default() }
    }

    /// What every case is judged by.
    pub fn judging<'a>(
        &'a self,
        history: &'a History,
        findings: &'a Findings,
        scope: &'a Scope,
        as_of: Option<Day>,
    ) -> JudgeContext<'a> {
        JudgeContext {
            history,
            scope,
            ledger: &self.ledger,
            findings,
            policy: &self.policy,
            senders: &self.settings.senders,
            rules: &self.settings.rules,
            as_of,
        }
    }
}

//! The list of messages where customers are judged one by one: it grows in a file without a name while they are read.

use super::arguments::Check;
use super::output::{Prepared, folder, is_stream, prepare};
use crate::check::{Outcome, Plan, check_each};
use crate::error::{Error, Result};
use crate::fact::Details;
use crate::gather::Step;
use crate::judge::JudgeContext;
use crate::report::{Listing, MessageList, Style};
use std::fs::File;
use std::io::{self, BufWriter, Seek};
use std::path::Path;

impl Check {
    /// Whether all outputs can be written from customers that are judged one by one: those that show single messages, or
    /// senders with all their customers, can't; nor can redacted ones, for which all names are needed.
    pub fn may_be_by_customer(&self) -> bool {
        let Self { html, starter_ledger, senders, streams, evidence, xlsx, messages, .. } = self;
        let need_everything =
            [html, starter_ledger, senders, streams, evidence].into_iter().any(Option::is_some);
        let as_sheet = xlsx.is_some() && messages.is_some();
        !need_everything && !as_sheet && self.inputs.redact.is_none()
    }
}

/// The list of messages, as far as it came.
pub struct Growing<'a> {
    path: &'a Path,
    style: Style,
    list: Option<MessageList<BufWriter<File>>>,
    file: Option<File>,
}

impl<'a> Growing<'a> {
    /// Judges all mail. Where customers are judged one by one and their messages are to be listed, the list comes too.
    pub fn check(
        options: &'a Check,
        plan: &Plan,
        progress: &(dyn Fn(Step) + Sync),
    ) -> Result<(Outcome, Option<Self>)> {
        let path = options.messages.as_deref();
        let mut growing = path.map(|path| Self { path, style: options.style(), list: None, file: None });
        let outcome = check_each(plan, progress, &mut |judging, details| {
            growing.as_mut().map_or(Ok(()), |list| list.add(plan, judging, details))
        })?;
        let growing = growing.filter(|_| outcome.is_by_customer);
        Ok((outcome, growing))
    }

    fn failed(&self, error: &io::Error) -> Error {
        Error::io(self.path, "can't be written", error)
    }

    /// Adds the messages of a customer.
    fn add(&mut self, plan: &Plan, judging: &JudgeContext<'_>, details: &Details) -> Result<()> {
        let listing = Listing { details, rules: &plan.lens.rules, all: plan.all };
        if self.list.is_none() {
            let (list, file) = self.begun().map_err(|error| self.failed(&error))?;
            (self.list, self.file) = (Some(list), Some(file));
        }
        let added = self.list.as_mut().map_or(Ok(()), |list| list.add(judging, &listing));
        added.map_err(|error| self.failed(&error))
    }

    fn begun(&self) -> io::Result<(MessageList<BufWriter<File>>, File)> {
        // A device has no room beside it.
        let file = if is_stream(self.path) {
            tempfile::tempfile()
        } else {
            tempfile::tempfile_in(folder(self.path))
        }?;
        let list = MessageList::new(BufWriter::new(file.try_clone()?), self.style)?;
        Ok((list, file))
    }

    /// The complete list.
    pub fn prepared(mut self) -> Result<Prepared> {
        let (list, file) = (self.list.take(), self.file.take());
        prepare(self.path, |out| {
            let Some((list, mut file)) = list.zip(file) else { return Ok(()) };
            list.finish()?;
            file.rewind()?;
            io::copy(&mut file, out).map(drop)
        })
    }
}

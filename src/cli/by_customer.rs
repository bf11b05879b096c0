//! What the lists beside the report are written from. Where customers are judged one by one, it is gathered meanwhile: the
//! list of messages grows in a file without a name, the lists of senders and streams are counted.

use super::arguments::CheckOptions;
use super::output::{folder, is_stream};
use crate::check::{Outcome, Plan, check_each};
use crate::error::{Error, Result};
use crate::fact::Details;
use crate::gather::ReadProgress;
use crate::judge::JudgeContext;
use crate::report::{
    CsvStyle, MessageContext, MessageList, SenderWaysOut, StreamList, write_messages, write_senders,
};
use std::fs::File;
use std::io::{self, BufWriter, Seek, Write};
use std::path::Path;

impl CheckOptions {
    /// Whether all outputs can be written from customers that are judged one by one: those that look for single messages
    /// when all have come can't; nor can redacted ones, for which all names are needed.
    pub fn may_be_by_customer(&self) -> bool {
        let Self { html, starter_ledger, xlsx, messages, .. } = self;
        let need_everything = [html, starter_ledger].into_iter().any(Option::is_some);
        let as_sheet = xlsx.is_some() && messages.is_some();
        !need_everything && !as_sheet && self.inputs.redact.is_none()
    }
}

/// What the lists of messages, senders and streams are written from.
pub struct GrowingLists<'a> {
    options: &'a CheckOptions,
    /// Where customers were judged one by one: the list of messages.
    messages: Option<File>,
    ways_out: SenderWaysOut,
    streams: StreamList,
}

impl<'a> GrowingLists<'a> {
    /// Judges all mail.
    pub fn check(
        options: &'a CheckOptions,
        plan: &Plan,
        progress: &(dyn Fn(ReadProgress) + Sync),
    ) -> Result<(Outcome, Self)> {
        let mut growing = GrowingList::new(options);
        let mut this = Self {
            options,
            messages: None,
            ways_out: SenderWaysOut::default(),
            streams: StreamList::default(),
        };
        let outcome = check_each(plan, progress, &mut |judging, details| {
            let message_context = MessageContext { details, rules: &plan.settings.rules, all: plan.all };
            if this.has_senders() {
                this.ways_out.add(judging);
            }
            if this.has_streams() {
                this.streams.add(judging, &message_context);
            }
            growing.as_mut().map_or(Ok(()), |growing| growing.add(judging, &message_context))?;
            are_readable(details)
        })?;
        if let Some(growing) = growing.filter(|_| outcome.is_by_customer) {
            this.messages = growing.finish()?;
        }
        Ok((outcome, this))
    }

    fn has_senders(&self) -> bool {
        self.options.senders.is_some() || self.options.evidence.is_some()
    }

    fn has_streams(&self) -> bool {
        self.options.streams.is_some() || self.options.evidence.is_some()
    }

    /// Where everything was judged at once, counts it.
    pub fn complete(
        &mut self,
        outcome: &Outcome,
        judging: &JudgeContext<'_>,
        message_context: &MessageContext<'_>,
    ) {
        if outcome.is_by_customer {
            return;
        }
        if self.has_senders() {
            self.ways_out.add(judging);
        }
        if self.has_streams() {
            self.streams = StreamList::of(judging, message_context);
        }
    }

    /// Writes the list of messages.
    pub fn write_messages(
        &self,
        out: &mut dyn Write,
        judging: &JudgeContext<'_>,
        message_context: &MessageContext<'_>,
    ) -> io::Result<()> {
        let Some(mut file) = self.messages.as_ref() else {
            return write_messages(out, self.options.style(), judging, message_context);
        };
        file.rewind()?;
        io::copy(&mut file, out).map(drop)
    }

    /// Writes the list of senders.
    pub fn write_senders(&self, out: &mut dyn Write, outcome: &Outcome, plan: &Plan) -> io::Result<()> {
        let cases = outcome.marketing_cases();
        write_senders(out, self.options.style(), cases, &self.ways_out, &plan.policy)
    }

    /// Writes the list of streams.
    pub fn write_streams(&self, out: &mut dyn Write, outcome: &Outcome) -> io::Result<()> {
        self.streams.write(out, self.options.style(), &outcome.history.names)
    }
}

/// An error where texts of messages that were put into a temporary file could not be read again.
pub fn are_readable(details: &Details) -> Result<()> {
    if !details.any_unreadable() {
        return Ok(());
    }
    Err(Error::new("temporary files", "what was kept there of the messages can't be read again")
        .hint("see whether the disk of the folder TMPDIR is sound; nothing was written"))
}

/// The list of messages that is being written.
struct GrowingList<'a> {
    /// The file or folder that it is for.
    place: &'a Path,
    style: CsvStyle,
    list: Option<(MessageList<BufWriter<File>>, File)>,
}

impl<'a> GrowingList<'a> {
    /// An empty list; `None`: nobody wants one.
    fn new(options: &'a CheckOptions) -> Option<Self> {
        let place = options.messages.as_deref().or(options.evidence.as_deref())?;
        Some(Self { place, style: options.style(), list: None })
    }

    /// Adds the messages of a customer.
    fn add(&mut self, judging: &JudgeContext<'_>, message_context: &MessageContext<'_>) -> Result<()> {
        let failed = |error: io::Error| Error::io(self.place, "can't be written", &error);
        if self.list.is_none() {
            self.list = Some(self.begun().map_err(failed)?);
        }
        let added = self.list.as_mut().map_or(Ok(()), |(list, _)| list.add(judging, message_context));
        added.map_err(failed)
    }

    fn begun(&self) -> io::Result<(MessageList<BufWriter<File>>, File)> {
        // No file can be made beside a device.
        let file = if is_stream(self.place) {
            tempfile::tempfile()
        } else {
            tempfile::tempfile_in(folder(self.place))
        }?;
        let list = MessageList::new(BufWriter::new(file.try_clone()?), self.style)?;
        Ok((list, file))
    }

    /// The complete list.
    fn finish(self) -> Result<Option<File>> {
        let Some((list, file)) = self.list else { return Ok(None) };
        list.finish().map_err(|error| Error::io(self.place, "can't be written", &error))?;
        Ok(Some(file))
    }
}

//! The columns of a facts file: the one table that the README's is checked against.

use arrow_schema::{DataType, Field, Fields, Schema};
use std::collections::HashMap;
use std::sync::Arc;

/// A column.
#[derive(Debug, Clone, Copy)]
pub struct FactColumn {
    /// Its name.
    pub name: &'static str,
    /// The type of its values; any value may be missing.
    pub data: ColumnType,
    /// What it says.
    pub meaning: &'static str,
}

/// The type of a column's values: few, and such that pandas, DuckDB and Spark have them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// A text (UTF-8).
    Text,
    /// A text of which there are few different ones: read as numbers of a dictionary.
    Name,
    /// A whole number, 64 bits with a sign.
    Number,
    /// True or false.
    Flag,
    /// A list of whole numbers.
    Numbers,
}

impl ColumnType {
    /// The word in the README.
    pub fn word(self) -> &'static str {
        match self {
            Self::Text | Self::Name => "string",
            Self::Number => "int64",
            Self::Flag => "bool",
            Self::Numbers => "list<int64>",
        }
    }

    fn arrow(self) -> DataType {
        match self {
            Self::Text | Self::Name => DataType::Utf8,
            Self::Number => DataType::Int64,
            Self::Flag => DataType::Boolean,
            Self::Numbers => DataType::List(Arc::new(Field::new("item", DataType::Int64, true))),
        }
    }
}

macro_rules! columns {
    ($($id:ident $name:literal $data:ident $meaning:literal;)*) => {
        /// A column, by its place in [`COLUMNS`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum ColumnId {
            $($id,)*
        }

        /// Their places, in order.
        pub(super) const IDS: &[ColumnId] = &[$(ColumnId::$id,)*];

        /// All columns, in their order.
        pub const COLUMNS: &[FactColumn] = &[
            $(FactColumn { name: $name, data: ColumnType::$data, meaning: $meaning },)*
        ];
    };
}

columns! {
    MadeBy "made_by" Name "`mailfatigue facts`, in every row";
    Row "row" Name "what the row is: see below";
    Customer "customer" Name "the address that the message was delivered to; missing in rows about no customer";
    Message "message" Number "the number of the message in the order of reading, from 0; the same in all rows of a message";
    Recipients "recipients" Number "how many customers the message has, each with a row; missing: one";
    Sender "sender" Name "the organisation that sent it";
    GroupedBy "grouped_by" Name "how the sender was found: `domain`, `address` or `brand`";
    FromAddress "from_address" Name "the From address; in a row `blocked` the address that the owner blocked";
    FromName "from_name" Name "the display name beside it";
    Kind "kind" Name "the kind, by the message alone";
    Rule "rule" Name "the id of the rule that decided";
    BeforeImport "time_before_import" Number "seconds since 1970 of the hop below the topmost, where the message was imported more than 3 days after it; of the times the first is believed that lies between 1990 and two days after the run that reads";
    Received "time_received" Number "of the topmost `Received` field";
    Delivered "time_delivered" Number "of delivery, as the container says";
    Date "time_date" Number "of the `Date` field";
    Separator "time_separator" Number "of the mbox separator";
    Own "own" Flag "the owner wrote it";
    Draft "draft" Flag "a draft, a chat or an RSS item";
    Spam "spam" Flag "in a spam folder or under a spam label";
    Unverified "unverified" Flag "the receiver could not verify its sender";
    Read "read" Flag "whether it was read; missing: the export does not say";
    Deleted "deleted" Flag "whether it was deleted; missing: the export does not say";
    NoReply "no_reply" Flag "an answer would go to a no-reply address";
    Reply "reply" Flag "it answers another message";
    Mixed "mixed" Flag "it belongs to a deal and advertises as well";
    Leans "leans_to_marketing" Flag "undecided by itself, with more points for marketing than for any other kind";
    Marked "marked" Flag "it bears what no advertisement does: the number of a deal, a code, a document, an answer";
    Numbered "numbered" Flag "it belongs to a deal and names its number";
    Subscription "subscription" Flag "it is about a subscription";
    Identity "identity" Number "the same for copies of one message to one customer (a hash)";
    ListId "list_id" Name "the List-Id";
    Template "template" Number "the template of its text (a hash)";
    WayOut "unsubscribe" Name "the best way out: `one-click`, `link`, `mailto`, `body` or `none`";
    LeadsTo "unsubscribe_place" Number "where that leads, without tokens (a hash)";
    Answers "answers" Number "the Message-ID that it answers (half of a hash)";
    Evidence "evidence" Name "what it proves about consent: `purchase`, `confirm-request`, `confirmed` or `unsubscribed`";
    OptOutAddresses "opt_out_addresses" Numbers "the addresses to which it asks opt-outs to be sent (hashes)";
    OptOutSubjects "opt_out_subjects" Numbers "the subject that each of them asks for (hashes; 0: none)";
    OptOutDomains "opt_out_domains" Numbers "the domains, other than the sender's, at which it takes opt-outs (hashes)";
    WrittenTo "written_to" Numbers "in the owner's own mail: to which addresses (hashes)";
    WrittenSubject "written_subject" Number "with which subject (a hash)";
    WrittenAsks "written_asks" Flag "whether it asks, in own words, that mail stop";
    WrittenAnswers "written_answers" Number "the Message-ID that it answers (a hash)";
    WrittenIsAnswer "written_is_answer" Flag "whether it is an answer that names no message";
    OwnersNamed "owners_named" Numbers "which `--owner` addresses it names, by their places from 0";
    Subject "subject" Text "the subject, decoded";
    MessageId "message_id" Text "the Message-ID, in angle brackets";
    Mailbox "mailbox" Name "the file that it is in";
    Offset "offset" Number "where it begins there, in bytes";
    Web "unsubscribe_web" Text "the address of a page in `List-Unsubscribe`";
    Mail "unsubscribe_mail" Text "the e-mail address in `List-Unsubscribe`";
    MailSubject "unsubscribe_mail_subject" Text "the subject that it asks for";
    Signs "signs" Name "the signs that were weighed, with a blank between; none where a rule decided";
    Note "note" Text "in rows about no message: the reason, or an error as JSON";
}

/// The times of a message, in the order in which they are believed.
pub(super) const TIMES: [ColumnId; 5] =
    [ColumnId::BeforeImport, ColumnId::Received, ColumnId::Delivered, ColumnId::Date, ColumnId::Separator];

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKind {
    /// A message to a customer.
    Message,
    /// The owner's own mail once more, for the customer who wrote it.
    Written,
    /// A message that can't be used.
    Unusable,
    /// An address that the owner blocked.
    Blocked,
    /// Something to be known about reading.
    Noted,
    /// Something that could not be read.
    Failed,
    /// A file without mail.
    NoMail,
    /// A mailbox as it was named, with the numbers of what it gave.
    Mailbox,
}

/// What a row can be: its kind, the word, and what that means.
pub const ROWS: [(RowKind, &str, &str); 8] = [
    (RowKind::Message, "message", "a message to a customer"),
    (
        RowKind::Written,
        "written",
        "what the owner wrote, for the customer who wrote it, where the message went to another one",
    ),
    (RowKind::Unusable, "unusable", "a message that can't be used, with the reason"),
    (RowKind::Blocked, "blocked", "an address on the owner's list of those to block"),
    (RowKind::Noted, "note", "something to be known about reading"),
    (RowKind::Failed, "failed", "something that could not be read"),
    (RowKind::NoMail, "no-mail", "a file without mail"),
    (RowKind::Mailbox, "mailbox", "a mailbox as it was named, with the numbers of what it gave"),
];

impl RowKind {
    /// The word in the column `row`.
    pub fn word(self) -> &'static str {
        ROWS.iter().find(|(kind, ..)| *kind == self).map_or("", |(_, word, _)| word)
    }

    /// The kind that is called so.
    pub fn with_word(word: &str) -> Option<Self> {
        ROWS.iter().find(|(_, known, _)| *known == word).map(|(kind, ..)| *kind)
    }
}

/// The schema of rows, with that metadata.
pub(super) fn schema(metadata: HashMap<String, String>) -> Schema {
    let fields: Fields =
        COLUMNS.iter().map(|column| Field::new(column.name, column.data.arrow(), true)).collect();
    Schema::new_with_metadata(fields, metadata)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_words_are_unique() {
        let mut names: Vec<&str> = COLUMNS.iter().map(|column| column.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), COLUMNS.len());
        for (kind, word, _) in ROWS {
            assert_eq!(RowKind::with_word(word), Some(kind));
            assert_eq!(kind.word(), word);
        }
    }
}

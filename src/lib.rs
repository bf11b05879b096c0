//! mailfatigue reads mailbox exports and reports who sends marketing mail daily without consent on record.
//!
//! The flagged senders of a mailbox:
//!
//! ```
//! use mailfatigue::check::{Plan, check};
//!
//! fn main() -> mailfatigue::error::Result<()> {
//!     let now = 1_795_305_600; // seconds since 1970: mail from after it is not believed
//!     let mailbox = "fixtures/cases/a-shop-mails-every-day-though-no-box-was-ticked.mbox";
//!     let plan = Plan::builder([mailbox], now).build()?;
//!     let outcome = check(&plan, &|_step| ())?;
//!     for case in outcome.cases.iter().filter(|case| case.is_flagged(&plan.policy)) {
//!         println!("{} mails {}", case.sender, case.customer);
//!     }
//! #   assert!(outcome.cases.iter().any(|case| case.is_flagged(&plan.policy)));
//!     Ok(())
//! }
//! ```
//!
//! The way the data goes, and the order of the modules:
//!
//! ```text
//! mailboxes ─▶ mailbox ─▶ RawMessage ─▶ fact ─▶ Fact ─▶ history ──▶ pairs ─┐
//!              (bytes)   └─▶ Remark         └─▶ Skip (counted)             ▼
//! ledger.csv ─▶ consent ─▶ Ledger ───────────────────────────────────▶  judge ─▶ Case ─▶ report ─▶ csv · json · xlsx · page
//! policy.toml ─▶ policy ─▶ Policy ────────────────────────────────────▶   ▲                        summary · letter
//!                                                                   as_of ┘
//! ```
//!
//! # Invariants
//!
//! 1. A body is never stored; memory grows with messages (tens of bytes each), never with bytes.
//! 2. Modules import leftwards only: `error < {text, outputs} < time < message < mailbox < classify < fact < fact_file <
//!    gather < history < cadence < consent < policy < judge < since_last < report < check < cli`, and no files import each
//!    other in a circle (`tests/layout.rs` reads this order and the `use` lines).
//! 3. `judge`, `cadence` and the timeline of `consent` take values and return values: no file, no clock, no printing.
//! 4. The clock and the machine's zone are read once, in `cli`; everyone else is given them.
//! 5. Nothing but `cli` prints, and nothing ends the program but `main` and, when a signal asks for it, `cli`.
//! 6. The same input gives the same bytes, whatever the number of threads and the order of files.
//! 7. Every message read is in exactly one number of the summary.
//! 8. Absent is not zero: an `Option` and a blank cell, never a stand-in.
//! 9. Text from strangers is made harmless in one place, `report/safe.rs`.
//!
//! Not in the picture: `text` (searches, folding, phrases), `time` (instants, days, zones, dates as mail writes them) and
//! `message` (the syntax of one message), which separators and facts both need; `classify`, which decides for `fact` what
//! kind of mail a message is; `gather`, which reads parts of mailboxes on several threads and puts the results in order;
//! and `check`, the main job as a function, which the command line calls.
//!
//! A byte enters through `mailbox`: `survey` finds the files, `source` reads them whole or in parts, `detect` finds out by
//! their content what they are, and the file of the format finds the messages. All of these hand messages to one `Sink`:
//! the reader of `fact`, whose facts become pairs in `history`, cases in `judge`, and cells in `report`.

#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod cadence;
pub mod check;
pub mod classify;
pub mod cli;
pub mod consent;
pub mod error;
pub mod fact;
pub mod fact_file;
pub mod gather;
pub mod history;
pub mod judge;
pub mod mailbox;
pub mod message;
pub mod outputs;
pub mod policy;
pub mod report;
pub mod since_last;
mod text;
pub mod time;

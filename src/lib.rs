//! tour
#![forbid(unsafe_code)]
pub mod error;
pub mod fact;
pub mod mailbox;
pub mod time;

//! Text, whatever it is part of: nearby bytes, text folded for comparison, phrases, and a cache by text.

pub(crate) mod cache;
pub(crate) mod fold;
pub(crate) mod phrases;
pub(crate) mod scan;

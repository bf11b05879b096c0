//! Text, whatever it is part of: nearby bytes, text folded for comparison, phrases, a cache by text, and digests.

pub(crate) mod cache;
pub(crate) mod digest;
pub(crate) mod fold;
pub(crate) mod phrases;
pub(crate) mod scan;

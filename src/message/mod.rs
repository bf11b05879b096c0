//! The syntax of one message: its header fields, their values, its MIME parts and its HTML. What the fields mean is
//! decided in `classify` and `fact`.

pub(crate) mod address;
pub(crate) mod coded;
pub(crate) mod decode;
pub mod domain;
pub mod header;
pub(crate) mod html;
pub(crate) mod mime;
pub(crate) mod originator;
pub(crate) mod quoted_printable;
pub(crate) mod template;

//! Numbers as the page shows them.

use crate::judge::Share;
use crate::report::{Cell, Decimal};

/// A part in percent, of the same rounding as the report's; `–` where the whole is nothing.
pub fn percent(share: Share) -> String {
    match Cell::share(share) {
        Cell::Share(Decimal { hundredths, .. }) => format!("{hundredths}%"),
        _ => "–".to_string(),
    }
}

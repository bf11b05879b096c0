//! Tests of `month_names`.

use super::*;
use crate::text::fold::fold;

#[test]
fn every_name_is_folded_and_of_one_month() {
    for (month, names) in (1..).zip(MONTH_NAMES) {
        for name in names {
            assert_eq!(month_number(name), Some(month), "{name}");
            assert_eq!(fold(name), *name);
        }
    }
}

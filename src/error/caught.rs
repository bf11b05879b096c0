//! Panics of parsers on hostile or damaged files: caught, and without output on standard error, because the run continues
//! and counts the file or message instead.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    /// Whether a panic of this thread will be caught here.
    static CATCHING: Cell<bool> = const { Cell::new(false) };
}

/// What `parse` gives; `None` where it panics. Nothing else than its own result may depend on what it left undone.
pub fn caught<T>(parse: impl FnOnce() -> T) -> Option<T> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let before = take_hook();
        set_hook(Box::new(move |panic| {
            if !CATCHING.get() {
                before(panic);
            }
        }));
    });
    let outer = CATCHING.replace(true);
    let parsed = catch_unwind(AssertUnwindSafe(parse)).ok();
    CATCHING.set(outer);
    parsed
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn a_panic_that_is_caught_prints_nothing_and_any_other_does() {
        let output_of = |name: &str| {
            let program = std::env::current_exe().expect("the test program");
            let arguments = ["--ignored", "--exact", "--nocapture", name];
            let output = Command::new(program).args(arguments).output().expect("a run");
            String::from_utf8_lossy(&output.stderr).into_owned()
        };
        assert_eq!(output_of("error::caught::tests::one_is_caught"), "");
        assert!(output_of("error::caught::tests::one_is_not_caught").contains("a fault of our own"));
    }

    #[test]
    #[ignore = "run by the test above"]
    fn one_is_caught() {
        assert_eq!(caught(|| 1), Some(1));
        let damaged: Option<u8> = caught(|| {
            assert_eq!(caught::<u8>(|| panic!("a parser within a parser")), None);
            panic!("a parser");
        });
        assert_eq!(damaged, None);
    }

    #[test]
    #[ignore = "run by the test above"]
    fn one_is_not_caught() {
        assert_eq!(caught(|| 1), Some(1));
        panic!("a fault of our own");
    }
}

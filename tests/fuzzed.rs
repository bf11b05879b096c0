//! What the fuzzer kept is read again: each input that once reached code of its own, and each that once broke something.

#[path = "../fuzz/properties.rs"]
mod properties;

use std::path::Path;

type Property = fn(&[u8]);

const TARGETS: [(&str, Property); 9] = [
    ("mbox", properties::mbox),
    ("header", properties::header),
    ("body", properties::body),
    ("stream", properties::stream),
    ("file", properties::file),
    ("ledger", properties::ledger),
    ("policy", properties::policy),
    ("rules", properties::rules),
    ("brands", properties::brands),
];

#[test]
fn every_kept_input_still_holds() {
    for (name, holds) in TARGETS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
        let mut read = 0;
        for entry in std::fs::read_dir(&folder).expect("fuzz/corpus") {
            holds(&std::fs::read(entry.expect("an entry").path()).expect("an input"));
            read += 1;
        }
        assert!(read > 0, "no inputs in {}", folder.display());
    }
}

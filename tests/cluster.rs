//! The job for Apache Spark, run on a real master and two real workers: `tests/cluster/cluster.py`. It needs Java 17 or
//! newer, and a Python environment with pyspark, which is made here from PyPI; where one of these is missing, it is left out.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The versions that the job was tried with.
const PACKAGES: [&str; 3] = ["pyspark==4.1.*", "pyarrow>=18", "pandas>=2.2"];

fn works(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

/// A Python with pyspark, in an environment below `target`, made where it is not there yet.
fn python() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("venv-spark");
    let python = folder.join("bin/python");
    let has_spark =
        |python: &Path| works(Command::new(python).args(["-c", "import pyspark, pyarrow, pandas"]));
    if !has_spark(&python) {
        let made = works(Command::new("python3").args(["-m", "venv"]).arg(&folder));
        let installed = made
            && works(
                Command::new(&python)
                    .args(["-m", "pip", "install", "--quiet", "--timeout", "20", "--retries", "1"])
                    .args(PACKAGES),
            );
        if !installed || !has_spark(&python) {
            return None;
        }
    }
    Some(python)
}

#[test]
fn a_cluster_gives_the_bytes_of_one_machine() {
    if !works(Command::new("java").arg("-version")) {
        eprintln!("skipped: no Java is here; the job for Apache Spark was not run");
        return;
    }
    let Some(python) = python() else {
        eprintln!("skipped: pyspark can't be had from PyPI; the job for Apache Spark was not run");
        return;
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cluster/cluster.py");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cluster");
    let output = Command::new(python)
        .arg(script)
        .arg(env!("CARGO_BIN_EXE_mailfatigue"))
        .arg(folder)
        .output()
        .expect("python runs");
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}{}", said(&output.stdout), said(&output.stderr));
    println!("{}", said(&output.stdout));
}

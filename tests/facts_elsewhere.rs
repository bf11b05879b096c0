//! Facts read by other programs: the README's queries in DuckDB and pandas, where these can be installed.

mod common;

use common::{daily, folder, run};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A Python that has them, in a virtual environment below `target`; `None`: they can't be installed here.
fn python() -> Option<PathBuf> {
    let venv = Path::new(env!("CARGO_TARGET_TMPDIR")).join("venv-facts");
    let python = venv.join("bin/python");
    let works = |python: &Path| {
        let told = Command::new(python).args(["-c", "import duckdb, pandas, pyarrow"]).output();
        told.is_ok_and(|told| told.status.success())
    };
    if works(&python) {
        return Some(python);
    }
    let made = Command::new("python3").args(["-m", "venv"]).arg(&venv).output();
    made.ok().filter(|made| made.status.success())?;
    let pip = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--timeout",
        "20",
        "--retries",
        "1",
        "duckdb",
        "pandas",
        "pyarrow",
    ];
    let _ = Command::new(&python).args(pip).output();
    works(&python).then_some(python)
}

/// The fenced block of the README below a mark.
fn block(mark: &str) -> String {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(readme).expect("README.md");
    let (_, below) = readme.split_once(&format!("<!-- {mark} -->\n```")).expect("the mark");
    below.split_once('\n').and_then(|(_, rest)| rest.split_once("```")).expect("a block").0.to_string()
}

#[test]
fn the_queries_of_the_readme_run_where_their_programs_can_be_installed() {
    let Some(python) = python() else {
        println!("skipped: duckdb, pandas and pyarrow can't be installed from PyPI here");
        return;
    };
    let here = folder(&[("mail.mbox", daily().as_bytes())]);
    let told = run(here.path(), ["facts", "-q", "-o", "mail.parquet", "mail.mbox"]);
    assert_eq!(told.status, 0, "{}", told.err);
    let script = format!(
        "import duckdb\nprint(duckdb.sql(\"\"\"{}\"\"\").fetchall())\n{}\n\
         import pyarrow.ipc, sys\n",
        block("DuckDB query"),
        block("pandas query")
    );
    let told = Command::new(&python).current_dir(here.path()).args(["-c", &script]).output().expect("Python");
    let out = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    assert!(out.contains("('shop.example', 28, 'Sale: 20% off today only')"), "{out}");
    assert!(out.contains("marketing    1.0"), "{out}");
    // What pyarrow writes again is read again.
    let again = "import pyarrow.parquet as p; p.write_table(p.read_table('mail.parquet'), 'again.parquet')";
    let told = Command::new(&python).current_dir(here.path()).args(["-c", again]).output().expect("Python");
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    let check = |mailbox| {
        let told = run(here.path(), ["check", mailbox]);
        (told.status, told.out, told.err)
    };
    assert_eq!(check("again.parquet"), check("mail.parquet"));
    let sorting = block("sorting by customer");
    let told =
        Command::new(&python).current_dir(here.path()).args(["-c", &sorting]).output().expect("Python");
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    assert_eq!(check("sorted.parquet"), check("mail.parquet"));
}

//! Names the commit that `--version` shows, and makes tables of the built-in rules while the program is built, because reading their text took two thirds of a run
//! over one message. In: `rules/*.toml`, `signs.toml` and `phrases/*.toml` of `src/classify`, joined in the order of their
//! names. Out: that text as `built_in.toml`, and `built_in.rs`, which `src/classify/built_in.rs` includes and tests.

#![allow(dead_code)]

use classify::required::{required, required_bytes};
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};
use text::phrases::Phrases;
use toml::{Table, Value};

#[path = "src/text"]
mod text {
    pub mod fold;
    pub mod phrases;
}

#[path = "src/classify"]
mod classify {
    pub mod required;
}

/// Conditions whose lists are sought in subjects, and in bodies.
const OF_SUBJECTS: [&str; 4] = ["subject", "also_subject", "anywhere", "without"];
const OF_BODIES: [&str; 8] = ["body", "also_body", "text", "top", "numbered", "links", "anywhere", "without"];

/// The conditions whose lists name fields.
const OF_FIELDS: [&str; 3] = ["has", "also_has", "lacks"];

/// Lists of texts, by name.
type Lists = BTreeMap<String, Vec<String>>;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-env=MAILFATIGUE_VERSION={} ({})", env::var("CARGO_PKG_VERSION")?, origin());
    for source in ["rules", "signs.toml", "phrases", "required.rs", "../text/phrases.rs", "../text/fold.rs"] {
        println!("cargo::rerun-if-changed=src/classify/{source}");
    }
    let text = written()?;
    let tables =
        Tables::of(&toml::from_str(&text)?).ok_or("src/classify: a TOML file is not of the expected form")?;
    let out = env::var("OUT_DIR")?;
    fs::write(Path::new(&out).join("built_in.toml"), text)?;
    fs::write(Path::new(&out).join("built_in.rs"), tables.in_rust()?)?;
    Ok(())
}

/// The rules, signs and phrases as they are written: one text.
fn written() -> Result<String, Box<dyn Error>> {
    let home = Path::new("src/classify");
    let mut files = files(&home.join("rules"))?;
    files.push(home.join("signs.toml"));
    files.extend(self::files(&home.join("phrases"))?);
    let texts: Vec<String> = files.iter().map(fs::read_to_string).collect::<Result<_, _>>()?;
    Ok(texts.join("\n"))
}

/// The TOML files of a folder, by name.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let entries = fs::read_dir(folder)?.map(|entry| Ok(entry?.path()));
    let mut files = entries.collect::<Result<Vec<PathBuf>, std::io::Error>>()?;
    files.retain(|file| file.extension().is_some_and(|ending| ending == "toml"));
    files.sort();
    Ok(files)
}

/// From what the program is built. Only a release build names its commit, and is made anew after the next one; else every
/// commit would have all tests linked again.
fn origin() -> String {
    if env::var("PROFILE").is_ok_and(|profile| profile == "debug") {
        return "debug build".to_string();
    }
    let commit = |full: &str| format!("commit {}", full.get(..12).unwrap_or(full));
    match (commit_of_clone(Path::new(".")), commit_of_archive()) {
        (Some(full), _) => commit(&full),
        (None, Some(full)) => format!("{}, from a crate archive", commit(&full)),
        (None, None) => "commit unknown: not built in a clone".to_string(),
    }
}

/// The commit that a clone or a worktree of it is at, read from git's own files, because git need not be installed.
fn commit_of_clone(folder: &Path) -> Option<String> {
    let dot_git = folder.join(".git");
    let git = match fs::read_to_string(&dot_git) {
        Ok(elsewhere) => folder.join(elsewhere.strip_prefix("gitdir:")?.trim()),
        Err(_) => dot_git,
    };
    let read = |path: &Path| fs::read_to_string(path).ok().map(|text| text.trim().to_string());
    let head = read(&git.join("HEAD"))?;
    // A worktree has its branches in the folder that all of them share.
    let common = read(&git.join("commondir")).map_or(git.clone(), |common| git.join(common));
    let branch = head.strip_prefix("ref:").map(str::trim);
    let watched = [git.join("HEAD"), common.join(branch.unwrap_or("HEAD")), common.join("packed-refs")];
    for path in watched.iter().chain(&[git.join("logs/HEAD")]).filter(|path| path.exists()) {
        println!("cargo::rerun-if-changed={}", path.display());
    }
    let Some(branch) = branch else { return Some(head) };
    read(&common.join(branch)).or_else(|| {
        let packed = read(&common.join("packed-refs"))?;
        let lines = packed.lines().filter_map(|line| line.split_once(' '));
        lines.filter(|(_, name)| *name == branch).map(|(commit, _)| commit.to_string()).next()
    })
}

/// The commit that `cargo package` noted in the archive.
fn commit_of_archive() -> Option<String> {
    let noted = fs::read_to_string(".cargo_vcs_info.json").ok()?;
    let (_, rest) = noted.split_once("\"sha1\": \"")?;
    rest.split_once('"').map(|(commit, _)| commit.to_string())
}

#[derive(Default)]
struct Tables {
    phrases: Lists,
    fields: Lists,
    in_subject: BTreeSet<String>,
    in_body: BTreeSet<String>,
    expressions: BTreeSet<String>,
    rules: Vec<Rule>,
    signs: Vec<Sign>,
    weighing: String,
}

struct Sign {
    id: String,
    why: String,
    points: Vec<(String, i64)>,
    evidence: Option<String>,
    bulk: bool,
    several: bool,
    when: Vec<(String, String)>,
}

struct Rule {
    id: String,
    kind: String,
    why: String,
    evidence: Option<String>,
    when: Vec<(String, String)>,
}

impl Tables {
    fn of(file: &Table) -> Option<Self> {
        let mut this = Self::default();
        for (name, by_language) in file["phrases"].as_table()? {
            let phrases = by_language.as_table()?.values().map(texts).collect::<Option<Vec<_>>>()?;
            this.phrases.insert(name.clone(), phrases.concat());
        }
        for (name, list) in file["fields"].as_table()? {
            this.fields.insert(name.clone(), texts(list)?);
        }
        for rule in file["rule"].as_array()? {
            let text = |key: &str| Some(rule.get(key)?.as_str()?.to_string());
            let (id, kind, why, evidence) = (text("id")?, text("kind")?, text("why")?, text("evidence"));
            let when = this.conditions(&id, rule)?;
            this.rules.push(Rule { id, kind, why, evidence, when });
        }
        for sign in file["sign"].as_array()? {
            let text = |key: &str| Some(sign.get(key)?.as_str()?.to_string());
            let (id, why, evidence) = (text("id")?, text("why")?, text("evidence"));
            let points = sign.get("points")?.as_table()?.iter();
            let points = points
                .map(|(kind, worth)| Some((variant(kind), worth.as_integer()?)))
                .collect::<Option<Vec<_>>>()?;
            let when = this.conditions(&id, sign)?;
            let bulk = sign.get("bulk").and_then(Value::as_bool).unwrap_or(false);
            let several = sign.get("several").and_then(Value::as_bool).unwrap_or(false);
            this.signs.push(Sign { id, why, points, evidence, bulk, several, when });
        }
        let number = |key: &str| file["weighing"].get(key)?.as_integer();
        let (threshold, margin) = (number("threshold")?, number("margin")?);
        this.weighing = format!("Weighing {{ threshold: {threshold}, margin: {margin} }}");
        // Lists that only the program itself asks for, in bodies.
        let asked = |name: &&String| this.in_subject.contains(*name);
        let others: Vec<String> = this.phrases.keys().filter(|name| !asked(name)).cloned().collect();
        this.in_body.extend(others);
        Some(this)
    }

    /// Takes in what a rule or a sign asks for.
    fn conditions(&mut self, id: &str, of: &Value) -> Option<Vec<(String, String)>> {
        let mut when = Vec::new();
        for (key, value) in of.get("when").and_then(Value::as_table).into_iter().flatten() {
            self.condition(id, key, value, &mut when)?;
        }
        Some(when)
    }

    /// Takes in a condition; a list that is written within it gets a name.
    fn condition(
        &mut self,
        id: &str,
        key: &str,
        value: &Value,
        when: &mut Vec<(String, String)>,
    ) -> Option<()> {
        match key {
            "is" => when.extend(texts(value)?.into_iter().map(|test| (key.to_string(), test))),
            "field" => {
                for (field, expression) in value.as_table()? {
                    let expression = expression.as_str()?.to_string();
                    self.expressions.insert(expression.clone());
                    when.push((field.clone(), expression));
                }
            }
            "times" => when.push((key.to_string(), value.as_integer()?.to_string())),
            _ => {
                let of_fields = OF_FIELDS.contains(&key);
                let name = match value.as_str() {
                    Some(name) => name.to_string(),
                    None => {
                        let name = format!("{id} {key}");
                        let lists = if of_fields { &mut self.fields } else { &mut self.phrases };
                        lists.insert(name.clone(), texts(value)?);
                        name
                    }
                };
                let names = || name.split('|').map(|name| name.trim().to_string());
                if OF_SUBJECTS.contains(&key) {
                    self.in_subject.extend(names());
                }
                if OF_BODIES.contains(&key) {
                    self.in_body.extend(names());
                }
                when.push((key.to_string(), name));
            }
        }
        Some(())
    }

    fn in_rust(&self) -> Result<String, Box<dyn Error>> {
        let mut out = String::from("pub(super) static LISTS: &[List] = &[\n");
        for name in self.phrases.keys() {
            let (in_subject, in_body) = (self.in_subject.contains(name), self.in_body.contains(name));
            writeln!(out, "List {{ name: {name:?}, in_subject: {in_subject}, in_body: {in_body} }},")?;
        }
        out.push_str("];\n");
        for (name, here) in [("IN_SUBJECT", &self.in_subject), ("IN_BODY", &self.in_body)] {
            let lists = (0..).zip(&self.phrases).filter(|(_, (list, _))| here.contains(*list));
            let listed = lists
                .flat_map(|(number, (_, list))| list.iter().map(move |phrase| (number, phrase.as_str())));
            writeln!(out, "pub(super) static {name}: Phrases = {};", Phrases::of(listed).in_rust())?;
        }
        out.push_str("pub(super) static FIELD_LISTS: &[(&str, &[&str])] = &[\n");
        for (name, fields) in &self.fields {
            writeln!(out, "({name:?}, &{fields:?}),")?;
        }
        out.push_str("];\npub(super) static EXPRESSIONS: &[BuiltInExpression] = &[\n");
        for pattern in &self.expressions {
            let texts = required(pattern).map_or("None".to_string(), |texts| format!("Some(&{texts:?})"));
            writeln!(out, "({pattern:?}, {texts}, {:?}),", required_bytes(pattern))?;
        }
        out.push_str("];\nstatic RULES: &[BuiltInRule] = &[\n");
        for Rule { id, kind, why, evidence, when } in &self.rules {
            let kind = variant(kind);
            let evidence =
                evidence.as_ref().map_or("None".to_string(), |of| format!("Some(Evidence::{})", variant(of)));
            writeln!(
                out,
                "BuiltInRule {{ id: {id:?}, kind: Kind::{kind}, why: {why:?}, evidence: {evidence}, when: &{when:?} }},"
            )?;
        }
        writeln!(
            out,
            "];\npub(super) const WEIGHING: Weighing = {};\nstatic SIGNS: &[BuiltInSign] = &[",
            self.weighing
        )?;
        for Sign { id, why, points, evidence, bulk, several, when } in &self.signs {
            let evidence =
                evidence.as_ref().map_or("None".to_string(), |of| format!("Some(Evidence::{})", variant(of)));
            let points: String =
                points.iter().map(|(kind, worth)| format!("(Kind::{kind}, {worth}), ")).collect();
            writeln!(
                out,
                "BuiltInSign {{ id: {id:?}, why: {why:?}, points: &[{points}], evidence: {evidence}, bulk: {bulk}, several: {several}, when: &{when:?} }},"
            )?;
        }
        out.push_str("];\n");
        Ok(out)
    }
}

impl Phrases {
    /// As an expression of Rust.
    fn in_rust(&self) -> String {
        let Self { text, phrases, seen, seen_beside, places, hangers, wordless } = self;
        format!(
            "Phrases {{ text: Borrowed({text:?}), phrases: Borrowed(&{phrases:?}), seen: Borrowed(&{seen:?}), \
             seen_beside: Borrowed(&{seen_beside:?}), places: Borrowed(&{places:?}), hangers: Borrowed(&{hangers:?}), wordless: Borrowed(&{wordless:?}) }}"
        )
    }
}

fn texts(list: &Value) -> Option<Vec<String>> {
    list.as_array()?.iter().map(|text| Some(text.as_str()?.to_string())).collect()
}

/// The name of a variant from its word: `confirm-request` is `ConfirmRequest`.
fn variant(word: &str) -> String {
    let parts = word.split('-').map(|part| part[..1].to_ascii_uppercase() + &part[1..]);
    parts.collect()
}

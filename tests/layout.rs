//! The order of the modules: each imports only from those before it in the order that `lib.rs` gives, and no two files
//! import each other, directly or through others. And the names of types: each names one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A module and what it imports: paths from the crate's root, one name a part.
struct Module {
    /// `crate::mailbox::mbox` is `["mailbox", "mbox"]`, in `mailbox/mbox.rs` or `mailbox/mbox/mod.rs`.
    path: Vec<String>,
    /// What it uses, and whether that is exported again (`pub use`).
    uses: Vec<(Vec<String>, bool)>,
}

fn source_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("a source file")
}

fn source_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("src") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(source_files(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// All modules of the library; tests may import whatever they like.
fn modules() -> Vec<Module> {
    let root = source_folder();
    let paths = source_files(&root);
    let named = paths.iter().map(|path| {
        let relative = path.strip_prefix(&root).expect("below src").with_extension("");
        let mut parts: Vec<String> =
            relative.iter().map(|part| part.to_str().expect("UTF-8").to_string()).collect();
        if parts.last().is_some_and(|last| last == "mod") {
            parts.pop();
        }
        (parts, read(path))
    });
    named
        .filter(|(path, _)| !matches!(path.last().map(String::as_str), Some("lib" | "main" | "tests")))
        .map(|(path, text)| Module { uses: uses(&path, &text), path })
        .collect()
}

/// What a module's text imports by `use`, or names by a path from `crate`, `super` or one of its own files.
fn uses(module: &[String], text: &str) -> Vec<(Vec<String>, bool)> {
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let code: Vec<&str> = text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
    let (mut used, mut rest) = (Vec::new(), String::new());
    for statement in code.join("\n").split_inclusive([';', '{', '}']) {
        rest.push_str(statement);
        if is_import(&rest) && !rest.ends_with(';') {
            continue; // in the middle of `use a::{b, c};`
        }
        let whole = std::mem::take(&mut rest);
        match whole.trim().strip_suffix(';').filter(|_| is_import(&whole)) {
            Some(import) => {
                let (before, tree) = import.split_once("use ").expect("an import");
                let public = before.trim_start().starts_with("pub");
                used.extend(paths_of(tree).into_iter().map(|path| (path, public)));
            }
            None => used.extend(paths_within(&whole).into_iter().map(|path| (path, false))),
        }
    }
    let own: Vec<&str> = code
        .iter()
        .filter_map(|line| line.trim().strip_suffix(';')?.rsplit_once("mod "))
        .map(|(_, name)| name)
        .collect();
    used.into_iter().filter_map(|(path, public)| Some((from_root(module, &own, &path)?, public))).collect()
}

fn is_import(statement: &str) -> bool {
    let statement = statement.trim_start();
    let private = statement.strip_prefix("pub").map_or(statement, |rest| match rest.split_once(") ") {
        Some((_, after)) if rest.starts_with('(') => after,
        _ => rest.trim_start(),
    });
    private.starts_with("use ")
}

/// The paths that a `use` tree stands for, each cut at `::`.
fn paths_of(tree: &str) -> Vec<Vec<String>> {
    let Some((before, group)) = tree.split_once('{') else {
        let path = tree.split(" as ").next().unwrap_or_default();
        return vec![path.split("::").map(|part| part.trim().to_string()).collect()];
    };
    let group = group.rsplit_once('}').map_or(group, |(inside, _)| inside);
    let (mut depth, mut paths, mut branch) = (0, Vec::new(), String::new());
    for c in group.chars().chain([',']) {
        depth += i32::from(c == '{') - i32::from(c == '}');
        if c != ',' || depth > 0 {
            branch.push(c);
        } else if !branch.trim().is_empty() {
            paths.extend(paths_of(&format!("{before}{}", branch.trim())));
            branch.clear();
        } else {
            branch.clear();
        }
    }
    paths
}

/// Paths of two names or more in other code.
fn paths_within(code: &str) -> Vec<Vec<String>> {
    let words = code.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | ':')));
    let paths = words.filter(|word| word.contains("::") && !word.starts_with(':'));
    paths.map(|word| word.split("::").map(str::to_string).collect()).collect()
}

/// A path from the crate's root; `None` where it leads to another crate.
fn from_root(module: &[String], own: &[&str], path: &[String]) -> Option<Vec<String>> {
    let supers = path.iter().take_while(|part| *part == "super").count();
    let (base, rest) = match path.first()?.as_str() {
        "crate" => (&[][..], &path[1..]),
        "self" => (module, &path[1..]),
        "super" => (&module[..module.len().saturating_sub(supers)], &path[supers..]),
        first if own.contains(&first) => (module, path),
        _ => return None,
    };
    Some([base, rest].concat())
}

/// The module whose file a path leads into, through what modules export again.
fn file_of(path: &[String], modules: &BTreeMap<Vec<String>, &Module>) -> Option<Vec<String>> {
    let module = (1..=path.len()).rev().find_map(|length| modules.get(&path[..length]))?;
    let name = path.get(module.path.len());
    let exported = module.uses.iter().find(|(used, public)| *public && used.last() == name && used != path);
    match exported {
        Some((used, _)) => file_of(used, modules),
        None => Some(module.path.clone()),
    }
}

/// The modules from left to right, as `lib.rs` names them: `` `error < text < … < {a, b} < c` ``.
fn order() -> Vec<Vec<String>> {
    let text = read(&source_folder().join("lib.rs")).replace("//!", "");
    let written = text.split('`').find(|part| part.contains("error <")).expect("the order in lib.rs");
    let names = |step: &str| {
        step.split(',').map(|name| name.trim_matches([' ', '\n', '{', '}']).to_string()).collect()
    };
    written.split('<').map(names).collect()
}

#[test]
fn modules_import_only_from_those_before_them() {
    let order = order();
    let step = |module: &String| {
        order
            .iter()
            .position(|step| step.contains(module))
            .unwrap_or_else(|| panic!("{module} is not in lib.rs"))
    };
    let modules = modules();
    let imports = modules.iter().flat_map(|module| module.uses.iter().map(move |(used, _)| (module, used)));
    let wrong: Vec<String> = imports
        .filter_map(|(module, used)| Some((module, &module.path[0], used.first()?)))
        .filter(|(_, of, used)| of != used && step(used) >= step(of))
        .map(|(module, _, used)| format!("{} imports {used}", module.path.join("::")))
        .collect();
    assert!(modules.len() > 100 && order.len() > 10, "{} modules in {} steps", modules.len(), order.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A module may use its own files, and they may use the types that it gives them; every other circle is one too many.
#[test]
fn no_files_import_each_other_in_a_circle() {
    let modules = modules();
    let by_path: BTreeMap<Vec<String>, &Module> =
        modules.iter().map(|module| (module.path.clone(), module)).collect();
    let mut imports: BTreeMap<&[String], BTreeSet<Vec<String>>> = BTreeMap::new();
    for module in &modules {
        let used = module.uses.iter().filter(|(_, public)| !public);
        let files = used.filter_map(|(path, _)| file_of(path, &by_path));
        let others = files.filter(|file| !file.starts_with(&module.path) && !module.path.starts_with(file));
        imports.insert(&module.path, others.collect());
    }
    assert!(imports.values().map(BTreeSet::len).sum::<usize>() > 200, "too few imports found");
    // What imports nothing that is left is in no circle, nor is what nothing that is left imports.
    let is_free = |imports: &BTreeMap<&[String], BTreeSet<Vec<String>>>, path: &[String]| {
        imports[path].is_empty() || !imports.values().any(|used| used.contains(path))
    };
    while let Some(free) = imports.keys().find(|path| is_free(&imports, path)).map(|path| path.to_vec()) {
        imports.remove(free.as_slice());
        for used in imports.values_mut() {
            used.remove(&free);
        }
    }
    let left: Vec<String> = imports
        .iter()
        .map(|(path, used)| {
            let used: Vec<String> = used.iter().map(|path| path.join("::")).collect();
            format!("{} imports {}", path.join("::"), used.join(", "))
        })
        .collect();
    assert!(left.is_empty(), "in a circle, or between two:\n{}", left.join("\n"));
}

/// One noun for one thing: a name that is looked up finds one type.
#[test]
fn a_type_name_means_one_thing() {
    let mut places: BTreeMap<String, BTreeSet<PathBuf>> = BTreeMap::new();
    for path in source_files(&source_folder()) {
        for line in read(&path).lines() {
            if let Some(name) = defined_type(line).filter(|name| !SHARED_NAMES.contains(name)) {
                places.entry(name.to_string()).or_default().insert(path.clone());
            }
        }
    }
    assert!(places.len() > 300, "too few types found: {}", places.len());
    let several = places.iter().filter(|(_, files)| files.len() > 1);
    let several: Vec<String> = several.map(|(name, files)| format!("{name}: {files:?}")).collect();
    assert!(several.is_empty(), "each names several types:\n{}", several.join("\n"));
}

/// The name of a module's own result, as in the standard library.
const SHARED_NAMES: [&str; 1] = ["Result"];

/// The type that a line begins to define. Of `type`, only aliases: those in an `impl` are named by their trait.
fn defined_type(line: &str) -> Option<&str> {
    let code = line.trim_start();
    let code = match code.strip_prefix("pub") {
        Some(rest) => {
            rest.strip_prefix('(').and_then(|rest| rest.split_once(')')).map_or(rest, |(_, rest)| rest)
        }
        None => code,
    };
    let (keyword, rest) = code.trim_start().split_once(' ')?;
    let is_type = matches!(keyword, "struct" | "enum" | "trait" | "union");
    let is_alias = keyword == "type" && line.trim_start().len() == line.len();
    let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
    Some(&rest[..end]).filter(|name| (is_type || is_alias) && name.starts_with(char::is_uppercase))
}

//! Where results go, checked before anything is read: no output is a file that is read, no two are one file, and no
//! file that is not the program's own is replaced.

use super::output::{folder, is_stream, target};
use super::quote::quoted;
use crate::error::{Error, Result};
use crate::mailbox::{FileId, Survey};
use crate::outputs::{FACTS, LOOK, OutputKind, STATE, other_format};
use std::ffi::OsString;
use std::fs::{File, Metadata};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

/// An output that the command line asks for.
#[derive(Debug, Clone, Copy)]
pub struct Destination<'a> {
    /// What is written.
    pub kind: &'static OutputKind,
    /// Where; `-` is standard output.
    pub path: &'a Path,
}

/// Outputs that may be written.
pub struct Destinations<'a> {
    /// Each with its file, where it is one that is already there.
    checked: Vec<(Destination<'a>, Option<FileId>)>,
    ids: Vec<FileId>,
    force: bool,
}

/// A file as the system knows it. Devices and pipes are none.
#[derive(PartialEq, Eq)]
enum FileLocation {
    /// One that is there.
    There(FileId),
    /// One that is to come: its folder, and its name in it.
    ToCome(PathBuf, OsString),
}

impl<'a> Destinations<'a> {
    /// Checks all outputs of a run that reads `inputs`, each with what it is. With `force` files that are not the
    /// program's own may be replaced.
    pub fn checked(
        outputs: Vec<Destination<'a>>,
        inputs: &[(&'static str, &Path)],
        force: bool,
    ) -> Result<Self> {
        let places: Vec<Option<FileLocation>> =
            outputs.iter().map(|output| place(output.path, &output_handle)).collect();
        for (what, input) in inputs {
            let Some(input_place) = place(input, &input_handle) else { continue };
            if let Some(at) = places.iter().position(|place| place.as_ref() == Some(&input_place)) {
                return Err(outputs[at].is_input(what, input));
            }
        }
        for (at, (output, place)) in outputs.iter().zip(&places).enumerate() {
            let twin = (0..at).find(|other| place.is_some() && places[*other] == *place);
            if let Some(twin) = twin {
                return Err(output.is_twin(&outputs[twin]));
            }
        }
        for output in outputs.iter().filter(|output| !is_stream(output.path)) {
            output.has_no_other_ending()?;
            output.is_in_a_folder()?;
        }
        let id = |place| match place {
            Some(FileLocation::There(id)) => Some(id),
            _ => None,
        };
        let checked: Vec<_> = outputs.into_iter().zip(places.into_iter().map(id)).collect();
        let ids = checked.iter().filter_map(|(_, id)| id.clone()).collect();
        let this = Self { checked, ids, force };
        this.replace_only_own()?;
        Ok(this)
    }

    /// Checks that what is there may be replaced: before anything is read and, because somebody else may have written
    /// there since, when all is read.
    pub fn replace_only_own(&self) -> Result<()> {
        let outputs = self.checked.iter().map(|(output, _)| output);
        outputs
            .filter(|output| !is_stream(output.path))
            .try_for_each(|output| output.replaces_its_own(self.force))
    }

    /// The paths of all outputs.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.checked.iter().map(|(output, _)| output.path)
    }

    /// The files that are already there.
    pub fn ids(&self) -> &[FileId] {
        &self.ids
    }

    /// Checks the outputs that were found in folders that are read: an earlier output is left out there, anything
    /// else would be read.
    pub fn spare(&self, survey: &Survey) -> Result<()> {
        for path in &survey.outputs {
            let id = path.metadata().ok().and_then(|file| FileId::of(path, &file));
            let Some((output, _)) = self.checked.iter().find(|(_, there)| *there == id) else { continue };
            let begins = first_bytes(path).map_err(|error| Error::io(path, "can't be read", &error))?;
            if !begins.is_empty() && !output.kind.includes(&begins) {
                return Err(output.is_input("file in a folder", path));
            }
        }
        Ok(())
    }
}

impl Destination<'_> {
    fn is_standard_output(&self) -> bool {
        self.path.as_os_str() == "-"
    }

    fn error(&self, what: impl Into<String>) -> Error {
        if self.is_standard_output() {
            Error::new("standard output", what)
        } else {
            Error::new(format!("{} `{}`", self.kind.option, self.path.display()), what)
        }
    }

    fn another_file(&self) -> String {
        if self.is_standard_output() {
            "write to another file; nothing was written".to_string()
        } else {
            format!("give {} another file; nothing was written", self.kind.option)
        }
    }

    fn is_input(&self, what: &str, input: &Path) -> Error {
        if self.is_standard_output() {
            let name = named(input);
            let error = self.error(format!("goes into {name}, a {what} that is read"));
            return if input.metadata().is_ok_and(|file| file.len() == 0) {
                error.hint(
                    "write to another file; with `>` the shell emptied this one before the program started, so take it \
                     from a backup",
                )
            } else {
                error.hint(self.another_file())
            };
        }
        let spelling =
            if input == self.path { String::new() } else { format!(", by another name: {}", named(input)) };
        self.error(format!("is also a {what} that is read{spelling}")).hint(self.another_file())
    }

    fn is_twin(&self, other: &Self) -> Error {
        if self.is_standard_output() && other.is_standard_output() {
            let what = format!("is where both {} and {} go", other.kind.one, self.kind.one);
            return self.error(what).hint(format!("give {} a file; nothing was written", self.kind.option));
        }
        let other = if other.is_standard_output() {
            "standard output goes".to_string()
        } else {
            format!("{} `{}` goes", other.kind.option, other.path.display())
        };
        self.error(format!("is the file into which {other}, too")).hint(self.another_file())
    }

    /// A name with another format's ending promises that format.
    fn has_no_other_ending(&self) -> Result<()> {
        let ending = self.path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        if self.kind.endings.contains(&ending.as_str()) {
            return Ok(());
        }
        // Nobody but the program reads a state file, so its name need not say what it is.
        if std::ptr::eq(self.kind, &STATE) && ending == "toml" {
            return Ok(());
        }
        let by = OutputKind::with_ending(&ending);
        let Some(format) = by.map(|kind| kind.format).or_else(|| other_format(&ending)) else {
            return Ok(());
        };
        let other = by;
        let by = by.filter(|kind| kind.command == self.kind.command);
        let error = self.error(format!(
            "ends like the name of {format}, but {} is written as {}",
            self.kind.one, self.kind.format
        ));
        let name = |path: &Path| quoted(&path.to_string_lossy());
        let usual = self.path.with_extension(self.kind.endings.first().unwrap_or(&""));
        let spreadsheets = if self.kind.format == "CSV" { "; spreadsheets open it" } else { "" };
        Err(match by {
            // The same option, with another format.
            Some(kind) if kind.option == self.kind.option => {
                let format = kind.format.to_lowercase();
                error.hint(format!("write --format {format} {} {}", kind.option, name(self.path)))
            }
            Some(kind) => error.hint(format!("write {} {}", kind.asked, name(self.path))),
            None if other.is_some_and(|kind| std::ptr::eq(kind, &FACTS)) => error.hint(format!(
                "`mailfatigue facts --output {}` with the same mailboxes writes the facts of every message; for a report write {} {}",
                name(self.path), self.kind.asked, name(&usual)
            )),
            None => error.hint(format!("write {} {}{spreadsheets}", self.kind.asked, name(&usual))),
        })
    }

    /// Its folder is there, and files can be made in it.
    fn is_in_a_folder(&self) -> Result<()> {
        let failed = |error: &io::Error| {
            let known = Error::io(self.path, "can't be written", error);
            if error.kind() == ErrorKind::PermissionDenied { known } else { known.hint(self.another_file()) }
        };
        let named_as_folder = self.path.as_os_str().as_encoded_bytes().ends_with(b"/");
        if self.path.is_dir() || named_as_folder {
            let what =
                if self.path.is_dir() { "is a folder" } else { "ends in `/`, so it is the name of a folder" };
            let name = if self.kind.command == "letter" { "letter" } else { "report" };
            let inside = self.path.join(format!("{name}.{}", self.kind.endings.first().unwrap_or(&"csv")));
            let inside = quoted(&inside.to_string_lossy());
            return Err(self.error(what).hint(format!("write {} {inside}", self.kind.option)));
        }
        if let Err(error) = self.path.metadata()
            && error.kind() != ErrorKind::NotFound
        {
            return Err(failed(&error));
        }
        let place = target(self.path).map_err(|error| failed(&error))?;
        let folder = folder(&place);
        if !folder.exists() {
            return Err(Error::file(
                self.path,
                format!("can't be written: there is no folder `{}`", folder.display()),
            )
            .hint(format!("create the folder `{}` first", folder.display())));
        }
        tempfile::tempfile_in(folder).map(drop).map_err(|error| {
            let what = format!("can't be written, because no file can be made in `{}`", folder.display());
            Error::io(self.path, &what, &error)
        })
    }

    /// What is there may be replaced.
    fn replaces_its_own(&self, force: bool) -> Result<()> {
        let there = match first_bytes(self.path) {
            Ok(bytes) if bytes.is_empty() => return Ok(()),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            // What can't be read can't be recognised.
            Ok(_) | Err(_) if !self.kind.replaceable => {
                return Err(self
                    .error("is there already, and may contain what you filled in")
                    .hint(format!("give {} another file, or remove this one", self.kind.option)));
            }
            Ok(bytes) => bytes,
            Err(_) => Vec::new(),
        };
        let kind = OutputKind::of(&there);
        match kind {
            Some(kind) if std::ptr::eq(kind, self.kind) => Ok(()),
            Some(kind) if !kind.replaceable => Err(self
                .error(format!("is {}, and may contain what you filled in", kind.one))
                .hint(self.another_file())),
            _ if force => Ok(()),
            // Damaged ones are set aside when they are read.
            None if std::ptr::eq(self.kind, &STATE) => Ok(()),
            Some(kind) => Err(self
                .error(format!("is there already, and is {}, not {}", kind.one, self.kind.one))
                .hint(format!("give {} another file, or add --force to replace this one", self.kind.option))),
            None => Err(self
                .error(format!("is there already, and is not {} of this program", self.kind.one))
                .hint(format!("give {} another file, or add --force to replace this one", self.kind.option))),
        }
    }
}

/// The name of an input in a sentence.
fn named(input: &Path) -> String {
    if input.as_os_str() == "-" {
        "the file that standard input comes from".to_string()
    } else {
        format!("`{}`", input.display())
    }
}

/// The file that a path leads to; `-` is what `handle` says. `None`: a device, a pipe, a folder, or nothing that can
/// be identified.
fn place(path: &Path, handle: &dyn Fn() -> Option<Metadata>) -> Option<FileLocation> {
    let file = if path.as_os_str() == "-" { handle() } else { path.metadata().ok() };
    match file {
        Some(file) if file.is_file() => FileId::of(path, &file).map(FileLocation::There),
        Some(_) => None,
        None if path.as_os_str() == "-" => None,
        None => {
            let place = target(path).ok()?;
            let name = place.file_name()?;
            // Where upper and lower case are one, so are two names.
            let name =
                if cfg!(any(windows, target_os = "macos")) { name.to_ascii_lowercase() } else { name.into() };
            Some(FileLocation::ToCome(folder(&place).canonicalize().ok()?, name))
        }
    }
}

/// The bytes with which a file begins.
fn first_bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(LOOK as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Where standard output goes.
#[cfg(unix)]
fn output_handle() -> Option<Metadata> {
    use std::os::fd::AsFd;
    File::from(io::stdout().as_fd().try_clone_to_owned().ok()?).metadata().ok()
}

/// Where standard input comes from.
#[cfg(unix)]
fn input_handle() -> Option<Metadata> {
    use std::os::fd::AsFd;
    File::from(io::stdin().as_fd().try_clone_to_owned().ok()?).metadata().ok()
}

/// Elsewhere a stream has no path to be known by.
#[cfg(not(unix))]
fn output_handle() -> Option<Metadata> {
    None
}

/// Elsewhere a stream has no path to be known by.
#[cfg(not(unix))]
fn input_handle() -> Option<Metadata> {
    None
}

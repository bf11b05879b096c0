//! LibreOffice, as a person's machine has it.

use std::path::Path;
use std::process::Command;

/// LibreOffice under that locale, if it is installed here.
pub fn libre_office(folder: &Path, locale: &str) -> Option<Command> {
    let profile = folder.join(locale);
    std::fs::create_dir_all(profile.join("user")).expect("a folder");
    let settings = format!(
        "<?xml version=\"1.0\"?><oor:items xmlns:oor=\"http://openoffice.org/2001/registry\">\
         <item oor:path=\"/org.openoffice.Setup/L10N\"><prop oor:name=\"ooSetupSystemLocale\" oor:op=\"fuse\">\
         <value>{locale}</value></prop></item></oor:items>"
    );
    std::fs::write(profile.join("user/registrymodifications.xcu"), settings).expect("the settings");
    let found = Command::new("soffice").arg("--version").output().is_ok_and(|told| told.status.success());
    found.then(|| {
        let mut command = Command::new("soffice");
        command.current_dir(folder).arg("--headless");
        command.arg(format!("-env:UserInstallation=file://{}", profile.display()));
        command
    })
}

//! What is wrong in a TOML file, in the words of somebody who writes one by hand.

use super::suggest;

/// What is wrong, and what to write. `message` is the parser's, `line` that of the file where it stopped.
pub(super) fn explained(message: &str, line: &str) -> (String, Option<String>) {
    let message = message.lines().collect::<Vec<_>>().join("; ");
    let hint = hint(&message, line.trim());
    match message.strip_prefix("invalid type: ").and_then(|types| types.split_once(", expected ")) {
        Some((given, expected)) => (wrong_type(given, expected, line.trim()), hint),
        None => (message, hint),
    }
}

/// A line that is a table's head in single brackets: its name.
fn table_head(line: &str) -> Option<&str> {
    let name = line.strip_prefix('[')?.split_once(']')?.0.trim();
    (!name.starts_with('[')).then_some(name)
}

/// The key of a line, and its value as written.
fn key_and_value(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once('=')?;
    let value = value.split(" #").next().unwrap_or(value);
    Some((key.trim(), value.trim()))
}

fn wrong_type(given: &str, expected: &str, line: &str) -> String {
    let wanted = match expected {
        "a sequence" => "a list",
        "a boolean" => "true or false",
        "a string" => "a text in quotes",
        "a map" => "a table",
        number if number.starts_with(['i', 'u']) => "a whole number",
        other => other,
    };
    if let (Some(name), "a sequence") = (table_head(line), expected) {
        return format!("`[{name}]` in single brackets is one table, and `{name}` is a list of tables");
    }
    let given = match given.split_whitespace().next().unwrap_or_default() {
        "string" => "a text in quotes",
        "integer" => "a number",
        "floating" => "a number with a decimal point",
        "boolean" => "true or false",
        "sequence" => "a list",
        "map" => "a table",
        other => other,
    };
    match key_and_value(line) {
        Some((key, _)) => format!("`{key}` must be {wanted}, not {given}"),
        None => format!("{given} where {wanted} is needed"),
    }
}

fn hint(message: &str, line: &str) -> Option<String> {
    if line.contains(['\u{201c}', '\u{201d}', '\u{201e}', '\u{2018}', '\u{2019}', '\u{ab}', '\u{bb}']) {
        return Some("the quotes are those of a document; write straight ones: \"…\"".to_string());
    }
    if let Some(types) = message.strip_prefix("invalid type: ") {
        return types.split_once(", expected ").and_then(|(_, expected)| right_type(expected, line));
    }
    if let Some(name) = message.strip_prefix("missing field `").and_then(|rest| rest.split('`').next()) {
        return Some(format!("add a line: {name} = …"));
    }
    if message.starts_with("key with no value") && line.contains(':') {
        return Some("write `=` between a name and its value, not `:`".to_string());
    }
    if message.starts_with("string values must be quoted") {
        return key_and_value(line).map(|(key, value)| format!("write {key} = \"{value}\""));
    }
    unknown_name(message)
}

/// The known names nearest to one that is not known.
fn unknown_name(message: &str) -> Option<String> {
    let (unknown, known) = message.split_once(", expected ")?;
    let unknown =
        unknown.strip_prefix("unknown field `").or_else(|| unknown.strip_prefix("unknown variant `"))?;
    suggest(unknown.trim_end_matches('`'), known.split('`').skip(1).step_by(2))
}

fn right_type(expected: &str, line: &str) -> Option<String> {
    if let (Some(name), "a sequence") = (table_head(line), expected) {
        return Some(format!("write [[{name}]], with two brackets on each side"));
    }
    let (key, value) = key_and_value(line)?;
    let bare = value.trim_matches(['"', '\'']);
    match expected {
        "a sequence" if !value.starts_with(['[', '{']) => Some(format!("write {key} = [{value}]")),
        "a string" if !value.starts_with(['[', '{']) => Some(format!("write {key} = \"{bare}\"")),
        "a boolean" => Some(format!("write {key} = true or {key} = false, without quotes")),
        number if number.starts_with(['i', 'u']) => Some(match bare.parse::<i64>() {
            Ok(number) => format!("write {key} = {number}, without quotes"),
            Err(_) => format!("write a whole number without quotes, such as {key} = 24"),
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::error::Error;
    use serde::Deserialize;
    use std::path::Path;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only read")]
    struct TestFile {
        #[serde(default)]
        rule: Vec<TestRule>,
        #[serde(default)]
        grace_days: i64,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only read")]
    struct TestRule {
        verdict: String,
        #[serde(default)]
        flag: bool,
        #[serde(default)]
        consent: Vec<String>,
        days: Option<toml::Spanned<i64>>,
    }

    #[test]
    fn an_error_says_what_to_write() {
        for (text, what, hint) in [
            (
                "[rule]\nverdict = \"x\"\n",
                "line 1: `[rule]` in single brackets",
                "write [[rule]], with two brackets",
            ),
            (
                "[[rule]]\nverdict = \"x\"\ndays = \"24\" # days\n",
                "line 3: `days` must be a whole number, not a text",
                "write days = 24, without quotes",
            ),
            (
                "[[rule]]\nverdict = \"x\"\ndays = 24.5\n",
                "line 3: `days` must be a whole number",
                "such as days = 24",
            ),
            (
                "[[rule]]\nverdict = \"x\"\ndays = \"many\"\n",
                "line 3: `days` must be a whole number",
                "such as days = 24",
            ),
            (
                "[[rule]]\nverdict = \"x\"\nconsent = \"none\"\n",
                "line 3: `consent` must be a list",
                "write consent = [\"none\"]",
            ),
            (
                "[[rule]]\nverdict = 7\n",
                "line 2: `verdict` must be a text in quotes, not a number",
                "write verdict = \"7\"",
            ),
            (
                "[[rule]]\nverdict = \"x\"\nflag = \"yes\"\n",
                "line 3: `flag` must be true or false",
                "write flag = true or flag = false",
            ),
            ("[[rule]]\nverdict = \u{201c}x\u{201d}\n", "line 2: ", "write straight ones"),
            (
                "[[rule]]\nverdict = daily\n",
                "line 2: string values must be quoted",
                "write verdict = \"daily\"",
            ),
            ("[[rule]]\nverdict: \"x\"\n", "line 2: ", "write `=` between"),
            ("[[rule]]\nflag = true\n", "line 1: missing field `verdict`", "add a line: verdict = …"),
            ("grace_day = 3\n", "line 1: unknown field `grace_day`", "did you mean grace_days?"),
            ("[[rules]]\nverdict = \"x\"\n", "line 1: unknown field `rules`", "did you mean rule?"),
        ] {
            let error = toml::from_str::<TestFile>(text).expect_err("invalid");
            let words = Error::toml(Path::new("p.toml"), text, &error).to_string();
            assert!(words.contains(what) && words.contains(hint), "{text}{words}");
        }
    }
}

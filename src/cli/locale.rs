//! Which locales write numbers with a decimal comma, as Excel expects them in a CSV file (Unicode CLDR, common/main).

/// Languages with a decimal comma.
const COMMA: [&str; 46] = [
    "af", "az", "be", "bg", "bs", "ca", "cs", "da", "de", "el", "es", "et", "eu", "fi", "fo", "fr", "gl",
    "hr", "hu", "hy", "id", "is", "it", "ka", "kk", "ky", "lb", "lt", "lv", "mk", "nb", "nl", "nn", "no",
    "pl", "pt", "ro", "ru", "sk", "sl", "sq", "sr", "sv", "tr", "uk", "vi",
];

/// Languages with a decimal point.
const POINT: [&str; 21] = [
    "am", "bn", "cy", "en", "fa", "fil", "ga", "gu", "he", "hi", "ja", "ko", "ms", "mt", "ne", "si", "sw",
    "ta", "te", "th", "zh",
];

/// Places that do otherwise than most of their language: Switzerland and Liechtenstein, Spanish in North and Central
/// America, English in South Africa.
const OTHERWISE: [&str; 14] = [
    "de-CH", "de-LI", "it-CH", "es-419", "es-DO", "es-GT", "es-HN", "es-MX", "es-NI", "es-PA", "es-PE",
    "es-PR", "es-SV", "en-ZA",
];

/// How a locale writes CSV for Excel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Locale {
    /// `0,25` for a quarter; cells are then separated by semicolons.
    pub decimal_comma: bool,
}

/// A locale by its language and, where that matters, its region: `de`, `de-CH`, `pt_BR.UTF-8`.
pub fn locale(text: &str) -> Result<Locale, String> {
    let name = text.split(['.', '@']).next().unwrap_or(text).replace('_', "-");
    let (language, region) = name.split_once('-').unwrap_or((&name, ""));
    let language = language.to_ascii_lowercase();
    let full = format!("{language}-{}", region.to_ascii_uppercase());
    let by_language = match (COMMA.contains(&language.as_str()), POINT.contains(&language.as_str())) {
        (true, _) => true,
        (_, true) => false,
        _ => {
            return Err(
                "unknown locale; write a language such as de, fr or en, or use --bom and --delimiter"
                    .to_string(),
            );
        }
    };
    Ok(Locale { decimal_comma: by_language != OTHERWISE.contains(&full.as_str()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_is_a_language_and_sometimes_a_region() {
        for (text, comma) in [
            ("de", true),
            ("de-AT", true),
            ("de_CH.UTF-8", false),
            ("fr", true),
            ("pt_BR", true),
            ("es", true),
            ("es-mx", false),
            ("en", false),
            ("en-ZA", true),
            ("JA", false),
        ] {
            assert_eq!(locale(text), Ok(Locale { decimal_comma: comma }), "{text}");
        }
        assert!(locale("klingon").is_err() && locale("").is_err());
    }
}

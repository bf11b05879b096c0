//! Names that people and other programs use for time zones, with their IANA names. A flat table.

/// Names in lower case without words such as "time" and "standard", and their zones, the likeliest first.
const CALLED: [(&[&str], &[&str]); 50] = [
    (&["pacific", "pt", "pst", "pdt"], &["America/Los_Angeles"]),
    (&["mountain", "mt", "mdt"], &["America/Denver", "America/Phoenix"]),
    (&["central", "ct", "cst", "cdt"], &["America/Chicago"]),
    (&["eastern", "et", "edt"], &["America/New_York"]),
    (&["alaska", "alaskan", "akst", "akdt"], &["America/Anchorage"]),
    (&["hawaii", "hawaiian"], &["Pacific/Honolulu"]),
    (&["atlantic", "ast", "adt"], &["America/Halifax"]),
    (&["newfoundland", "nst", "ndt"], &["America/St_Johns"]),
    (&["mexico", "central mexico"], &["America/Mexico_City"]),
    (&["brasilia", "brt", "brazil", "e. south america"], &["America/Sao_Paulo"]),
    (&["argentina", "art"], &["America/Argentina/Buenos_Aires"]),
    (&["colombia", "cot", "sa pacific"], &["America/Bogota"]),
    (&["chile", "clt", "clst", "pacific sa"], &["America/Santiago"]),
    (&["british", "bst", "uk", "england", "scotland", "wales", "greenwich mean"], &["Europe/London"]),
    (&["ireland", "irish"], &["Europe/Dublin"]),
    (&["western european", "west", "portugal"], &["Europe/Lisbon"]),
    (&["central european", "cest", "mez", "mesz", "w. europe", "germany", "deutschland"], &["Europe/Berlin"]),
    (&["austria", "österreich"], &["Europe/Vienna"]),
    (&["switzerland", "schweiz", "suisse"], &["Europe/Zurich"]),
    (&["romance", "france"], &["Europe/Paris"]),
    (&["spain", "españa"], &["Europe/Madrid"]),
    (&["italy", "italia"], &["Europe/Rome"]),
    (&["netherlands", "nederland", "holland"], &["Europe/Amsterdam"]),
    (&["belgium"], &["Europe/Brussels"]),
    (&["denmark"], &["Europe/Copenhagen"]),
    (&["sweden"], &["Europe/Stockholm"]),
    (&["norway"], &["Europe/Oslo"]),
    (&["finland", "fle"], &["Europe/Helsinki"]),
    (&["central europe", "hungary"], &["Europe/Budapest"]),
    (&["czechia", "czech republic"], &["Europe/Prague"]),
    (&["poland", "polska"], &["Europe/Warsaw"]),
    (&["eastern european", "eest", "gtb", "greece"], &["Europe/Athens"]),
    (&["romania", "e. europe"], &["Europe/Bucharest"]),
    (&["ukraine"], &["Europe/Kyiv"]),
    (&["turkey", "trt"], &["Europe/Istanbul"]),
    (&["moscow", "msk", "russian", "russia"], &["Europe/Moscow"]),
    (&["israel"], &["Asia/Jerusalem"]),
    (&["south africa", "sast"], &["Africa/Johannesburg"]),
    (&["east africa", "e. africa", "eat"], &["Africa/Nairobi"]),
    (&["west africa", "w. central africa", "wat", "nigeria"], &["Africa/Lagos"]),
    (&["gulf", "gst", "arabian"], &["Asia/Dubai"]),
    (&["india", "indian", "ist"], &["Asia/Kolkata"]),
    (&["singapore", "sgt"], &["Asia/Singapore"]),
    (&["china", "beijing"], &["Asia/Shanghai"]),
    (&["japan", "jst", "tokyo"], &["Asia/Tokyo"]),
    (&["korea", "kst"], &["Asia/Seoul"]),
    (&["australian eastern", "aus eastern", "aest", "aedt"], &["Australia/Sydney", "Australia/Brisbane"]),
    (&["australian central", "cen. australia", "acst", "acdt"], &["Australia/Adelaide", "Australia/Darwin"]),
    (&["australian western", "w. australia", "awst"], &["Australia/Perth"]),
    (&["new zealand", "nzst", "nzdt"], &["Pacific/Auckland"]),
];

/// The zones for a name as people use it, the likeliest first; none where it is not known.
pub(super) fn meant(name: &str) -> &'static [&'static str] {
    let lower = name.to_lowercase().replace(['(', ')', '_', ','], " ");
    let words: Vec<&str> = lower
        .split_whitespace()
        .filter(|word| {
            !matches!(
                *word,
                "time" | "standard" | "daylight" | "summer" | "the" | "zone" | "us" | "&" | "canada"
            )
        })
        .collect();
    let core = words.join(" ");
    CALLED.iter().find(|(names, _)| names.contains(&core.as_str())).map_or(&[], |(_, zones)| zones)
}

/// Whether it is a distance from UTC, such as `+02:00` or `UTC+2`.
pub(super) fn is_offset(name: &str) -> bool {
    let bare = name.trim().to_ascii_lowercase();
    let bare = ["utc", "gmt", "z"].iter().find_map(|zone| bare.strip_prefix(zone)).unwrap_or(&bare).trim();
    let signed = bare.strip_prefix(['+', '-', '\u{2212}']);
    signed.is_some_and(|digits| !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit() || c == ':'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Zone;

    #[test]
    fn every_zone_of_the_table_is_known() {
        for zone in CALLED.iter().flat_map(|(_, zones)| *zones) {
            assert!(Zone::named(zone).is_ok(), "{zone}");
        }
    }

    #[test]
    fn names_as_people_use_them_are_understood() {
        for (name, zone) in [
            ("Pacific Time", "America/Los_Angeles"),
            ("pacific standard time", "America/Los_Angeles"),
            ("Pacific Time (US & Canada)", "America/Los_Angeles"),
            ("PDT", "America/Los_Angeles"),
            ("Eastern Daylight Time", "America/New_York"),
            ("W. Europe Standard Time", "Europe/Berlin"),
            ("Central European Summer Time", "Europe/Berlin"),
            ("Japan", "Asia/Tokyo"),
            ("Nowhere", ""),
        ] {
            assert_eq!(meant(name).first().copied().unwrap_or_default(), zone, "{name}");
        }
    }

    #[test]
    fn offsets_are_told_from_names() {
        for offset in ["+02:00", "UTC+2", "GMT-5", "-0800", "utc +1"] {
            assert!(is_offset(offset), "{offset}");
        }
        for name in ["Pacific Time", "UTC", "Etc/GMT+2", "+"] {
            assert!(!is_offset(name), "{name}");
        }
    }
}

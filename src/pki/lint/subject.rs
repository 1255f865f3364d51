//! How subjects and issuers are called: which attributes, how long, and in what letters.

use super::facts::{Attribute, attributes, fields, issuer, subject, text};
use super::{Level, Lint, On, Seen};
use std::collections::BTreeSet;

const LENGTHS: &str = "RFC 5280 appendix A.1";
const LETTERS: &str = "RFC 5280 4.1.2.4";
const BR: &str = "CA/Browser Forum BR 7.1.4.2";
const BR_CA: &str = "CA/Browser Forum BR 7.1.2.10.2";
const STYLE: &str = "ITU-T X.520";
const FIX: &str = "have the certificate issued anew with a subject as its profile asks";

const COMMON_NAME: &str = "2.5.4.3";
const SURNAME: &str = "2.5.4.4";
const SERIAL: &str = "2.5.4.5";
const COUNTRY: &str = "2.5.4.6";
const LOCALITY: &str = "2.5.4.7";
const STATE: &str = "2.5.4.8";
const STREET: &str = "2.5.4.9";
const ORGANISATION: &str = "2.5.4.10";
const UNIT: &str = "2.5.4.11";
const POSTAL_CODE: &str = "2.5.4.17";
const GIVEN_NAME: &str = "2.5.4.42";
const EMAIL: &str = "1.2.840.113549.1.9.1";
const DOMAIN: &str = "0.9.2342.19200300.100.1.25";

const UTF8: u8 = 0x0c;
const PRINTABLE: u8 = 0x13;
const IA5: u8 = 0x16;
const BMP: u8 = 0x1e;

/// ISO 3166-1 alpha-2, with `XX` for none.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL \
BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM \
DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY \
HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC \
LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE \
NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD \
SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA \
UG UM US UY UZ VA VC VE VG VI VN VU WF WS XX YE YT ZA ZM ZW";

/// The order in which the Forum wants a subject's attributes; others may stand anywhere.
const ORDER: [&str; 11] = [
    DOMAIN,
    COUNTRY,
    STATE,
    LOCALITY,
    POSTAL_CODE,
    STREET,
    ORGANISATION,
    SURNAME,
    GIVEN_NAME,
    UNIT,
    COMMON_NAME,
];

fn named<'a>(
    attributes: &'a [Attribute<'a>],
    oid: &str,
) -> impl Iterator<Item = &'a Attribute<'a>> {
    attributes.iter().filter(move |one| one.oid == oid)
}

fn is_in_subject(seen: &Seen<'_>, oid: &str) -> bool {
    subject(seen).iter().any(|one| one.oid == oid)
}

fn characters(one: &Attribute<'_>) -> usize {
    match one.tag {
        UTF8 => text(one.value).chars().count(),
        BMP => one.value.len() / 2,
        _ => one.value.len(),
    }
}

fn too_long(seen: &Seen<'_>, oid: &str, most: usize, what: &str) -> Option<String> {
    let subject = subject(seen);
    let longest = named(&subject, oid).map(characters).max()?;
    (longest > most).then(|| format!("has {what} of {longest} characters; {most} are allowed"))
}

fn missing(seen: &Seen<'_>, oid: &str, what: &str) -> Option<String> {
    let subject = subject(seen);
    let is_given = named(&subject, oid).any(|one| !one.value.is_empty());
    (!is_given).then(|| format!("does not say {what}"))
}

fn not_a_country(seen: &Seen<'_>) -> Option<String> {
    let subject = subject(seen);
    let country = named(&subject, COUNTRY)
        .map(|one| text(one.value))
        .find(|country| !is_country(country))?;
    Some(format!("is of `{country}`, which is no country's code"))
}

fn is_country(code: &str) -> bool {
    let code = code.to_ascii_uppercase();
    code.len() == 2 && COUNTRIES.split(' ').any(|country| country == code)
}

fn not_printable_country(attributes: &[Attribute<'_>]) -> Option<String> {
    named(attributes, COUNTRY)
        .any(|one| one.tag != PRINTABLE)
        .then(|| "writes a country in other letters than PrintableString".into())
}

fn edge(attributes: &[Attribute<'_>], is_edge: impl Fn(&str) -> bool, why: &str) -> Option<String> {
    attributes
        .iter()
        .any(|one| is_edge(&text(one.value)))
        .then(|| why.into())
}

fn is_printable_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(&byte)
}

/// Whether a set of the name holds more than one attribute.
fn has_full_set(name: &[u8]) -> bool {
    let attributes = attributes(name);
    attributes
        .windows(2)
        .any(|pair| matches!(pair, [(one, _), (two, _)] if one == two))
}

/// A value that says nothing, such as `-` or `N/A`: metadata alone, or a word for its absence.
fn says_nothing(value: &str) -> bool {
    let words = [
        "n/a",
        "na",
        "none",
        "not applicable",
        "absent",
        "incomplete",
    ];
    !value.chars().any(char::is_alphanumeric)
        || words.contains(&&*value.trim().to_ascii_lowercase())
}

fn wrong_order(seen: &Seen<'_>) -> Option<String> {
    let places: Vec<usize> = subject(seen)
        .iter()
        .filter_map(|one| ORDER.iter().position(|oid| *oid == one.oid))
        .collect();
    (!places.is_sorted()).then(|| "names its subject's attributes out of order".into())
}

fn wrong_letters(seen: &Seen<'_>) -> Option<String> {
    let subject = subject(seen);
    let wrong = subject.iter().find(|one| match one.oid.as_str() {
        COUNTRY | SERIAL | "1.3.6.1.4.1.311.60.2.1.3" => one.tag != PRINTABLE,
        DOMAIN => one.tag != IA5,
        COMMON_NAME
        | SURNAME
        | GIVEN_NAME
        | LOCALITY
        | STATE
        | STREET
        | ORGANISATION
        | UNIT
        | POSTAL_CODE
        | "2.5.4.15"
        | "2.5.4.97"
        | "1.3.6.1.4.1.311.60.2.1.1"
        | "1.3.6.1.4.1.311.60.2.1.2" => ![UTF8, PRINTABLE].contains(&one.tag),
        _ => false,
    })?;
    Some(format!(
        "writes the attribute {} in letters of another kind",
        wrong.oid
    ))
}

pub(super) const LINTS: &[Lint] = &[
    Lint::form("cn_too_long", On::All, LENGTHS, FIX, |seen| {
        too_long(seen, COMMON_NAME, 64, "a common name")
    }),
    Lint::form("organisation_too_long", On::All, LENGTHS, FIX, |seen| {
        too_long(seen, ORGANISATION, 64, "an organisation")
    }),
    Lint::form("unit_too_long", On::All, LENGTHS, FIX, |seen| {
        too_long(seen, UNIT, 64, "a unit")
    }),
    Lint::form("locality_too_long", On::All, LENGTHS, FIX, |seen| {
        too_long(seen, LOCALITY, 128, "a locality")
    }),
    Lint::form("state_too_long", On::All, LENGTHS, FIX, |seen| {
        too_long(seen, STATE, 128, "a state")
    }),
    Lint::form("street_too_long", On::All, STYLE, FIX, |seen| {
        too_long(seen, STREET, 128, "a street")
    }),
    Lint::form("postal_code_too_long", On::All, LENGTHS, FIX, |seen| {
        too_long(seen, POSTAL_CODE, 16, "a postal code")
    }),
    Lint::form("subject_serial_too_long", On::All, LENGTHS, FIX, |seen| {
        too_long(seen, SERIAL, 64, "a subject's serial number")
    }),
    Lint::form("email_too_long", On::All, LENGTHS, FIX, |seen| {
        too_long(seen, EMAIL, 255, "a mail address")
    }),
    Lint::form("given_name_too_long", On::All, LENGTHS, FIX, |seen| {
        too_long(seen, GIVEN_NAME, 32_768, "a given name")
    }),
    Lint::form("surname_too_long", On::All, LENGTHS, FIX, |seen| {
        too_long(seen, SURNAME, 32_768, "a surname")
    }),
    Lint::form("given_name_long", On::All, LENGTHS, FIX, |seen| {
        too_long(seen, GIVEN_NAME, 64, "a given name")
    })
    .public(Some(Level::Info)),
    Lint::form("surname_long", On::All, LENGTHS, FIX, |seen| {
        too_long(seen, SURNAME, 64, "a surname")
    })
    .public(Some(Level::Info)),
    Lint::form("country_not_printable", On::All, LENGTHS, FIX, |seen| {
        not_printable_country(&subject(seen))
    }),
    Lint::form(
        "issuer_country_not_printable",
        On::All,
        LENGTHS,
        FIX,
        |seen| not_printable_country(&issuer(seen)),
    ),
    Lint::form(
        "country_not_uppercase",
        On::All,
        "ISO 3166-1",
        FIX,
        |seen| {
            named(&subject(seen), COUNTRY)
                .map(|one| text(one.value))
                .any(|country| country != country.to_ascii_uppercase())
                .then(|| "writes a country in small letters".into())
        },
    ),
    Lint::web("country_unknown", On::All, BR, FIX, not_a_country).since(2012, 7, 1),
    Lint::web(
        "ca_country_unknown",
        On::Authorities,
        BR_CA,
        FIX,
        not_a_country,
    )
    .since(2012, 7, 1),
    Lint::web("ca_country_missing", On::Authorities, BR_CA, FIX, |seen| {
        missing(seen, COUNTRY, "of which country it is")
    })
    .since(2012, 7, 1),
    Lint::web(
        "ca_organisation_missing",
        On::Authorities,
        BR_CA,
        FIX,
        |seen| missing(seen, ORGANISATION, "of which organisation it is"),
    )
    .since(2012, 7, 1),
    Lint::web("ca_cn_missing", On::Authorities, BR_CA, FIX, |seen| {
        (!is_in_subject(seen, COMMON_NAME)).then(|| "is an authority without a common name".into())
    })
    .since(2017, 6, 8),
    Lint::web("unit_present", On::Leaf, BR, FIX, |seen| {
        is_in_subject(seen, UNIT).then(|| "names a unit, which nobody can check".into())
    })
    .since(2022, 9, 1),
    Lint::web("cn_present", On::Leaf, BR, FIX, |seen| {
        is_in_subject(seen, COMMON_NAME)
            .then(|| "still has a common name beside its alternative names".into())
    })
    .since(2023, 9, 15)
    .public(Some(Level::Info)),
    Lint::web("cn_more_than_one", On::Leaf, BR, FIX, |seen| {
        (named(&subject(seen), COMMON_NAME).count() > 1)
            .then(|| "has more than one common name".into())
    })
    .since(2012, 7, 1),
    Lint::web("attribute_twice", On::All, BR, FIX, |seen| {
        let mut known = BTreeSet::new();
        subject(seen)
            .into_iter()
            .filter(|one| ![STREET, DOMAIN, UNIT].contains(&&*one.oid))
            .any(|one| !known.insert(one.oid))
            .then(|| "names an attribute of its subject twice".into())
    })
    .since(2023, 9, 15),
    Lint::web("attributes_out_of_order", On::All, BR, FIX, wrong_order).since(2023, 9, 15),
    Lint::web("attribute_encoding", On::All, BR, FIX, wrong_letters).since(2023, 9, 15),
    Lint::web("attribute_says_nothing", On::Leaf, BR, FIX, |seen| {
        // `NA` is Namibia there.
        subject(seen)
            .iter()
            .filter(|one| one.oid != COUNTRY)
            .any(|one| says_nothing(&text(one.value)))
            .then(|| "has an attribute that says nothing".into())
    })
    .since(2012, 7, 1),
    Lint::web("place_with_markup", On::All, BR, FIX, |seen| {
        subject(seen)
            .iter()
            .filter(|one| [STATE, LOCALITY].contains(&&*one.oid))
            .any(|one| one.value.iter().any(|byte| br#"=:{};"|\[]"#.contains(byte)))
            .then(|| "has braces, equals signs or the like in the name of its place".into())
    })
    .since(2012, 7, 1),
    Lint::form(
        "subject_control_characters",
        On::All,
        LETTERS,
        FIX,
        |seen| {
            subject(seen)
                .iter()
                .filter(|one| one.tag != BMP)
                .any(|one| text(one.value).chars().any(char::is_control))
                .then(|| "has control characters in its subject".into())
        },
    ),
    Lint::form("printable_string_letters", On::All, LETTERS, FIX, |seen| {
        subject(seen)
            .iter()
            .filter(|one| one.tag == PRINTABLE)
            .any(|one| !one.value.iter().all(|byte| is_printable_letter(*byte)))
            .then(|| "has letters in a PrintableString that it cannot hold".into())
    }),
    Lint::form("subject_leading_blank", On::All, STYLE, FIX, |seen| {
        edge(
            &subject(seen),
            |text| text.starts_with(' '),
            "has an attribute that begins with a blank",
        )
    }),
    Lint::form("subject_trailing_blank", On::All, STYLE, FIX, |seen| {
        edge(
            &subject(seen),
            |text| text.ends_with(' '),
            "has an attribute that ends with a blank",
        )
    }),
    Lint::form("issuer_leading_blank", On::All, STYLE, FIX, |seen| {
        edge(
            &issuer(seen),
            |text| text.starts_with(' '),
            "names an issuer that begins with a blank",
        )
    }),
    Lint::form("issuer_trailing_blank", On::All, STYLE, FIX, |seen| {
        edge(
            &issuer(seen),
            |text| text.ends_with(' '),
            "names an issuer that ends with a blank",
        )
    }),
    Lint::form("subject_full_set", On::All, STYLE, FIX, |seen| {
        has_full_set(fields(seen.certificate)?.subject)
            .then(|| "has two attributes in one set of its subject".into())
    })
    .public(Some(Level::Info)),
    Lint::form("issuer_full_set", On::All, STYLE, FIX, |seen| {
        has_full_set(fields(seen.certificate)?.issuer)
            .then(|| "has two attributes in one set of its issuer".into())
    })
    .public(Some(Level::Info)),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_are_those_of_iso_3166() {
        assert_eq!(COUNTRIES.split(' ').count(), 250);
        assert!(is_country("GB") && is_country("gb") && !is_country("UK") && !is_country("G"));
    }

    #[test]
    fn values_that_say_nothing_are_known() {
        for nothing in ["-", " ", "N/A", "none", "..", "", "_ _", "?"] {
            assert!(says_nothing(nothing), "{nothing}");
        }
        for something in ["Fictional Trust", "-- 3", "病院"] {
            assert!(!says_nothing(something), "{something}");
        }
    }
}

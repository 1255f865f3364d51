//! Serial numbers: positive, and at most 20 bytes.

use super::{Area, Lint, On};

const STANDARD: &str = "RFC 5280 4.1.2.2; CA/Browser Forum BR 7.1";
const FIX: &str = "have the authority issue it anew with a random positive serial number";

pub(super) const LINTS: &[Lint] = &[
    Lint::new(
        "serial_not_positive",
        Area::Form,
        On::Issued,
        STANDARD,
        FIX,
        |seen| {
            let serial = seen.certificate.x509().raw_serial();
            if serial.iter().all(|byte| *byte == 0) {
                return Some("its serial number is 0".into());
            }
            let is_negative = serial.first().is_some_and(|byte| *byte >= 0x80);
            is_negative.then(|| "its serial number is negative".into())
        },
    ),
    Lint::new(
        "serial_too_long",
        Area::Form,
        On::Issued,
        STANDARD,
        FIX,
        |seen| {
            let length = seen.certificate.x509().raw_serial().len();
            (length > 20).then(|| format!("its serial number has {length} bytes; 20 are allowed"))
        },
    ),
];

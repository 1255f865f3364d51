//! An update that a scanner reports as missing.

use crate::model::Type;

schema! { "missing update", "missing updates";
    /// Its number: `KB5068861`.
    ID: Type::Text, "id", also ["kb", "update id"];
    /// Day on which the vendor released it.
    RELEASED_ON: Type::Date, "released_on", also ["released", "release date"];
    /// The vendor's own severity.
    VENDOR_SEVERITY: choices!["critical", "high" = "important", "low", "medium" = "moderate"], "vendor_severity", also ["severity"];
    /// CVSS v3 base score.
    CVSS: Type::Number, "cvss", also ["cvss3", "cvss base"];
    /// Vulnerabilities it mends: CVE numbers.
    CVES: Type::Texts, "cves", also ["cve", "cve ids"];
}

//! Software installed on a machine or offered by a supplier.

use crate::model::Type;

schema! { "software", "software";
    /// Product name.
    NAME: Type::Text, "name", also ["product"];
    /// Version, as written.
    VERSION: Type::Version, "version";
    /// Who makes it.
    SUPPLIER: Type::Text, "supplier", also ["publisher", "vendor"];
    /// Vulnerabilities that are open in it: CVE numbers.
    CVES: Type::Texts, "cves", also ["cve", "cve ids"];
}

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
    /// Last day on which its maker supports it, where no catalogue says.
    END_OF_SUPPORT: Type::Date, "end_of_support", also ["end of support", "eol", "end of life"];
    /// Package URL: `pkg:maven/org.apache.tomcat/tomcat@9.0.1`.
    PURL: Type::Text, "purl", also ["package url"];
    /// CPE name: `cpe:2.3:a:apache:tomcat:9.0.1:*:*:*:*:*:*:*`.
    CPE: Type::Text, "cpe";
}

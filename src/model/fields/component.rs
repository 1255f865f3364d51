//! A component of what a supplier offers or a device contains, as its bill of materials lists it.

use super::vulnerability;
use crate::model::Type;

schema! { "component", "components";
    /// Identifier.
    ID: Type::Text, "id", also ["bom-ref"];
    /// Its name.
    NAME: Type::Text, "name";
    /// Version, as written.
    VERSION: Type::Version, "version";
    /// Who makes it.
    SUPPLIER: Type::Text, "supplier", also ["publisher", "vendor"];
    /// The product that contains it.
    PRODUCT: Type::Text, "product";
    /// Common Platform Enumeration name.
    CPE: Type::Text, "cpe";
    /// Package URL.
    PURL: Type::Text, "purl";
    /// Last day on which its maker supports it.
    END_OF_SUPPORT: Type::Date, "end_of_support";
    /// Vulnerabilities reported in it. An empty list says that a scan found none.
    VULNERABILITIES: Type::Records(&vulnerability::SCHEMA), "vulnerabilities";
}

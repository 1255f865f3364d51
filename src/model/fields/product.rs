//! A product or service that a supplier offers.

use crate::model::Type;

schema! { "product", "products";
    /// Identifier.
    ID: Type::Text, "id";
    /// Its name.
    NAME: Type::Text, "name";
    /// The version offered.
    VERSION: Type::Version, "version";
    /// Whether the supplier hosts it.
    HOSTED: Type::Boolean, "hosted";
    /// Whether a backup of it exists that nobody can change or delete before its time.
    BACKUP_IMMUTABLE: Type::Boolean, "backup.immutable";
    /// Whether it can ask its users for a second factor.
    MFA: Type::Boolean, "login.mfa", also ["mfa"];
    /// Whether its users can log in through their own organisation's identity provider.
    FEDERATION: Type::Boolean, "login.federation", also ["federation", "sso"];
    /// Whether it is a medical device, or software that counts as one.
    MEDICAL_DEVICE: Type::Boolean, "medical_device";
    /// Whether the pre-acquisition questionnaire for medical devices is supplied.
    PAQ: Type::Boolean, "paq";
    /// Whether a DCB0129 clinical safety case exists for the version offered.
    SAFETY_CASE: Type::Boolean, "clinical_safety.case";
    /// Whether its hazard log is kept.
    HAZARD_LOG: Type::Boolean, "clinical_safety.hazard_log";
    /// Name of the clinical safety officer.
    SAFETY_OFFICER: Type::Text, "clinical_safety.officer";
    /// Format of the bill of materials supplied with it.
    SBOM_FORMAT: choices!["cyclonedx", "none" = "no", "other", "spdx"], "sbom.format";
    /// The version of the product that the bill of materials is for.
    SBOM_VERSION: Type::Version, "sbom.version";
    /// The file of that bill, in the pack: CycloneDX or SPDX.
    SBOM_FILE: Type::Text, "sbom.file", also ["sbom", "bill_of_materials"];
    /// Day of the scan whose results the bill carries: what it lists without a vulnerability then had none.
    SBOM_SCANNED_ON: Type::Date, "sbom.scanned_on";
    /// What the bill says it is of.
    SBOM_PRODUCT: Type::Text, "sbom.product", derived true;
    /// Number of components the bill lists.
    SBOM_COMPONENTS: Type::Integer, "sbom.components", derived true;
    /// Number of pieces of software among them that have no version.
    SBOM_UNVERSIONED: Type::Integer, "sbom.unversioned", derived true;
    /// Whether the bill says which component needs which.
    SBOM_RELATIONS: Type::Boolean, "sbom.relations", derived true;
    /// `whole`, or what is wrong with the bill as such.
    SBOM_STATE: Type::Text, "sbom.state", derived true;
    /// Where anybody can report a vulnerability in it: an address, or `none`.
    DISCLOSURE_CONTACT: Type::Text, "disclosure.contact";
    /// Where the policy on such reports is published: a link, or `none`.
    DISCLOSURE_POLICY: Type::Text, "disclosure.policy";
}

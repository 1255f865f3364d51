//! An attestation: a certificate of conformity, a published assessment, a form, a test report.

use super::{exception, gap, test_finding};
use crate::model::Type;

schema! { "attestation", "attestations";
    /// Identifier.
    ID: Type::Text, "id";
    /// What it attests to.
    SCHEME: choices!["audit" = "dspt audit", "ce" = "cyber essentials", "ce-plus" = "cyber essentials plus" | "ce+", "charter" = "nhs supplier charter", "dspt" = "data security and protection toolkit", "dtac", "iso27001" = "iso 27001" | "iso/iec 27001", "mfa", "pen-test" = "penetration test", "sscop" = "software security code"], "scheme";
    /// Day of issue, publication or test.
    ISSUED_ON: Type::Date, "issued_on", also ["issued", "date", "published_on"];
    /// Last day on which it is valid.
    EXPIRES_ON: Type::Date, "expires_on", also ["expires", "valid_to"];
    /// Edition or version of the scheme: `25/26`, `2.0`.
    EDITION: Type::Version, "edition", also ["version"];
    /// Level or status reached.
    LEVEL: choices!["approaching-standards" = "approaching", "none" = "no", "not-met" = "standards not met", "not-published", "signed" = "yes" | "complete" | "passed", "standards-exceeded" = "exceeded", "standards-met" = "met"], "level", also ["status"];
    /// Legal entities it covers.
    ENTITIES: Type::Texts, "entities", also ["legal_entities"];
    /// What it covers: `whole organisation`, a service, a product.
    SCOPE: Type::Text, "scope";
    /// Certificate number or link.
    REFERENCE: Type::Text, "reference", also ["number"];
    /// Ids of the evidence behind it.
    EVIDENCE: Type::Texts, "evidence", also ["evidence_ids"];
    /// Whether an improvement plan was agreed.
    PLAN_AGREED: Type::Boolean, "plan.agreed";
    /// Day by which that plan is done.
    PLAN_UNTIL: Type::Date, "plan.until";
    /// Whether somebody independent did it.
    INDEPENDENT: Type::Boolean, "independent";
    /// Whether it follows the OWASP Top 10 or an equal method.
    OWASP: Type::Boolean, "owasp";
    /// Whether it covers every privileged account.
    COVERS_ALL: Type::Boolean, "covers_all";
    /// Approved exceptions.
    EXCEPTIONS: Type::Records(&exception::SCHEMA), "exceptions";
    /// Whether a certificate of a part of the organisation covers the service offered.
    COVERS_OFFER: Type::Boolean, "covers_offer";
    /// Whether its renewal is booked.
    RENEWAL_BOOKED: Type::Boolean, "renewal_booked";
    /// Outcomes assessed below the national profile. An empty list says that there are none.
    GAPS: Type::Records(&gap::SCHEMA), "gaps";
    /// Whether the test covered the web servers.
    TESTED_WEB: Type::Boolean, "tested.web_servers";
    /// Whether the test looked for default passwords.
    TESTED_PASSWORDS: Type::Boolean, "tested.default_passwords";
    /// What the test found. An empty list says that it found nothing.
    FINDINGS: Type::Records(&test_finding::SCHEMA), "findings";
}

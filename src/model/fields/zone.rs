//! A network zone.

use crate::model::Type;

pub(super) const KINDS: Type = choices![
    "clinical",
    "dmz",
    "flat" = "open" | "none",
    "isolated",
    "restricted" = "segmented"
];

schema! { "zone", "zones";
    /// Identifier that assets name.
    ID: Type::Text, "id";
    /// Kind of zone.
    KIND: KINDS, "kind", also ["type"];
    /// Whether traffic is denied unless allowed.
    DEFAULT_DENY: Type::Boolean, "default_deny";
    /// Traffic that the zone's rules allow to and from the internet.
    INTERNET_ACCESS: choices!["inbound" = "both", "none" = "no", "outbound" = "yes"], "internet_access", also ["internet"];
}

//! A port that can be reached, and from where.

use crate::model::Type;

schema! { "exposure", "exposures";
    /// TCP port.
    PORT: Type::Integer, "port";
    /// Where it can be reached from.
    FROM: choices!["hscn" = "n3", "internal" = "trust" | "lan", "internet" = "public", "partner" = "third party"], "from", also ["from_zone", "zone", "source"];
}

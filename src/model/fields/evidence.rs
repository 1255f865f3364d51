//! A file offered as evidence. It is hashed, never opened.

use crate::model::Type;

schema! { "evidence", "evidence";
    /// Identifier.
    ID: Type::Text, "id";
    /// What it is: `certificate`, `report`, `agreement`.
    KIND: Type::Text, "kind";
    /// Path in the pack.
    PATH: Type::Text, "path", also ["file"];
    /// Its SHA-256, in hexadecimal.
    SHA256: Type::Text, "sha256";
    /// Day it is dated.
    DATED_ON: Type::Date, "dated_on", also ["dated"];
    /// Last day on which it counts.
    VALID_TO: Type::Date, "valid_to";
    /// The SHA-256 of the file we read.
    ACTUAL_SHA256: Type::Text, "actual_sha256", derived true;
}

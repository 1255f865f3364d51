//! A rehearsal of plans.

use crate::model::Type;

schema! { "exercise", "exercises";
    /// Kind: `cyber`, `table-top`, `restore`.
    TYPE: Type::Text, "type", also ["kind"];
    /// Day it was held.
    DATE: Type::Date, "date", also ["held on"];
    /// What it covered: `national`, `local`, a service.
    SCOPE: Type::Text, "scope";
}

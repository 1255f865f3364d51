//! An outcome of the Cyber Assessment Framework that was assessed below the national profile.

use crate::model::Type;

schema! { "gap", "gaps";
    /// The outcome: `B4.d`.
    OUTCOME: Type::Text, "outcome", also ["id"];
    /// The level reached.
    LEVEL: choices!["not-achieved" = "not achieved", "partially-achieved" = "partially achieved"], "level";
    /// Day by which the profile will be met; without one there is no plan.
    PLAN_UNTIL: Type::Date, "plan_until";
}

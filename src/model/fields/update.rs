//! An installed update.

use crate::model::Type;

schema! { "update", "updates";
    /// Its number: `KB4019264`, with or without the letters.
    ID: Type::Text, "id", also ["kb", "hotfix id", "hotfixid"];
    /// Day of installation.
    INSTALLED_ON: Type::Date, "installed_on", also ["installedon", "installed"];
    /// Whether it is in effect: installed, restarted, manual steps done.
    EFFECTIVE: Type::Boolean, "effective";
}

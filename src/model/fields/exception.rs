//! An approved exception to a control, such as multi-factor authentication.

use crate::model::Type;

schema! { "exception", "exceptions";
    /// What is excepted.
    SUBJECT: Type::Text, "subject";
    /// Day of approval.
    APPROVED_ON: Type::Date, "approved_on";
    /// Role of the approver.
    APPROVED_BY: Type::Text, "approved_by";
    /// Day of the last review.
    REVIEWED_ON: Type::Date, "reviewed_on";
}

//! An answer in the form by which makers of medical devices disclose their security (MDS2).

use crate::model::Type;

schema! { "answer", "answers";
    /// The question: `CSUP-1`, `CONN-1.2.3`.
    QUESTION: Type::Text, "question", also ["id"];
    /// What is answered. A note instead of an answer is no answer.
    ANSWER: choices!["no", "not-applicable" = "n/a" | "na", "yes"], "answer";
    /// The note beside it, or the text where a text is asked.
    NOTE: Type::Text, "note";
}

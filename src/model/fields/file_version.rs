//! The version of one file on a machine.

use crate::model::Type;

schema! { "file version", "file versions";
    /// File name: `srv.sys`.
    NAME: Type::Text, "name", also ["file"];
    /// Its version: `6.1.7601.23689`.
    VERSION: Type::Version, "version";
}

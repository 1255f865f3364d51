//! The one integration binary: what only the whole can show.

mod layers;
mod program;
mod scenarios;

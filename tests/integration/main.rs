//! The one integration binary: what only the whole can show.

mod bad_input;
mod layers;
mod run;

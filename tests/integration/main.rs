//! The one integration binary: what only the whole can show.

mod bad_input;
mod cli;
mod layers;
mod run;

//! The one integration binary: what only the whole can show.

mod engine;
mod layers;
mod program;
mod samples;
mod scenarios;

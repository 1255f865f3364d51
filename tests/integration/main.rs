//! The one integration binary: what only the whole can show.

mod bad_input;
mod bare_names;
mod catalogue;
mod cli;
mod consumers;
mod engine;
mod examples;
mod layers;
mod listeners;
mod overlay;
mod patched;
mod poisoned;
mod probe;
mod program;
mod run;
mod samples;
mod scenarios;
mod server;
mod share;
mod silence;
mod test_command;
mod typos;
mod update;
mod waivers;
mod wrong_pass;

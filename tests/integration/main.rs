//! The one integration binary: what only the whole can show.

mod bad_input;
mod bare_names;
mod catalogue;
mod certificate;
mod cli;
mod engine;
mod examples;
mod layers;
mod overlay;
mod patched;
mod pki;
mod pki_lint;
mod pki_zlint_map;
mod poisoned;
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

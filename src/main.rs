//! The `passmuster` command.

use passmuster::cli::{self, ExitStatus};

fn main() -> ExitStatus {
    cli::run(std::env::args_os())
}

//! `mailwren`, the desktop app.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match mailwren_app::run(mailwren_app::Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // A closed stderr is no reason to fail in another way.
            use std::io::Write;
            writeln!(std::io::stderr(), "mailwren: {error:#}").ok();
            ExitCode::FAILURE
        }
    }
}

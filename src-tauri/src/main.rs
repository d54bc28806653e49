//! `mailwren`, the desktop app: all of it is in the library, so that its manual is made from the same definition.

fn main() -> std::process::ExitCode {
    mailwren_app::main()
}

//! Compiles the app's manifest: every command must be granted to a window by a capability file, or it doesn't exist
//! for that window.

use std::path::Path;

/// What the windows show; `npm run build` in `ui/` makes it.
const PAGES: &str = "../ui/dist";

fn main() {
    println!("cargo::rerun-if-changed={PAGES}");
    if !Path::new(PAGES).join("feed.html").exists() {
        // Checks and tests of Rust code need no pages, so this is no error.
        println!("cargo::warning=ui/dist isn't built: this mailwren will have empty windows");
        if let Err(error) = std::fs::create_dir_all(PAGES) {
            println!("cargo::error={PAGES}: {error}");
        }
    }
    let commands = tauri_build::AppManifest::new().commands(&[
        "feed_call",
        "settings_call",
        "open_link",
        "show_window",
        "start_demo",
        "start_at_login",
        "set_start_at_login",
        "export_settings",
        "examine",
        "close_window",
    ]);
    if let Err(error) = tauri_build::try_build(tauri_build::Attributes::new().app_manifest(commands)) {
        println!("cargo::error={error:#}");
    }
}

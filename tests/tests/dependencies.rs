//! The house's one direction of dependency: app, cli → desktop → engine → core; loopback → core.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use mailwren_tests::place;

/// Names of everything that a crate needs to run, on this platform, itself included. `cargo tree` and not
/// `cargo metadata`, which unifies features over the workspace.
fn tree(package: &str, depth: &str) -> Result<BTreeSet<String>> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("no workspace")?;
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .current_dir(workspace)
        .args([
            "tree",
            "--offline",
            "--package",
            package,
            "--edges",
            "normal",
            "--prefix",
            "none",
        ])
        .args(["--format", "{p}", "--depth", depth])
        .output()?;
    ensure!(
        output.status.success(),
        "cargo tree: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout)?;
    Ok(text
        .lines()
        .filter_map(|line| line.split(' ').next().map(str::to_owned))
        .collect())
}

#[test]
fn crates_depend_in_one_direction() -> Result<()> {
    let allowed: [(&str, &[&str]); 6] = [
        ("mailwren-core", &[]),
        ("mailwren-engine", &["mailwren-core"]),
        ("mailwren-desktop", &["mailwren-core", "mailwren-engine"]),
        ("mailwren-loopback", &["mailwren-core"]),
        (
            "mailwren-cli",
            &[
                "mailwren-core",
                "mailwren-engine",
                "mailwren-desktop",
                "mailwren-loopback",
            ],
        ),
        (
            "mailwren",
            &[
                "mailwren-core",
                "mailwren-engine",
                "mailwren-desktop",
                "mailwren-loopback",
            ],
        ),
    ];
    for (package, may) in allowed {
        let used = tree(package, "1")?;
        let forbidden: Vec<_> = used
            .iter()
            .filter(|name| name.starts_with("mailwren-") && *name != package && !may.contains(&name.as_str()))
            .collect();
        ensure!(forbidden.is_empty(), "{package} depends on {forbidden:?}");
    }
    Ok(())
}

#[test]
fn the_core_has_no_runtime_no_store_and_no_windows() -> Result<()> {
    let used = tree("mailwren-core", "99")?;
    for forbidden in ["tokio", "rusqlite", "libsqlite3-sys", "tauri", "zbus", "rustls"] {
        ensure!(!used.contains(forbidden), "mailwren-core needs {forbidden}");
    }
    Ok(())
}

#[test]
fn mailwrenctl_needs_neither_gtk_nor_webkit() -> Result<()> {
    let used = tree("mailwren-cli", "99")?;
    for forbidden in ["tauri", "wry", "tao", "gtk", "webkit2gtk"] {
        ensure!(!used.contains(forbidden), "mailwren-cli needs {forbidden}");
    }
    Ok(())
}

#[test]
fn what_stays_links_neither_gtk_nor_webkit() -> Result<()> {
    for program in ["mailwrenctl", "mailwren"] {
        let linked = linked(program)?;
        for forbidden in ["gtk", "gdk", "webkit", "X11", "dbus"] {
            ensure!(!linked.contains(forbidden), "{program} links {forbidden}: {linked}");
        }
    }
    // What isn't found above is there to be found.
    ensure!(
        linked("mailwren-window")?.contains("webkit"),
        "the windows are no longer WebKit's"
    );
    Ok(())
}

/// What a program is linked to.
fn linked(program: &str) -> Result<String> {
    let linked = Command::new("ldd").arg(place::program(program)?).output()?;
    let linked = String::from_utf8(linked.stdout)?;
    ensure!(linked.contains("libc.so"), "ldd tells nothing of {program}: {linked}");
    Ok(linked)
}

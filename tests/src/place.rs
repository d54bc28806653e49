//! Where things are: the programs under test, the tools, and addresses that nobody else has.

use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU16, Ordering};

use anyhow::{Context, Result, bail, ensure};

/// The folder in which Cargo put the programs: a test's own folder is the one below.
///
/// # Errors
/// When the path of this program is unknown.
pub fn programs() -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    let folder = own.parent().context("a program without a folder")?;
    let tests = folder.file_name().is_some_and(|name| name == "deps");
    let folder = if tests {
        folder.parent().context("no folder of programs")?
    } else {
        folder
    };
    Ok(folder.to_path_buf())
}

/// The folder whose programs benchmarks measure instead of those that Cargo put beside them: the ones that packages are made
/// from. Said by this variable of the environment.
const MEASURED: &str = "MAILWREN_PROGRAMS";

/// A program of ours.
///
/// # Errors
/// When it isn't built; `make test` builds all of them first.
pub fn program(name: &str) -> Result<PathBuf> {
    let folder = std::env::var_os(MEASURED).filter(|folder| !folder.is_empty());
    let path = folder.map_or_else(programs, |folder| Ok(folder.into()))?.join(name);
    ensure!(
        path.exists(),
        "{} isn't built: cargo build --release --workspace",
        path.display()
    );
    Ok(path)
}

/// The Python that has slixmpp, as `make venv` installs it.
///
/// # Errors
/// When it isn't there.
pub fn python() -> Result<PathBuf> {
    let programs = programs()?;
    let target = programs.parent().context("no target folder")?;
    let path = target.join("venv/bin/python");
    ensure!(path.exists(), "{} is missing: make venv", path.display());
    Ok(path)
}

/// The library that sets a process's clock.
///
/// # Errors
/// When it isn't installed.
pub fn faketime() -> Result<String> {
    for entry in std::fs::read_dir("/usr/lib")?.flatten() {
        let library = entry.path().join("faketime/libfaketimeMT.so.1");
        if library.exists() {
            return Ok(library.display().to_string());
        }
    }
    bail!("libfaketime isn't installed: tests/packages test")
}

/// The folder of this crate, with its scripts.
pub fn scripts() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A loopback address of this process's own (Linux has all of 127/8): a fixed port on it is free, and stays so while
/// a server restarts, however many tests run side by side.
pub fn address() -> IpAddr {
    let [_, a, b, c] = std::process::id().to_be_bytes();
    // Process ids have at most 22 bits; 127.64.0.0 and up keeps clear of 127.0.0.1 and what is commonly used.
    IpAddr::V4(Ipv4Addr::new(127, 64 | a, b, c))
}

/// A port on [`address`] that this process hasn't given out before.
pub fn port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(5300);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

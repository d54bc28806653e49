//! What a benchmark measured: how long something took, many times.

use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::place;

/// Durations of the same thing.
#[derive(Debug, Clone, Default)]
pub struct Durations(Vec<Duration>);

impl Durations {
    /// One more.
    pub fn add(&mut self, duration: Duration) {
        self.0.push(duration);
    }

    /// How many there are.
    pub const fn count(&self) -> usize {
        self.0.len()
    }

    /// The duration that this share of them, in percent, doesn't exceed (nearest rank); zero where there are none.
    pub fn percentile(&self, percent: usize) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let rank = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
        sorted.get(rank).copied().unwrap_or_default()
    }

    /// The cells of a table's row: count, and these percentiles in milliseconds.
    pub fn cells(&self, percents: &[usize]) -> String {
        let mut cells = self.count().to_string();
        for percent in percents {
            cells += &format!(" | {:.1} ms", milliseconds(self.percentile(*percent)));
        }
        cells
    }

    /// Count, p50, p95, p99 and the longest, in milliseconds.
    pub fn json(&self) -> Value {
        json!({
            "n": self.count(),
            "p50_ms": milliseconds(self.percentile(50)),
            "p95_ms": milliseconds(self.percentile(95)),
            "p99_ms": milliseconds(self.percentile(99)),
            "max_ms": milliseconds(self.percentile(100)),
        })
    }
}

/// In milliseconds, to a tenth.
pub fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 10_000.0).round() / 10.0
}

/// What figures depend on beside Mailwren, by the names of Debian's packages.
const PARTS: [&str; 12] = [
    "libc6",
    "dovecot-core",
    "prosody",
    "ejabberd",
    "mailnag",
    "thunderbird",
    "dunst",
    "xfce4-notifyd",
    "dbus-daemon",
    "gnome-keyring",
    "libwebkit2gtk-4.1-0",
    "chromium",
];

/// Keeps what a benchmark found, beside the programs, as `<name>.json`, with what it was found on and with; says where.
///
/// # Errors
/// When it can't be written.
pub fn keep(name: &str, found: Value) -> Result<()> {
    let programs = place::programs()?;
    let file = programs
        .parent()
        .context("no target folder")?
        .join(format!("{name}.json"));
    let found = json!({
        "machine": machine(),
        "kernel": said("uname", &["-r"]),
        "revision": said("git", &["rev-parse", "HEAD"]),
        "programs": place::program("mailwrenctl")?.parent().map(|folder| folder.display().to_string()),
        "parts": parts(),
        "found": found,
    });
    std::fs::write(&file, serde_json::to_string_pretty(&found)?)?;
    println!("\nIn {}, too.", file.display());
    Ok(())
}

/// What a program says on one line; empty if there is no such program.
fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).stderr(Stdio::null()).output();
    let said = output.map(|output| output.stdout).unwrap_or_default();
    String::from_utf8_lossy(&said).trim().to_owned()
}

/// The versions of the parts that are there.
fn parts() -> Value {
    let about = [&["-W", "-f", "${Package} ${Version}\n"], PARTS.as_slice()].concat();
    let lines = said("dpkg-query", &about);
    let versions = lines.lines().filter_map(|line| line.split_once(' '));
    versions
        .map(|(part, version)| (part.to_owned(), Value::from(version)))
        .collect()
}

/// The processor and how many of its cores there are, as far as the system tells.
pub fn machine() -> String {
    let about = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = about.lines().find_map(|line| line.strip_prefix("model name"));
    let model = model.and_then(|line| line.split_once(':')).map(|(_, name)| name.trim());
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    format!("{}, {cores} cores", model.unwrap_or("unknown processor"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_the_nearest_rank() {
        let mut durations = Durations::default();
        assert_eq!(durations.percentile(50), Duration::ZERO);
        for n in (1..=20).rev() {
            durations.add(Duration::from_millis(n));
        }
        let percentiles = [0, 50, 95, 100].map(|percent| durations.percentile(percent).as_millis());
        assert_eq!(percentiles, [1, 10, 19, 20]);
    }
}

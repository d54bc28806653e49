//! `make bench-latency` runs: a few mails go every way. How fast is the benchmark's own to judge.

use anyhow::{Context, Result, ensure};
use mailwren_tests::{place, within};
use tokio::process::Command;

#[tokio::test]
async fn every_way_of_the_latency_benchmark_brings_every_mail() -> Result<()> {
    let mut command = Command::new(place::program("latency")?);
    let output = within("the benchmark", command.arg("--quick").kill_on_drop(true).output()).await??;
    let said = String::from_utf8_lossy(&output.stdout);
    ensure!(
        output.status.success(),
        "{said}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let row = |way: &str| said.lines().find(|line| line.contains(way)).context(way.to_owned());
    for way in ["OX driver", "bridge (IMAP)", "IDLE client"] {
        ensure!(row(way)?.contains("| 5 |"), "{said}");
    }
    Ok(())
}

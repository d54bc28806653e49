//! Benchmarks run: little of each, and what they measured is told. How fast it is is theirs to judge, on a quiet machine.

use anyhow::{Context, Result, ensure};
use mailwren_tests::{PATIENCE, place};
use tokio::process::Command;

/// A benchmark's table, after little of it.
async fn little_of(name: &str) -> Result<String> {
    let mut command = Command::new(place::program(name)?);
    command.arg("--quick").kill_on_drop(true);
    // It starts servers and desktops one after the other, and each wait in it has an end of its own.
    let output = tokio::time::timeout(4 * PATIENCE, command.output())
        .await
        .context("it goes on")??;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    ensure!(
        output.status.success(),
        "{said}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(said)
}

fn row<'a>(said: &'a str, what: &str) -> Result<&'a str> {
    said.lines().find(|line| line.contains(what)).context(said.to_owned())
}

#[tokio::test]
async fn mailwrens_share_is_told_on_both_servers() -> Result<()> {
    let said = little_of("share").await?;
    for server in ["Prosody", "ejabberd"] {
        for what in ["event at a bare client", "`Notify` by Mailwren", "own share"] {
            let line = said.lines().find(|line| line.contains(server) && line.contains(what));
            ensure!(line.is_some_and(|line| line.contains("| 3 |")), "{said}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn every_item_is_counted_and_stored() -> Result<()> {
    let said = little_of("throughput").await?;
    for what in ["a bare client had them", "Mailwren had stored them"] {
        ensure!(row(&said, what)?.contains("| 1000 |"), "{said}");
    }
    ensure!(
        row(&said, "from memory: elements decoded and stored")?.contains("| 5000 |"),
        "{said}"
    );
    Ok(())
}

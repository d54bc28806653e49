//! The harness itself, with a client that isn't ours on both ends: what these servers do without Mailwren.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use mailwren_tests::publisher::Publisher;
use mailwren_tests::server::{Kind, PUBLISHER, SAM, Server, jid, node};
use mailwren_tests::{eventually, scene};

/// Cargo looks for no tests of its own there.
#[test]
fn every_file_of_tests_is_in_the_program_that_runs_them() -> Result<()> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("no workspace")?;
    for folder in [
        "tests/tests",
        "src-tauri/crates/core/tests",
        "src-tauri/crates/engine/tests",
        "src-tauri/crates/loopback/tests",
    ] {
        let folder = workspace.join(folder);
        let all = std::fs::read_to_string(folder.join("all.rs"))?;
        for file in std::fs::read_dir(&folder)? {
            let path = file?.path();
            let name = path
                .file_stem()
                .context("a file without a name")?
                .to_string_lossy()
                .into_owned();
            let apart = ["all", "allocations"].contains(&name.as_str());
            ensure!(
                apart || all.contains(&format!("\nmod {name};\n")),
                "{} is never run",
                path.display()
            );
        }
    }
    Ok(())
}

const ENTRY: &str = "<entry xmlns='http://www.w3.org/2005/Atom'><title>one</title></entry>";

fn an_item_reaches_a_subscriber_before_and_after_a_restart(kind: Kind) -> Result<()> {
    scene(async |scene| {
        let mut server = Server::start(kind, &scene).await?;
        let mail = node("/mail/sam/Inbox");
        {
            let mut publisher = Publisher::connect(&scene, &server, PUBLISHER).await?;
            publisher.create(&mail).await?;
            publisher.admit(&mail, &jid(SAM)).await?;
            let mut sam = Publisher::listen(&scene, &server, SAM, &[]).await?;
            ensure!(sam.subscribe(&mail).await? == "subscribed");
            publisher.publish(&mail, "item-1", ENTRY).await?;
            sam.message("item-1").await?;
        }
        server.restart().await?;
        let mut publisher = Publisher::connect(&scene, &server, PUBLISHER).await?;
        ensure!(publisher.subscribers(&mail).await? == [jid(SAM)]);
        let sam = Publisher::listen(&scene, &server, SAM, &[]).await?;
        publisher.publish(&mail, "item-2", ENTRY).await?;
        sam.message("item-2").await?;
        publisher.retract(&mail, "item-2").await?;
        sam.message("retract").await?;
        Ok(())
    })
}

#[test]
fn an_item_reaches_a_subscriber_before_and_after_a_restart_of_prosody() -> Result<()> {
    an_item_reaches_a_subscriber_before_and_after_a_restart(Kind::Prosody)
}

#[test]
fn an_item_reaches_a_subscriber_before_and_after_a_restart_of_ejabberd() -> Result<()> {
    an_item_reaches_a_subscriber_before_and_after_a_restart(Kind::Ejabberd)
}

#[test]
fn a_fact_is_asked_for_until_it_is_there() -> Result<()> {
    scene(async |_| {
        let mut asked = 0;
        let found = eventually("the third answer", async || {
            asked += 1;
            ensure!(asked > 2, "too early");
            Ok(Some(asked))
        })
        .await?;
        ensure!(found == 3);
        Ok(())
    })
}

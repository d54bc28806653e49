//! One account on two machines, through real Prosody and real ejabberd: read on one is read on the other.

use anyhow::{Context, Result, ensure};
use mailwren_core::account::Subscription;
use mailwren_core::marks::MARKS_NODE;
use mailwren_tests::ctl::Home;
use mailwren_tests::publisher::Publisher;
use mailwren_tests::server::{Kind, SAM, STRANGER, Server, jid, node, password};
use mailwren_tests::{Scene, eventually, on_both_servers, scene};
use serde_json::Value;

on_both_servers!(
    what_is_read_on_one_machine_is_read_on_all,
    others_cannot_read_what_was_done
);

fn mail(subject: &str) -> String {
    format!("<mail xmlns='urn:mailwren:mail:0' mailbox='INBOX'><subject>{subject}</subject></mail>")
}

fn machine(scene: &Scene, server: &Server, name: &str, node: &Subscription) -> Result<Home> {
    let home = Home::new(scene, name)?;
    let mut account = server.account(SAM);
    account.subscriptions = vec![node.clone()];
    home.configure(account, &password(SAM))?;
    Ok(home)
}

async fn rows(home: &Home) -> Result<Vec<Value>> {
    home.run(&["feed", "list", "--json"]).await?.json()
}

/// Waits until so many mails are unread on a machine.
async fn unread(home: &Home, count: usize) -> Result<()> {
    eventually(format!("{count} unread"), async || {
        let unread = rows(home).await?.iter().filter(|row| row["unread"] == true).count();
        Ok((unread == count).then_some(()))
    })
    .await
}

async fn fed_node(scene: &Scene, server: &Server) -> Result<(Publisher, Subscription)> {
    let node = node("sam/mail");
    let publisher = Publisher::for_sam(scene, server, &node).await?;
    Ok((publisher, node))
}

fn what_is_read_on_one_machine_is_read_on_all(kind: Kind) -> Result<()> {
    scene(async |scene| {
        let server = Server::start(kind, &scene).await?;
        let (mut publisher, node) = fed_node(&scene, &server).await?;
        let desk = machine(&scene, &server, "desk", &node)?;
        let lap = machine(&scene, &server, "lap", &node)?;
        let at_desk = desk.watch().await?;
        let on_lap = lap.watch().await?;
        for subject in ["first", "second"] {
            publisher.publish(&node, subject, &mail(subject)).await?;
            at_desk.event(subject).await?;
            on_lap.event(subject).await?;
        }
        let first = rows(&desk).await?.into_iter().find(|row| row["subject"] == "first");
        let seq = first.context("the first mail isn't in the feed")?["seq"].to_string();
        desk.run(&["feed", "mark-read", &seq]).await?;
        unread(&lap, 1).await?;

        // What is read while the other is off, it learns when it comes back.
        on_lap.interrupt().await?;
        desk.run(&["feed", "mark-read", "--all"]).await?;
        unread(&desk, 0).await?;
        let _on_lap = lap.watch().await?;
        unread(&lap, 0).await
    })
}

fn others_cannot_read_what_was_done(kind: Kind) -> Result<()> {
    scene(async |scene| {
        let server = Server::start(kind, &scene).await?;
        let (mut publisher, node) = fed_node(&scene, &server).await?;
        let home = machine(&scene, &server, "sam", &node)?;
        let watch = home.watch().await?;
        publisher.publish(&node, "1", &mail("private")).await?;
        watch.event("private").await?;
        home.run(&["feed", "mark-read", "--all"]).await?;
        let marks = Subscription {
            service: jid(SAM),
            node: MARKS_NODE.to_owned(),
        };
        let mut own = Publisher::connect(&scene, &server, SAM).await?;
        eventually("the mark is on the account's node", async || {
            Ok((own.items(&marks).await?.len() == 1).then_some(()))
        })
        .await?;
        let mut stranger = Publisher::connect(&scene, &server, STRANGER).await?;
        let peek = stranger.items(&marks).await;
        ensure!(peek.is_err(), "a stranger reads what was done: {peek:?}");
        Ok(())
    })
}

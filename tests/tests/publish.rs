//! `mailwrenctl publish`: mail piped in by a mail server is told at other devices, against real Prosody and ejabberd.

use anyhow::{Context, Result, ensure};
use mailwren_tests::ctl::{Finished, Home};
use mailwren_tests::process::Process;
use mailwren_tests::publisher::Publisher;
use mailwren_tests::server::{Kind, PUBLISHER, PUBSUB, SAM, STRANGER, Server, jid, node, own_node, password};
use mailwren_tests::{Scene, eventually, on_both_servers, scene};
use serde_json::Value;
use tokio::process::Command;

on_both_servers!(
    a_piped_mail_is_told_once_at_another_device_and_to_nobody_else,
    mail_that_comes_while_the_server_is_down_is_told_once_and_in_order_when_it_is_back,
    a_node_of_a_pubsub_service_is_made_private_and_fed,
    a_node_that_was_open_is_closed_before_anything_is_told,
);

fn message(subject: &str) -> String {
    format!(
        "From: =?utf-8?q?Zo=C3=AB?= <zoe@example.org>\r\nTo: sam@example.org\r\nSubject: {subject}\r\n\
         Message-ID: <{}@example.org>\r\nDate: Tue, 24 Nov 2026 22:00:00 +0100\r\n\r\n\
         Words of it.\r\n> quoted\r\n-- \r\nZoe\r\n",
        subject.replace(' ', "-")
    )
}

/// The home of Sam's mail server: it only publishes.
fn mail_server(scene: &Scene, server: &Server, user: &str) -> Result<Home> {
    let home = Home::new(scene, "mail-server")?;
    home.configure(server.account(user), &password(user))?;
    Ok(home)
}

/// A device of Sam's, which listens to his own node.
fn device(scene: &Scene, server: &Server) -> Result<Home> {
    let home = Home::new(scene, "device")?;
    let mut account = server.account(SAM);
    account.pep = true;
    home.configure(account, &password(SAM))?;
    Ok(home)
}

/// Nothing is said, and nothing bounces.
fn silent(ended: &Finished) -> Result<()> {
    ensure!(
        ended.status.success() && ended.stdout.is_empty() && ended.stderr.is_empty(),
        "{ended:#?}"
    );
    Ok(())
}

async fn outbox(home: &Home) -> Result<Vec<Value>> {
    home.run(&["outbox", "--json"]).await?.json()
}

async fn is_sent(home: &Home) -> Result<()> {
    eventually("the outbox is empty", async || {
        Ok(outbox(home).await?.is_empty().then_some(()))
    })
    .await
}

fn a_piped_mail_is_told_once_at_another_device_and_to_nobody_else(kind: Kind) -> Result<()> {
    scene(async |scene| {
        let server = Server::start(kind, &scene).await?;
        let (home, device) = (mail_server(&scene, &server, SAM)?, device(&scene, &server)?);
        silent(&home.publish(&message("first"), &[]).await?)?;
        is_sent(&home).await?;

        let watch = device.watch().await?;
        let first = watch.event("first").await?;
        ensure!(
            first["from"]["name"] == "Zoë" && first["from"]["address"] == "zoe@example.org",
            "{first:#}"
        );
        ensure!(
            first["snippet"] == "Words of it." && first["mailbox"] == "INBOX",
            "{first:#}"
        );
        ensure!(
            first["message_id"] == "first@example.org" && first["sent_at"] == "2026-11-24T21:00:00Z",
            "{first:#}"
        );
        // Delivered twice, as mail servers do; live, with less told, and after the first session has ended.
        silent(&home.publish(&message("live"), &["--mailbox", "Lists/Rust"]).await?)?;
        silent(&home.publish(&message("live"), &["--mailbox", "Lists/Rust"]).await?)?;
        ensure!(watch.event("live").await?["mailbox"] == "Lists/Rust", "another mailbox");
        silent(&home.publish(&message("hidden"), &["--detail", "sender"]).await?)?;
        let hidden = watch
            .process
            .stdout("the mail of which less is told", 0, |line| {
                let event: Value = serde_json::from_str(line).ok()?;
                (event["message_id"] == "hidden@example.org").then_some(event)
            })
            .await?;
        ensure!(
            hidden["from"]["name"] == "Zoë" && hidden["subject"].is_null() && hidden["snippet"].is_null(),
            "{hidden:#}"
        );
        is_sent(&home).await?;
        let stored = device.run(&["feed", "list", "--json"]).await?.json()?;
        ensure!(stored.len() == 3, "{} rows: {stored:#?}", stored.len());

        // Sam's other clients see how the node is set; strangers see nothing.
        let found = device.run(&["discover", &jid(SAM), "--json"]).await?.json()?;
        let nodes = found
            .first()
            .and_then(|found| found["nodes"].as_array())
            .context("no nodes")?;
        let own = nodes
            .iter()
            .find(|node| node["service"] == jid(SAM))
            .context("no own node")?;
        ensure!(own["access"] == "whitelist", "{own:#}");
        let mut stranger = Publisher::connect(&scene, &server, STRANGER).await?;
        ensure!(stranger.items(&own_node(SAM)).await.is_err(), "a stranger reads it");
        ensure!(stranger.subscribe(&own_node(SAM)).await.is_err(), "a stranger hears it");
        Ok(())
    })
}

fn mail_that_comes_while_the_server_is_down_is_told_once_and_in_order_when_it_is_back(kind: Kind) -> Result<()> {
    scene(async |scene| {
        let mut server = Server::start(kind, &scene).await?;
        let (home, device) = (mail_server(&scene, &server, SAM)?, device(&scene, &server)?);
        // A device that waits for the first mail ever makes the node, so that it hears of it.
        let watch = device.watch().await?;
        let mut sam = Publisher::connect(&scene, &server, SAM).await?;
        eventually("the node is there", async || Ok(Some(sam.items(&own_node(SAM)).await?))).await?;
        silent(&home.publish(&message("before"), &[]).await?)?;
        watch.event("before").await?;

        server.down().await?;
        let subjects: Vec<String> = (1..=3).map(|n| format!("missed {n}")).collect();
        for subject in &subjects {
            silent(&home.publish(&message(subject), &[]).await?)?;
        }
        let waiting = eventually("the outbox says why", async || {
            let waiting = outbox(&home).await?;
            Ok(waiting.iter().all(|mail| mail["why"].is_string()).then_some(waiting))
        })
        .await?;
        let listed: Vec<&str> = waiting.iter().filter_map(|mail| mail["subject"].as_str()).collect();
        ensure!(listed == subjects, "{waiting:#?}");
        let tried = home.run(&["outbox", "send"]).await?;
        ensure!(tried.status.code() == Some(1), "{tried:#?}");

        server.up().await?;
        is_sent(&home).await?;
        watch.event("missed 3").await?;
        let told = watch.subjects()?;
        ensure!(told == ["before", "missed 1", "missed 2", "missed 3"], "{told:?}");
        Ok(())
    })
}

fn a_node_of_a_pubsub_service_is_made_private_and_fed(kind: Kind) -> Result<()> {
    scene(async |scene| {
        let server = Server::start(kind, &scene).await?;
        let home = mail_server(&scene, &server, PUBLISHER)?;
        let inbox = node("mail/sam/Inbox");
        let to = ["--service", PUBSUB, "--node", inbox.node.as_str()];
        silent(&home.publish(&message("first"), &to).await?)?;
        is_sent(&home).await?;

        let mut owner = Publisher::connect(&scene, &server, PUBLISHER).await?;
        let mut stranger = Publisher::connect(&scene, &server, STRANGER).await?;
        ensure!(stranger.items(&inbox).await.is_err(), "a stranger reads it");
        owner.admit(&inbox, &jid(SAM)).await?;
        let device = Home::new(&scene, "device")?;
        let mut account = server.account(SAM);
        account.subscriptions = vec![inbox.clone()];
        device.configure(account, &password(SAM))?;
        let watch = device.watch().await?;
        watch.event("first").await?;
        silent(&home.publish(&message("live"), &to).await?)?;
        watch.event("live").await?;
        ensure!(owner.items(&inbox).await?.len() == 2, "not each once");

        // Somebody else's node, on which this account may not publish.
        let other = device.publish(&message("not allowed"), &to).await?;
        silent(&other)?;
        let refused = eventually("it says why", async || {
            let waiting = outbox(&device).await?;
            Ok(waiting.into_iter().find(|mail| mail["why"].is_string()))
        })
        .await?;
        ensure!(
            refused["hint"].as_str().is_some_and(|hint| hint.contains("owner")),
            "{refused:#}"
        );
        ensure!(owner.items(&inbox).await?.len() == 2, "it was published");
        Ok(())
    })
}

fn a_node_that_was_open_is_closed_before_anything_is_told(kind: Kind) -> Result<()> {
    scene(async |scene| {
        let server = Server::start(kind, &scene).await?;
        let home = mail_server(&scene, &server, SAM)?;
        let own = own_node(SAM);
        let mut sam = Publisher::connect(&scene, &server, SAM).await?;
        sam.create(&own).await?;
        let open = serde_json::json!({ "access_model": "open", "max_items": "3" });
        sam.configure(&own, open).await?;
        let mut stranger = Publisher::connect(&scene, &server, STRANGER).await?;
        stranger.items(&own).await.context("it isn't open")?;

        for n in 0..5 {
            silent(&home.publish(&message(&format!("mail {n}")), &[]).await?)?;
        }
        is_sent(&home).await?;
        ensure!(stranger.items(&own).await.is_err(), "a stranger reads it");
        let kept = sam.items(&own).await?;
        ensure!(kept.len() == 5, "it keeps {kept:?}");
        Ok(())
    })
}

#[test]
fn whatever_is_wrong_no_mail_bounces_and_nothing_is_lost() -> Result<()> {
    scene(async |scene| {
        let home = Home::new(&scene, "mail-server")?;
        // No configuration at all; a message of 10 MB is read to its end, and so is what is none.
        let large = format!("{}{}", message("large"), "x\n".repeat(5 << 20));
        silent(&home.publish(&large, &["--account", "sam@wren.test"]).await?)?;
        silent(&home.publish("\0\0not a message", &["--detail", "none"]).await?)?;
        let tried = home.run(&["outbox", "send"]).await?;
        ensure!(tried.status.code() == Some(3), "{tried:#?}");
        let waiting = outbox(&home).await?;
        let why: Vec<&str> = waiting.iter().filter_map(|mail| mail["why"].as_str()).collect();
        ensure!(
            why.len() == 2 && why[0].contains("sam@wren.test") && why[1].contains("no account"),
            "{waiting:#?}"
        );
        ensure!(
            waiting[0]["subject"] == "large" && waiting[1]["subject"].is_null(),
            "{waiting:#?}"
        );
        // Broken configuration.
        std::fs::write(home.config(), "account = 7")?;
        silent(&home.publish(&message("third"), &[]).await?)?;
        ensure!(outbox(&home).await?.len() == 3, "it is lost");

        let wrong = home.publish(&message("x"), &["--account", "no address@"]).await?;
        ensure!(wrong.status.code() == Some(2), "{wrong:#?}");
        // A data folder that can't be written: the mail server is to try again.
        let none = Home::new(&scene, "full")?;
        std::fs::remove_dir_all(none.path().join("data"))?;
        std::fs::write(none.path().join("data"), "")?;
        let full = none.publish(&message("x"), &[]).await?;
        ensure!(full.status.code() == Some(75), "{full:#?}");
        Ok(())
    })
}

#[test]
fn a_disk_that_takes_no_more_is_said_and_leaves_nothing_behind() -> Result<()> {
    scene(async |scene| {
        let home = Home::new(&scene, "mail-server")?;
        let ctl = home.command("mailwrenctl")?;
        let mut shell = Command::new("sh");
        shell.envs(ctl.as_std().get_envs().filter_map(|(name, value)| Some((name, value?))));
        // A file can be made, and nothing can be written into it.
        shell.args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$0\" --config \"$1\" publish"]);
        shell.arg(ctl.as_std().get_program()).arg(home.config());
        let mut publish = Process::start("publish", home.path(), shell).await?;
        publish.write(message("never").as_bytes()).await?;
        publish.close_stdin();
        let status = publish.exit().await?;
        ensure!(status.code() == Some(75), "{status}: {:?}", publish.complained());
        ensure!(outbox(&home).await?.is_empty(), "something is left");
        Ok(())
    })
}

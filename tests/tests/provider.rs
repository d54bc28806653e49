//! A provider's bridge, as docs/provider.md sets it up: a component publishes for many mailboxes, a node each, on real Prosody
//! and ejabberd.

use anyhow::{Context, Result, ensure};
use mailwren_tests::dovecot::Dovecot;
use mailwren_tests::page::Page;
use mailwren_tests::provider::{Machine, Teller, arrived, device, inbox};
use mailwren_tests::publisher::Publisher;
use mailwren_tests::server::{DOMAIN, Kind, SAM, STRANGER, Server, jid};
use mailwren_tests::{eventually, on_both_servers, scene};
use serde_json::Value;

on_both_servers!(
    many_mailboxes_have_a_node_each_and_a_restart_of_the_server_loses_nothing,
    a_node_is_read_by_its_owner_and_nobody_else,
);

/// A small provider.
const USERS: usize = 50;

fn users() -> Vec<String> {
    (1..=USERS).map(|n| format!("user{n}")).collect()
}

async fn all_is_sent(machine: &Machine) -> Result<()> {
    eventually("the outbox is empty", async || {
        Ok((machine.waiting()? == 0).then_some(()))
    })
    .await
}

/// Tells of a mail to everybody, over a few connections side by side.
async fn tell_all(machine: &Machine, users: &[String], uid: u32, subject: &str) -> Result<()> {
    let connections = users.chunks(USERS.div_ceil(8)).map(async |users| {
        let mut teller = Teller::connect(&machine.listen).await?;
        for user in users {
            let status = teller.tell(&arrived(user, uid, subject)).await?;
            ensure!(status == 202, "{user}: {status}");
        }
        anyhow::Ok(())
    });
    futures::future::try_join_all(connections).await?;
    Ok(())
}

fn many_mailboxes_have_a_node_each_and_a_restart_of_the_server_loses_nothing(kind: Kind) -> Result<()> {
    scene(async |scene| {
        let users = users();
        let mut server = Server::start_with_component(kind, &scene, users.clone()).await?;
        let machine = Machine::lay_out(&scene, &server)?;
        let bridge = machine.bridge().await?;
        tell_all(&machine, &users, 1, "first").await?;
        all_is_sent(&machine).await?;
        let watch = device(&scene, &server, &users)?.watch().await?;
        let heard = async |subject: &str| {
            let enough = format_args!("{USERS} × {subject}").to_string();
            eventually(&enough, async || {
                let subjects = watch.subjects()?;
                let count = subjects.iter().filter(|other| *other == subject).count();
                Ok((count == USERS).then_some(()))
            })
            .await
        };
        heard("first").await?;
        tell_all(&machine, &users, 2, "second").await?;
        heard("second").await?;

        server.down().await?;
        tell_all(&machine, &users, 3, "third").await?;
        tell_all(&machine, &users, 4, "fourth").await?;
        ensure!(machine.waiting()? == 2 * USERS, "{} wait", machine.waiting()?);
        server.up().await?;
        heard("fourth").await?;
        all_is_sent(&machine).await?;
        // Each once, in order, to whom it is for.
        let events = watch.process.printed();
        for user in &users {
            let account = jid(user);
            let of_user = events
                .iter()
                .filter_map(|line| serde_json::from_str::<Value>(line).ok());
            let subjects: Vec<String> = of_user
                .filter(|event| event["account"] == account && event["kind"] == "new")
                .map(|event| event["subject"].as_str().unwrap_or_default().to_owned())
                .collect();
            ensure!(
                subjects == ["first", "second", "third", "fourth"],
                "{user}: {subjects:?}"
            );
        }
        let said = bridge.complained().join("\n");
        ensure!(!said.contains("Line one") && !said.contains("secret"), "{said}");
        Ok(())
    })
}

fn a_node_is_read_by_its_owner_and_nobody_else(kind: Kind) -> Result<()> {
    scene(async |scene| {
        let server = Server::start_with_component(kind, &scene, Vec::new()).await?;
        let machine = Machine::lay_out(&scene, &server)?;
        let checked = machine.home.run(&["bridge", "--check"]).await?;
        let expected = format!(
            "In order: 0 mailboxes by name, and those of a provider, published by mail.{DOMAIN}, listening on {}.",
            machine.listen
        );
        ensure!(checked.stdout == [expected], "{checked:#?}");
        let _bridge = machine.bridge().await?;
        let mut teller = Teller::connect(&machine.listen).await?;
        for user in ["Sam", "sam/mail", "sam@wren.test", "../sam", "", "s{user}", "0sam"] {
            let status = teller.tell(&arrived(user, 1, "never")).await?;
            ensure!(
                status == 404 || (user.is_empty() && status == 400),
                "{user:?}: {status}"
            );
        }
        ensure!(teller.tell(&arrived(SAM, 1, "told")).await? == 202, "Sam's is refused");
        let mut sent = arrived(SAM, 2, "of another folder");
        sent["folder"] = "Sent".into();
        ensure!(teller.tell(&sent).await? == 202, "it isn't accepted");
        all_is_sent(&machine).await?;

        let mut sam = Publisher::connect(&scene, &server, SAM).await?;
        ensure!(sam.items(&inbox(SAM)).await?.len() == 1, "Sam doesn't read it");
        ensure!(sam.subscribe(&inbox(SAM)).await? == "subscribed", "Sam doesn't hear it");
        let mut stranger = Publisher::connect(&scene, &server, STRANGER).await?;
        ensure!(stranger.items(&inbox(SAM)).await.is_err(), "a stranger reads it");
        ensure!(stranger.subscribe(&inbox(SAM)).await.is_err(), "a stranger hears it");
        let forged = stranger
            .publish(&inbox(SAM), "1", "<mail xmlns='urn:mailwren:mail:0'/>")
            .await;
        ensure!(forged.is_err(), "a stranger publishes there");
        Ok(())
    })
}

#[test]
fn what_dovecot_delivers_goes_by_way_of_the_component() -> Result<()> {
    scene(async |scene| {
        let server = Server::start_with_component(Kind::Ejabberd, &scene, Vec::new()).await?;
        let machine = Machine::lay_out(&scene, &server)?;
        let _bridge = machine.bridge().await?;
        let recipe = machine.adapted(Page::read("bridge.md")?.block("dovecot-lua", "")?);
        let dovecot = Dovecot::start(&scene, &recipe).await?;
        let message = |subject: &str| {
            format!(
                "From: zoe@example.org\r\nSubject: {subject}\r\nMessage-ID: <{subject}@example.org>\r\n\r\nWords.\r\n"
            )
        };
        dovecot.deliver(SAM, &message("before")).await?;
        all_is_sent(&machine).await?;
        let watch = device(&scene, &server, &[SAM.to_owned()])?.watch().await?;
        let before = watch.event("before").await?;
        dovecot.deliver(SAM, &message("live")).await?;
        watch.event("live").await?;
        dovecot.imap(SAM, &["STORE 1 +FLAGS (\\Seen)"]).await?;
        let item = before["item"].as_str().context("no item")?;
        watch
            .process
            .stdout("the first one is gone", 0, |line| {
                let event: Value = serde_json::from_str(line).ok()?;
                (event["kind"] == "gone" && event["item"] == item).then_some(())
            })
            .await
    })
}

#[test]
fn a_component_with_a_wrong_secret_is_refused_and_what_waits_is_kept() -> Result<()> {
    scene(async |scene| {
        let server = Server::start_with_component(Kind::Ejabberd, &scene, Vec::new()).await?;
        let machine = Machine::lay_out(&scene, &server)?;
        let secret = machine.home.path().join("secrets/component-secret");
        let right = std::fs::read_to_string(&secret)?;
        std::fs::write(&secret, "wrong\n")?;
        let _bridge = machine.bridge().await?;
        let mut teller = Teller::connect(&machine.listen).await?;
        ensure!(teller.tell(&arrived(SAM, 1, "told")).await? == 202, "it isn't accepted");
        let why = eventually("it says why", async || {
            let waiting = machine.home.run(&["outbox", "--json"]).await?.json()?;
            let first = waiting.first().context("nothing waits")?;
            Ok(first["why"].as_str().map(str::to_owned))
        })
        .await?;
        ensure!(why.contains("password"), "{why}");
        std::fs::write(&secret, right)?;
        let sent = machine.home.run(&["outbox", "send"]).await?;
        ensure!(sent.stdout == ["1 sent."], "{sent:#?}");
        Ok(())
    })
}

#[test]
fn the_pages_servers_are_those_of_the_tests() -> Result<()> {
    let page = Page::read("provider.md")?;
    for (kind, language) in [(Kind::Prosody, "prosody"), (Kind::Ejabberd, "ejabberd")] {
        scene(async |scene| {
            let server = Server::start_with_component(kind, &scene, Vec::new()).await?;
            let config = std::fs::read_to_string(server.config())?;
            let port = server.component.context("no component")?.to_string();
            for line in page.block(language, "")?.lines() {
                let line = line
                    .replace("example.org", DOMAIN)
                    .replace("127.0.0.1", &server.host.to_string())
                    .replace("5347", &port)
                    .replace("SECRET", mailwren_tests::server::COMPONENT_SECRET);
                ensure!(config.lines().any(|other| other == line), "{line:?} isn't in\n{config}");
            }
            Ok(())
        })?;
    }
    Ok(())
}

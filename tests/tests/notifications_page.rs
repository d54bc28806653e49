//! The examples of `docs/notifications.md`, run.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context as _, Result, bail, ensure};
use mailwren_tests::ctl::Home;
use mailwren_tests::page::Page;
use mailwren_tests::publisher::Publisher;
use mailwren_tests::scene;
use mailwren_tests::server::{Kind, SAM, Server, jid, node, password};
use serde_json::Value;
use tokio::io::AsyncWriteExt;

/// Berlin's, without asking the system for it.
const ZONE: &str = "CET-1CEST,M3.5.0,M10.5.0/3";

/// A fenced piece of the page.
struct Block {
    language: String,
    text: String,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for line in page.lines() {
        match (line.strip_prefix("```"), open.take()) {
            (Some(_), Some(block)) => blocks.push(block),
            (Some(language), None) => {
                open = Some(Block {
                    language: language.to_owned(),
                    text: String::new(),
                });
            }
            (None, Some(mut block)) => {
                block.text += line;
                block.text.push('\n');
                open = Some(block);
            }
            (None, None) => {}
        }
    }
    blocks
}

#[test]
fn its_examples_do_what_it_says() -> Result<()> {
    scene(async |scene| {
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/notifications.md");
        let page = std::fs::read_to_string(page)?;
        let home = Home::new(&scene, "reader")?;
        let (mut events, mut ran) = (String::new(), 0);
        for block in blocks(&page) {
            match block.language.as_str() {
                "toml" => {
                    std::fs::write(home.config(), &block.text)?;
                    let status = run(&home, "status", "").await?;
                    let broken = block.text.contains("Broken");
                    ensure!(
                        status.contains("line 1, column 1: rule Broken") == broken && status.contains("line") == broken,
                        "{}\ngives {status}",
                        block.text
                    );
                }
                "json" => events = block.text,
                "" => {
                    let (command, expected) = block.text.split_once('\n').context("a command and its output")?;
                    let command = command.strip_prefix("$ mailwrenctl ").context(block.text.clone())?;
                    let (arguments, input) = match command.strip_suffix(" < event.json") {
                        Some(arguments) => (arguments, events.as_str()),
                        None => (command, ""),
                    };
                    let said = run(&home, arguments, input).await?;
                    ensure!(
                        said == expected,
                        "$ mailwrenctl {command}\n{said}\ninstead of\n{expected}"
                    );
                    ran += 1;
                }
                other => bail!("a block in {other} is run by nobody"),
            }
        }
        ensure!(ran >= 3, "only {ran} examples were found");
        Ok(())
    })
}

async fn run(home: &Home, arguments: &str, input: &str) -> Result<String> {
    let mut command = home.command("mailwrenctl")?;
    command
        .env("TZ", ZONE)
        .arg("--config")
        .arg(home.config())
        .args(arguments.split(' '))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = command.spawn()?;
    let mut stdin = child.stdin.take().context("no stdin")?;
    stdin.write_all(input.as_bytes()).await?;
    drop(stdin);
    let output = child.wait_with_output().await?;
    ensure!(output.status.success(), "mailwrenctl {arguments}: {}", output.status);
    Ok(String::from_utf8(output.stdout)?)
}

/// Notes all that it gets, then says a word.
const RING: &str = r#"#!/bin/sh
printf '%s\n' "$@" >"$0.arguments"
cat >"$0.event"
env >"$0.environment"
echo "the bell rings"
"#;

#[test]
fn its_hook_gets_what_the_page_promises_and_no_more_time_than_that() -> Result<()> {
    scene(async |scene| {
        let page = Page::read("notifications.md")?;
        let node = node("mail/sam/INBOX");
        let server = Server::start(Kind::Prosody, &scene).await?;
        let mut publisher = Publisher::for_sam(&scene, &server, &node).await?;
        let mut home = Home::new(&scene, "sam")?;
        home.log = Some("mailwren_engine=debug");
        let mut account = server.account(SAM);
        account.subscriptions = vec![node.clone()];
        home.configure(account, &password(SAM))?;
        let ring = scene.path().join("ring");
        std::fs::write(&ring, RING)?;
        std::fs::set_permissions(&ring, PermissionsExt::from_mode(0o755))?;
        let bell = page.block("toml", "[[rule]]\nname = \"Door bell\"")?;
        let bell = bell.replace("/home/sam/bin/ring", &ring.display().to_string());
        let stuck = "[[rule]]\nname = \"Stuck\"\nsubject = \"stuck\"\nhook = [\"sleep\", \"1000\"]\n";
        let config = std::fs::read_to_string(home.config())?;
        std::fs::write(home.config(), [&config, "\n", &bell, stuck].concat())?;

        publisher
            .publish(&node, "before", &mail("doorbell@example.org", "no news"))
            .await?;
        let watch = home.watch().await?;
        watch.event("no news").await?;
        publisher
            .publish(&node, "other", &mail("zoe@example.org", "stuck"))
            .await?;
        watch.event("stuck").await?;
        let (sender, subject) = ("doorbell@example.org", "$(reboot); --help");
        publisher.publish(&node, "bell", &mail(sender, subject)).await?;
        let event = watch.event(subject).await?;
        let log = async |what: &str, rule: &str| {
            let tells = |line: &str| (line.contains(what) && line.contains(rule)).then(|| line.to_owned());
            watch.process.stderr(what, 0, tells).await
        };
        let said = log("a hook ended", "Door bell").await?;
        ensure!(said.contains("the bell rings"), "its output isn't logged: {said}");

        let got = |what: &str| std::fs::read_to_string(ring.with_extension(what));
        ensure!(got("arguments")? == "--volume\n80\n", "{}", got("arguments")?);
        let told = got("event")?;
        ensure!(told.matches('\n').count() == 1 && told.ends_with('\n'), "{told}");
        let told: Value = serde_json::from_str(&told)?;
        ensure!(told["rule"] == "Door bell" && told["outcome"] == "silent", "{told}");
        // The event itself, with account and seq, as `watch` printed it; when it came is no part of it.
        for (key, value) in event.as_object().context("no event")? {
            let known = !matches!(key.as_str(), "received_at" | "delayed");
            ensure!(!known || told[key] == *value, "{key}: {} instead of {value}", told[key]);
        }

        let environment = got("environment")?;
        let environment: BTreeMap<&str, &str> = environment
            .lines()
            .filter_map(|line| line.split_once('='))
            .filter(|(name, _)| name.starts_with("MAILWREN_") && *name != "MAILWREN_LOG")
            .collect();
        let documented: BTreeSet<&str> = page.words("MAILWREN_").collect();
        ensure!(
            environment.keys().copied().collect::<BTreeSet<_>>() == documented,
            "{environment:?}"
        );
        for (name, value) in [
            ("RULE", "Door bell"),
            ("OUTCOME", "silent"),
            ("ACCOUNT", jid(SAM).as_str()),
            ("FOLDER", "INBOX"),
            ("NODE", node.node.as_str()),
            ("ITEM", "bell"),
            ("SENDER_NAME", ""),
            ("SENDER_ADDRESS", sender),
            ("SUBJECT", subject),
            ("SNIPPET", "Ding, dong"),
            ("MESSAGE_ID", ""),
            ("LINK", ""),
        ] {
            let name = format!("MAILWREN_{name}");
            ensure!(environment[name.as_str()] == value, "{name}: {environment:?}");
        }

        ensure!(told["seq"] == 3, "what was there before is news: {told}");

        log("a hook took too long and was killed", "Stuck").await?;
        Ok(())
    })
}

fn mail(sender: &str, subject: &str) -> String {
    format!(
        "<mail xmlns='urn:mailwren:mail:0' mailbox='INBOX'><from address='{sender}'/><subject>{subject}</subject>\
         <snippet>Ding, dong</snippet></mail>"
    )
}

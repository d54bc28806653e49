//! The examples of `docs/notifications.md`, run.

use std::path::Path;
use std::process::Stdio;

use anyhow::{Context as _, Result, bail, ensure};
use mailwren_tests::ctl::Home;
use mailwren_tests::scene;
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

//! `mailwrenctl tray`, the resident without WebKit, on a real desktop: what it tells itself, and what it leaves to the app.

use std::fs;

use anyhow::{Context as _, Result, ensure};
use mailwren_tests::desktop::{Desktop, Parts};
use mailwren_tests::process::Process;
use mailwren_tests::publisher::Publisher;
use mailwren_tests::server::{Kind, Server, node};
use mailwren_tests::{eventually, place, scene};

const FEED: &str = "Mailwren";

fn mail(subject: &str) -> String {
    format!(
        "<mail xmlns='urn:mailwren:mail:0' mailbox='INBOX'><from address='zoe@example.org'>Zoe</from>\
         <subject>{subject}</subject></mail>"
    )
}

async fn nothing_of_the_app_runs(desktop: &Desktop) -> Result<()> {
    eventually("neither the app nor a web process", async || {
        let left = ["mailwren", "mailwren-window", "WebKitWebProces", "WebKitNetworkPr"]
            .map(|name| desktop.processes(name))
            .into_iter()
            .sum::<Result<usize>>()?;
        Ok((left == 0).then_some(()))
    })
    .await
}

#[test]
fn it_tells_of_mail_and_has_the_app_show_windows_for_as_long_as_they_are_open() -> Result<()> {
    scene(async |scene| {
        let inbox = node("mail/sam/INBOX");
        let server = Server::start(Kind::Prosody, &scene).await?;
        let mut publisher = Publisher::for_sam(&scene, &server, &inbox).await?;
        publisher.publish(&inbox, "item-1", &mail("standing")).await?;

        let desktop = Desktop::start(&scene, Parts::default()).await?;
        desktop.add_account(&server, &inbox.node).await?;
        let told = desktop.notifications().await?;
        let mut host = desktop.start_program("mailwrenctl", &["tray", "--hidden"]).await?;
        let tray = desktop.tray_item().await?;
        tray.title("one is unread", |title| title == "Mailwren: 1 unread")
            .await?;

        publisher.publish(&inbox, "item-2", &mail("fresh")).await?;
        let popup = told
            .one("a popup of the mail", |one| one.body.contains("fresh"))
            .await?;
        tray.title("two are unread", |title| title == "Mailwren: 2 unread")
            .await?;
        desktop.press(&popup, "Mark read").await?;
        tray.title("one is unread again", |title| title == "Mailwren: 1 unread")
            .await?;
        told.closed(popup.id.context("the popup has no id")?).await?;
        nothing_of_the_app_runs(&desktop).await?;

        tray.activate().await?;
        let windows = desktop.windows_become(FEED, 1).await?;
        desktop.close_window(&windows[0]).await?;
        nothing_of_the_app_runs(&desktop).await?;

        // The app finds a resident, has it show the feed, and ends.
        let mut app = desktop.start_program("mailwren", &[]).await?;
        ensure!(app.exit().await?.success(), "the app failed: {:?}", app.complained());
        desktop.windows_become(FEED, 1).await?;

        tray.choose("Quit").await?;
        ensure!(
            host.exit().await?.success(),
            "Quit isn't a clean end: {:?}",
            host.complained()
        );
        desktop.windows_become(FEED, 0).await?;
        nothing_of_the_app_runs(&desktop).await
    })
}

#[test]
fn without_the_app_it_says_so_and_stays() -> Result<()> {
    scene(async |scene| {
        let desktop = Desktop::start(&scene, Parts::default()).await?;
        let alone = scene.folder("alone")?.join("mailwrenctl");
        fs::copy(place::program("mailwrenctl")?, &alone)?;
        let mut command = desktop.command(&alone);
        command.args(["tray", "--hidden"]);
        let mut host = Process::start("mailwrenctl", desktop.path(), command).await?;
        host.stderr("that there are no windows", 0, |line| {
            line.contains("There are no windows").then_some(())
        })
        .await?;
        let tray = desktop.tray_item().await?;
        tray.title("nothing is unread", |title| title == "Mailwren: nothing unread")
            .await?;
        ensure!(host.terminate().await?.success(), "SIGTERM isn't a clean end");
        Ok(())
    })
}

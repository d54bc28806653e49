//! The app's windows as released, in WebKitGTK, against a real server: what a person does from the first run on.

use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use mailwren_tests::desktop::window::Driven;
use mailwren_tests::desktop::{Desktop, Parts};
use mailwren_tests::publisher::Publisher;
use mailwren_tests::server::{Kind, SAM, Server, jid, node, password};
use mailwren_tests::{eventually, scene};

const INBOX: &str = "mail/sam/INBOX";
const FEED: &str = "Mailwren";
const SETTINGS: &str = "Mailwren settings";

fn mail(uid: u32, subject: &str) -> String {
    format!(
        "<mail xmlns='urn:mailwren:mail:0' account='home' mailbox='INBOX' uidvalidity='1216343471' uid='{uid}'>\
         <from address='zoe@example.org'>Zoe</from><subject>{subject}</subject></mail>"
    )
}

fn config(desktop: &Desktop) -> PathBuf {
    desktop.path().join("config/mailwren/config.toml")
}

/// Awaits that the configuration says something.
async fn configured(desktop: &Desktop, says: &str) -> Result<()> {
    let path = config(desktop);
    eventually(format_args!("{says} in the configuration"), async || {
        let text = std::fs::read_to_string(&path)?;
        ensure!(text.contains(says), "it is {text}");
        Ok(Some(()))
    })
    .await
}

/// Fills in the form of a new account as a person does whose server isn't in DNS, and whose certificate nobody vouches for.
async fn set_up(app: &Driven, server: &Server) -> Result<()> {
    app.text("h1", |text| text == "New account").await?;
    app.fill("Password", &password(SAM)).await?;
    app.click("summary", "Advanced").await?;
    app.fill("Host", &server.host.to_string()).await?;
    app.fill("Port", &server.starttls.to_string()).await?;
    app.click("button", "Test").await?;
    app.text(".step.failed b", |step| step == "TLS").await?;
    app.click("button", "Trust this certificate").await?;
    app.text(".works", |text| text == "All of it works.").await?;
    app.click(".step label", INBOX).await?;
    app.click("button", "Add account").await
}

#[test]
fn from_the_first_run_a_person_comes_to_mail_in_feed_and_tray_and_a_restart_keeps_it() -> Result<()> {
    scene(async |scene| {
        let server = Server::start(Kind::Prosody, &scene).await?;
        let inbox = node(INBOX);
        let mut publisher = Publisher::for_sam(&scene, &server, &inbox).await?;
        let desktop = Desktop::start(&scene, Parts::default()).await?;
        let told = desktop.notifications().await?;

        let app = Driven::start(&desktop, &[]).await?;
        app.text("h2", |text| text.starts_with("Know when mail arrives."))
            .await?;
        app.press(&jid(SAM)).await?;
        app.click("button", "Continue").await?;
        app.go_to(SETTINGS).await?;
        set_up(&app, &server).await?;
        app.click(".toast button", "Try a notification").await?;
        told.one("the sample", |one| one.summary.contains("Miriam Kern"))
            .await?;
        app.text(".ln .cut", |text| text == jid(SAM)).await?;
        app.text(".ln .nodes", |text| text.contains(INBOX)).await?;
        configured(&desktop, INBOX).await?;
        let mut subscribers = publisher.subscribers(&inbox).await?;
        while subscribers != [jid(SAM)] {
            // Each look is a round trip to the server; the scene has an end of its own.
            subscribers = publisher.subscribers(&inbox).await?;
        }

        app.go_to(FEED).await?;
        app.text("#mail", |text| text.contains("No mail yet")).await?;
        for uid in 1..=2 {
            publisher
                .publish(&inbox, &format!("item-{uid}"), &mail(uid, &format!("mail {uid}")))
                .await?;
            app.text("[role=row].unread .sub", |text| text == format!("mail {uid}"))
                .await?;
        }
        let tray = desktop.tray_item().await?;
        tray.title("both are unread", |title| title == "Mailwren: 2 unread")
            .await?;
        app.press("jr").await?;
        app.text("[role=row]:not(.unread) .sub", |text| text == "mail 2")
            .await?;
        tray.title("one is unread", |title| title == "Mailwren: 1 unread")
            .await?;
        app.quit_by_tray(&desktop).await?;

        let app = Driven::start(&desktop, &[]).await?;
        app.text("[role=row]:not(.unread) .sub", |text| text == "mail 2")
            .await?;
        app.text("[role=row].unread .sub", |text| text == "mail 1").await?;
        app.text("header", |text| text.contains("Connected")).await?;
        publisher.publish(&inbox, "item-3", &mail(3, "mail 3")).await?;
        app.text("[role=row].unread .sub", |text| text == "mail 3").await?;
        desktop
            .tray_item()
            .await?
            .title("two are unread", |title| title == "Mailwren: 2 unread")
            .await?;
        app.quit().await
    })
}

#[test]
fn a_change_of_settings_is_in_the_file_at_once_and_in_both_windows_and_a_restart_keeps_it() -> Result<()> {
    scene(async |scene| {
        let desktop = Desktop::start(&scene, Parts::default()).await?;
        let config = config(&desktop);
        std::fs::create_dir_all(config.parent().context("no folder")?)?;
        std::fs::write(&config, "# Mind the wren.\nrows = \"compact\"\n")?;
        let app = Driven::start(&desktop, &["--settings"]).await?;
        desktop.tray_item().await?.activate().await?;
        app.go_to(FEED).await?;
        app.go_to(SETTINGS).await?;
        app.click("nav button", "General").await?;
        app.click("label", "Dark").await?;
        configured(&desktop, "theme = \"dark\"").await?;
        let written = std::fs::read_to_string(&config)?;
        ensure!(
            written.starts_with("# Mind the wren.\nrows = \"compact\"\n"),
            "{written}"
        );
        for window in [FEED, SETTINGS] {
            app.go_to(window).await?;
            app.is_there("html[data-theme=dark]").await?;
        }
        app.click(".toast button", "Undo").await?;
        app.is_there("html:not([data-theme=dark])").await?;
        let undone = std::fs::read_to_string(&config)?;
        ensure!(!undone.contains("dark"), "{undone}");
        app.click("label", "Light").await?;
        configured(&desktop, "theme = \"light\"").await?;
        app.quit_by_tray(&desktop).await?;

        let app = Driven::start(&desktop, &["--settings"]).await?;
        app.is_there("html[data-theme=light]").await?;
        app.click("nav button", "General").await?;
        app.is_there("label:has(:checked)").await?;
        let checked =
            "return [...document.querySelectorAll('.choices :checked')].map((e) => e.parentElement.textContent.trim())";
        let checked = app.script(checked).await?;
        ensure!(checked == serde_json::json!(["Light", "Compact"]), "{checked}");
        app.quit().await
    })
}

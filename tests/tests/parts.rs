//! Parts of the desktop that are missing are told once, in the window, and noticed when they come; the rest works meanwhile. A
//! real desktop without a tray host, a notification daemon, a Secret Service or logind.

use anyhow::{Result, ensure};
use mailwren_core::view::Command;
use mailwren_tests::desktop::notifications::{Notification, Notifications};
use mailwren_tests::desktop::{Desktop, Parts, ScreenSaver};
use mailwren_tests::publisher::Publisher;
use mailwren_tests::server::{Kind, Server, node};
use mailwren_tests::system_bus::SystemBus;
use mailwren_tests::{Scene, scene};
use serde_json::Value;

const INBOX: &str = "mail/sam/INBOX";

/// How often it is told that something is missing.
fn times_told(status: &Value, code: &str) -> usize {
    let problems = status["problems"].as_array();
    let problems = problems.into_iter().flatten();
    problems.filter(|problem| problem["code"] == code).count()
}

fn told(status: &Value, code: &str) -> bool {
    times_told(status, code) == 1
}

fn mail(subject: &str) -> String {
    format!(
        "<mail xmlns='urn:mailwren:mail:0' mailbox='INBOX'><from address='zoe@example.org'>Zoe</from>\
         <subject>{subject}</subject></mail>"
    )
}

/// A server with a mail on Sam's node, so that further ones are news.
async fn prosody(scene: &Scene) -> Result<(Server, Publisher)> {
    let server = Server::start(Kind::Prosody, scene).await?;
    let mut publisher = Publisher::for_sam(scene, &server, &node(INBOX)).await?;
    publisher.publish(&node(INBOX), "standing", &mail("standing")).await?;
    Ok((server, publisher))
}

async fn dismiss(desktop: &Desktop, code: &str) -> Result<()> {
    let code = code.to_owned();
    let dismissed = desktop.attach().await?.call(Command::DismissProblem { code }).await;
    ensure!(dismissed.is_ok(), "{dismissed:?}");
    Ok(())
}

#[test]
fn a_missing_part_is_told_once_and_its_coming_is_noticed() -> Result<()> {
    scene(async |scene| {
        let desktop = Desktop::start(&scene, Parts::default()).await?;
        let mut app = desktop.start_program("mailwren", &["--hidden"]).await?;
        // Nobody mocks logind here.
        desktop.status(|status| told(status, "logind")).await?;
        desktop.status(|status| !told(status, "tray")).await?;
        desktop.tray_host("stop").await?;
        desktop.status(|status| told(status, "tray")).await?;
        desktop.tray_host("start").await?;
        desktop.status(|status| !told(status, "tray")).await?;

        dismiss(&desktop, "logind").await?;
        desktop.status(|status| !told(status, "logind")).await?;
        app.terminate().await?;
        desktop.tray_host("stop").await?;
        let _app = desktop.start_program("mailwren", &["--hidden"]).await?;
        // Both are looked for at the same time; of what was read nothing is said again.
        desktop.status(|status| told(status, "tray")).await?;
        desktop.status(|status| !told(status, "logind")).await
    })
}

#[test]
fn a_notification_daemon_that_comes_late_shows_what_is_owed() -> Result<()> {
    scene(async |scene| {
        let (server, mut publisher) = prosody(&scene).await?;
        let parts = Parts {
            notify: "none",
            ..Parts::default()
        };
        let desktop = Desktop::start(&scene, parts).await?;
        desktop.add_account(&server, INBOX).await?;
        let popups = desktop.notifications().await?;
        let _app = desktop.start_program("mailwren", &["--hidden"]).await?;
        desktop.status(|status| status["unread"] == 1).await?;

        publisher.publish(&node(INBOX), "owed", &mail("owed")).await?;
        desktop
            .status(|status| status["unread"] == 2 && told(status, "notifier"))
            .await?;
        let tray = desktop.tray_item().await?;
        tray.title("all are counted", |title| title == "Mailwren: 2 unread")
            .await?;

        desktop.start_dunst().await?;
        popups.one("the popup owed", |one| one.body == "owed").await?;
        desktop.status(|status| times_told(status, "notifier") == 0).await?;
        publisher.publish(&node(INBOX), "later", &mail("later")).await?;
        popups.one("a popup as usual", |one| one.body == "later").await?;
        desktop.popups_become(2).await
    })
}

#[test]
fn a_secret_service_that_comes_late_lets_the_account_in() -> Result<()> {
    scene(async |scene| {
        let (server, _publisher) = prosody(&scene).await?;
        let desktop = Desktop::start(&scene, Parts::default()).await?;
        desktop.add_account(&server, INBOX).await?;
        desktop.keyring("stop").await?;
        let _app = desktop.start_program("mailwren", &["--hidden"]).await?;
        desktop
            .status(|status| status["accounts"][0]["trouble"]["code"] == "keyring")
            .await?;
        let tray = desktop.tray_item().await?;
        tray.title("nothing is unread", |title| title == "Mailwren: nothing unread")
            .await?;

        desktop.keyring("start").await?;
        desktop
            .status(|status| {
                let account = &status["accounts"][0];
                account["link"] == "connected" && account["trouble"].is_null() && status["unread"] == 1
            })
            .await
    })
}

#[test]
fn popups_only_count_while_the_screen_is_locked_by_screen_saver_or_by_a_late_logind() -> Result<()> {
    scene(async |scene| {
        let (server, mut publisher) = prosody(&scene).await?;
        let mut bus = SystemBus::start(&scene).await?;
        // dunst would make one of two that say the same.
        let parts = Parts {
            notify: "xfce",
            ..Parts::default()
        };
        let desktop = Desktop::start(&scene, parts).await?;
        let saver = ScreenSaver::start(&desktop).await?;
        desktop.add_account(&server, INBOX).await?;
        let popups = desktop.notifications().await?;
        let _app = desktop.start_program("mailwren", &["--hidden"]).await?;
        desktop.status(|status| status["unread"] == 1).await?;
        hidden_while_locked(&popups, &mut publisher, "saver", async |on| saver.lock(on).await).await?;

        desktop.status(|status| told(status, "logind")).await?;
        bus.start_logind().await?;
        desktop.status(|status| times_told(status, "logind") == 0).await?;
        hidden_while_locked(&popups, &mut publisher, "logind", async |on| bus.lock_screen(on).await).await
    })
}

/// One mail comes before, one while the screen is locked.
async fn hidden_while_locked(
    popups: &Notifications,
    publisher: &mut Publisher,
    by: &str,
    lock: impl AsyncFn(bool) -> Result<()>,
) -> Result<()> {
    let (before, during) = (format!("before {by}"), format!("during {by}"));
    let counts = |one: &Notification| one.summary == "New mail" && one.body.is_empty();
    publisher.publish(&node(INBOX), &before, &mail(&before)).await?;
    let first = popups
        .one("a popup that tells all", |one| {
            one.summary == "Zoe" && one.body == before
        })
        .await?;
    let so_far = popups.all().len();
    lock(true).await?;
    popups
        .one("the same that only counts", |one| one.id == first.id && counts(one))
        .await?;
    publisher.publish(&node(INBOX), &during, &mail(&during)).await?;
    let second = popups
        .one("another that only counts", |one| one.id > first.id && counts(one))
        .await?;
    let meanwhile = popups.all().split_off(so_far);
    ensure!(meanwhile.iter().all(counts), "told to those who pass by: {meanwhile:?}");

    lock(false).await?;
    for (popup, subject) in [(first, before), (second, during)] {
        popups
            .one("a popup that tells all again", |one| {
                Some(one.replaces) == popup.id && one.summary == "Zoe" && one.body == subject
            })
            .await?;
    }
    Ok(())
}

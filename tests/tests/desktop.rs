//! The app as it is released, on a real desktop: keyring, tray, notification daemon and windows.

use anyhow::{Context as _, Result, ensure};
use mailwren_tests::desktop::window::Driven;
use mailwren_tests::desktop::{Desktop, Parts, Plasma};
use mailwren_tests::publisher::Publisher;
use mailwren_tests::server::{Kind, SAM, Server, jid, node, password};
use mailwren_tests::{Scene, eventually, scene};

const FEED: &str = "Mailwren";

fn mail(uid: u32, subject: &str) -> String {
    let subject = subject.replace('&', "&amp;").replace('<', "&lt;");
    format!(
        "<mail xmlns='urn:mailwren:mail:0' account='home' mailbox='INBOX' uidvalidity='1216343471' uid='{uid}'>\
         <from address='zoe@example.org'>Zoe</from><subject>{subject}</subject><snippet>Hi Sam</snippet></mail>"
    )
}

async fn prosody_with_node(scene: &Scene, name: &str) -> Result<(Server, Publisher)> {
    let server = Server::start(Kind::Prosody, scene).await?;
    let publisher = Publisher::for_sam(scene, &server, &node(name)).await?;
    Ok((server, publisher))
}

#[test]
fn a_mail_is_told_in_popup_tray_and_feed_until_it_is_marked_read_at_the_popup() -> Result<()> {
    scene(async |scene| {
        let inbox = node("mail/sam/INBOX");
        let (server, mut publisher) = prosody_with_node(&scene, &inbox.node).await?;
        // What is there at the first sight of a node is stored without a popup.
        publisher.publish(&inbox, "item-1", &mail(1, "standing")).await?;

        let desktop = Desktop::start(&scene, Parts::default()).await?;
        desktop.add_account(&server, &inbox.node).await?;
        let told = desktop.notifications().await?;
        let app = Driven::start(&desktop, &[]).await?;
        app.text("[role=row] .sub", |text| text == "standing").await?;
        let tray = desktop.tray_item().await?;
        tray.title("one is unread", |title| title == "Mailwren: 1 unread")
            .await?;
        let icon = tray.icon().await?;

        let subject = "<b>Bold</b> & <i>brave</i>: Grüße";
        publisher.publish(&inbox, "item-2", &mail(2, subject)).await?;
        let popup = told
            .one("a popup of the mail", |one| one.summary.contains("Zoe"))
            .await?;
        let body = popup
            .body
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&amp;", "&");
        ensure!(body.contains(subject), "the popup says {popup:?}");
        ensure!(
            !popup.body.contains("<b>"),
            "markup of a mail reaches the daemon: {popup:?}"
        );
        tray.title("two are unread", |title| title == "Mailwren: 2 unread")
            .await?;
        ensure!(tray.icon().await? != icon, "the icon doesn't show the count");
        app.text("[role=row].unread .sub", |text| text == subject).await?;

        desktop.press(&popup, "Mark read").await?;
        tray.title("one is unread again", |title| title == "Mailwren: 1 unread")
            .await?;
        app.text("[role=row]:not(.unread) .sub", |text| text == subject).await?;
        told.closed(popup.id.context("the popup has no id")?).await?;
        ensure!(told.all().len() == 1, "told more than once: {:?}", told.all());
        app.quit().await
    })
}

#[test]
fn a_popup_goes_when_its_mail_is_read_elsewhere() -> Result<()> {
    scene(async |scene| {
        let inbox = node("mail/sam/INBOX");
        let (server, mut publisher) = prosody_with_node(&scene, &inbox.node).await?;
        publisher.publish(&inbox, "item-1", &mail(1, "standing")).await?;
        let desktop = Desktop::start(&scene, Parts::default()).await?;
        desktop.add_account(&server, &inbox.node).await?;
        let told = desktop.notifications().await?;
        let _app = desktop.start_program("mailwren", &["--hidden"]).await?;
        let tray = desktop.tray_item().await?;
        tray.title("one is unread", |title| title == "Mailwren: 1 unread")
            .await?;

        publisher.publish(&inbox, "item-2", &mail(2, "short-lived")).await?;
        let popup = told
            .one("a popup of the mail", |one| one.body.contains("short-lived"))
            .await?;
        publisher.retract(&inbox, "item-2").await?;
        told.closed(popup.id.context("the popup has no id")?).await?;
        tray.title("one is unread again", |title| title == "Mailwren: 1 unread")
            .await?;
        Ok(())
    })
}

#[test]
fn a_paused_dunst_gets_nothing_and_one_summary_afterwards() -> Result<()> {
    not_to_be_disturbed("dunst", async |desktop, on| {
        desktop.run("dunstctl", &["set-paused", on]).await.map(drop)
    })
}

#[test]
fn do_not_disturb_of_xfce_is_kept_and_one_summary_comes_afterwards() -> Result<()> {
    not_to_be_disturbed("xfce", async |desktop, on| {
        let property = [
            "-c",
            "xfce4-notifyd",
            "-p",
            "/do-not-disturb",
            "--create",
            "-t",
            "bool",
            "-s",
            on,
        ];
        desktop.run("xfconf-query", &property).await.map(drop)
    })
}

/// There is no Plasma within reach: what it tells is told by one of the test's own.
#[test]
fn a_plasma_that_is_not_to_be_disturbed_gets_nothing_and_one_summary_afterwards() -> Result<()> {
    scene(async |scene| {
        let parts = Parts {
            notify: "none",
            ..Parts::default()
        };
        let desktop = Desktop::start(&scene, parts).await?;
        let plasma = Plasma::start(&desktop).await?;
        keeps_quiet(&scene, &desktop, async |_, on| plasma.inhibit(on == "true").await).await
    })
}

fn not_to_be_disturbed(notify: &'static str, set: impl AsyncFn(&Desktop, &'static str) -> Result<()>) -> Result<()> {
    scene(async |scene| {
        let parts = Parts {
            notify,
            ..Parts::default()
        };
        let desktop = Desktop::start(&scene, parts).await?;
        keeps_quiet(&scene, &desktop, set).await
    })
}

async fn keeps_quiet(
    scene: &Scene,
    desktop: &Desktop,
    set: impl AsyncFn(&Desktop, &'static str) -> Result<()>,
) -> Result<()> {
    let inbox = node("mail/sam/INBOX");
    let (server, mut publisher) = prosody_with_node(scene, &inbox.node).await?;
    publisher.publish(&inbox, "item-1", &mail(1, "standing")).await?;
    desktop.add_account(&server, &inbox.node).await?;
    let told = desktop.notifications().await?;
    let _app = desktop.start_program("mailwren", &["--hidden"]).await?;
    desktop.status(|status| status["unread"] == 1).await?;

    set(desktop, "true").await?;
    desktop
        .status(|status| status["hush"]["cause"] == "do_not_disturb")
        .await?;
    publisher.publish(&inbox, "item-2", &mail(2, "first")).await?;
    publisher.publish(&inbox, "item-3", &mail(3, "second")).await?;
    desktop.status(|status| status["unread"] == 3).await?;
    let explained = async || desktop.control(&["explain", "item-2"]).await;
    let reason = explained().await?;
    ensure!(
        reason.ends_with("\nNo notification: the desktop wasn’t to be disturbed\n"),
        "{reason}"
    );
    let early = told.all();
    ensure!(early.is_empty(), "told all the same: {early:?}");

    set(desktop, "false").await?;
    told.one("a summary of both", |one| one.summary.contains("2 new mails"))
        .await?;
    // The popup is shown before what became of it is kept.
    eventually("it is explained anew", async || {
        let reason = explained().await?;
        Ok(reason
            .ends_with("\nTold together with others: it came during quiet\n")
            .then_some(()))
    })
    .await?;
    ensure!(told.all().len() == 1, "told more than once: {:?}", told.all());
    Ok(())
}

#[test]
fn the_password_lies_in_the_keyring_and_nowhere_else() -> Result<()> {
    scene(async |scene| {
        let server = Server::start(Kind::Prosody, &scene).await?;
        let desktop = Desktop::start(&scene, Parts::default()).await?;
        desktop.add_account(&server, "mail/sam/INBOX").await?;
        let found = desktop
            .command("grep")
            .args(["-rlF", &password(SAM)])
            .arg(desktop.path())
            .output()
            .await?;
        ensure!(
            found.stdout.is_empty(),
            "it lies in {}",
            String::from_utf8_lossy(&found.stdout)
        );
        let mut test = desktop
            .start_program("mailwrenctl", &["account", "test", &jid(SAM)])
            .await?;
        test.stdout("a login with it", 0, |line| {
            let line = line.to_lowercase();
            (line.contains("login") && line.contains("ok")).then_some(())
        })
        .await?;
        test.exit().await?;
        Ok(())
    })
}

#[test]
fn a_closed_window_is_gone_with_its_web_process_and_the_app_stays() -> Result<()> {
    scene(async |scene| {
        let desktop = Desktop::start(&scene, Parts::default()).await?;
        let mut app = desktop.start_program("mailwren", &[]).await?;
        let windows = desktop.windows_become(FEED, 1).await?;
        eventually("a web process", async || {
            Ok((desktop.processes("WebKitWebProces")? == 1).then_some(()))
        })
        .await?;
        desktop.close_window(&windows[0]).await?;
        desktop.windows_become(FEED, 0).await?;
        eventually("no web process", async || {
            Ok((desktop.processes("WebKitWebProces")? == 0).then_some(()))
        })
        .await?;

        let tray = desktop.tray_item().await?;
        tray.activate().await?;
        desktop.windows_become(FEED, 1).await?;
        tray.choose("Quit").await?;
        ensure!(
            app.exit().await?.success(),
            "Quit isn't a clean end: {:?}",
            app.complained()
        );
        Ok(())
    })
}

#[test]
fn a_second_start_opens_the_feed_of_the_first() -> Result<()> {
    second_start_opens_the_feed(Parts::default())
}

#[test]
fn a_second_start_opens_the_feed_also_where_there_is_no_tray() -> Result<()> {
    second_start_opens_the_feed(Parts {
        tray: "none",
        notify: "xfce",
        ..Parts::default()
    })
}

fn second_start_opens_the_feed(parts: Parts) -> Result<()> {
    scene(async |scene| {
        let desktop = Desktop::start(&scene, parts).await?;
        let mut first = desktop.start_program("mailwren", &["--hidden"]).await?;
        // It answers once it runs.
        eventually("the first runs", async || {
            let status = desktop
                .command(mailwren_tests::place::program("mailwrenctl")?)
                .args(["status", "--json"])
                .output()
                .await?;
            Ok(String::from_utf8_lossy(&status.stdout)
                .contains("\"running\":true")
                .then_some(()))
        })
        .await?;
        ensure!(desktop.windows(FEED).await?.is_empty(), "--hidden shows a window");
        let mut second = desktop.start_program("mailwren", &[]).await?;
        ensure!(
            second.exit().await?.success(),
            "the second start failed: {:?}",
            second.complained()
        );
        desktop.windows_become(FEED, 1).await?;
        ensure!(
            first.terminate().await?.success(),
            "SIGTERM isn't a clean end: {:?}",
            first.complained()
        );
        Ok(())
    })
}

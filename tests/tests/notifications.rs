//! Notifications as a person meets them, on real desktops with real servers: on several devices, and very many at once.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use mailwren_tests::desktop::notifications::Notifications;
use mailwren_tests::desktop::{Desktop, Parts};
use mailwren_tests::process::Process;
use mailwren_tests::publisher::Publisher;
use mailwren_tests::server::{Kind, Server, node};
use mailwren_tests::{Scene, eventually, on_both_servers, place, scene};
use serde_json::{Value, json};

on_both_servers!(read_on_one_desktop_is_gone_on_the_other);

const INBOX: &str = "mail/sam/INBOX";

fn mail(subject: &str) -> String {
    format!(
        "<mail xmlns='urn:mailwren:mail:0' mailbox='INBOX'><from address='zoe@example.org'>Zoe</from>\
         <subject>{subject}</subject></mail>"
    )
}

/// dunst is told which button, by its menu.
#[test]
fn open_at_a_popup_leads_to_that_very_message() -> Result<()> {
    opens_that_very_message("dunst", async |desktop| desktop.choose_action("Open").await)
}

/// xfce4-notifyd's button is clicked at, as a person does: it is the first in the last line.
#[test]
fn a_click_on_a_popup_leads_to_that_very_message() -> Result<()> {
    opens_that_very_message("xfce", async |desktop| {
        let height = |geometry: &str| {
            let line = geometry.lines().find_map(|line| line.strip_prefix("HEIGHT="));
            line?.parse().ok()
        };
        let (popup, height): (String, i32) = eventually("a window of the popup", async || {
            let found = desktop
                .run("xdotool", &["search", "--onlyvisible", "--class", "xfce4-notifyd"])
                .await?;
            let Some(popup) = found.lines().last() else {
                return Ok(None);
            };
            let geometry = desktop.run("xdotool", &["getwindowgeometry", "--shell", popup]).await?;
            Ok(height(&geometry).map(|height| (popup.to_owned(), height)))
        })
        .await?;
        let y = (height - 30).to_string();
        let click = ["mousemove", "--sync", "--window", &popup, "40", &y, "click", "1"];
        desktop.run("xdotool", &click).await.map(drop)
    })
}

fn opens_that_very_message(notify: &'static str, click: impl AsyncFn(&Desktop) -> Result<()>) -> Result<()> {
    scene(async |scene| {
        let server = Server::start(Kind::Prosody, &scene).await?;
        let inbox = node(INBOX);
        let mut publisher = Publisher::for_sam(&scene, &server, &inbox).await?;
        publisher.publish(&inbox, "item-1", &mail("standing")).await?;
        let parts = Parts {
            notify,
            ..Parts::default()
        };
        let desktop = Desktop::start(&scene, parts).await?;
        desktop.add_account(&server, INBOX).await?;
        let config = desktop.path().join("config/mailwren/config.toml");
        let text = std::fs::read_to_string(&config)?;
        let command = format!(
            "[[account]]\nopen = {{ command = [\"cp\", \"{}\", \"{}/opened-{{message_id}}\"] }}\n",
            config.display(),
            scene.path().display()
        );
        std::fs::write(&config, text.replacen("[[account]]\n", &command, 1))?;
        let told = desktop.notifications().await?;
        let _app = desktop.start_program("mailwren", &["--hidden"]).await?;
        desktop.status(|status| status["unread"] == 1).await?;

        let payload = "<mail xmlns='urn:mailwren:mail:0'><subject>look</subject><message-id>&lt;a?b@example.org&gt;</message-id></mail>";
        publisher.publish(&inbox, "item-2", payload).await?;
        told.one("a popup of the mail", |one| one.body.contains("look")).await?;
        click(&desktop).await?;
        let opened = scene.path().join("opened-a?b@example.org");
        eventually("the command ran", async || Ok(opened.exists().then_some(()))).await
    })
}

#[test]
fn each_button_of_a_popup_does_what_it_says() -> Result<()> {
    scene(async |scene| {
        let server = Server::start(Kind::Prosody, &scene).await?;
        let inbox = node(INBOX);
        let mut publisher = Publisher::for_sam(&scene, &server, &inbox).await?;
        publisher.publish(&inbox, "item-1", &mail("standing")).await?;
        let (_app, told, desktop) = running(&scene, &server, "dunst").await?;
        let feed = async || {
            let control = place::program("mailwrenctl")?;
            let listed = desktop
                .command(control)
                .args(["feed", "list", "--json"])
                .output()
                .await?;
            let rows: Result<Vec<Value>, _> = String::from_utf8(listed.stdout)?
                .lines()
                .map(serde_json::from_str)
                .collect();
            Ok::<_, anyhow::Error>(rows?)
        };
        let mut choose = async |label: &'static str, done: &dyn Fn(&Value) -> bool| {
            let subject = format!("to {label}");
            publisher.publish(&inbox, &subject, &mail(&subject)).await?;
            let popup = told
                .one("a popup of the mail", |one| one.body.contains(&subject))
                .await?;
            desktop.choose_action(label).await?;
            told.closed(popup.id.context("the popup has no id")?).await?;
            eventually(format!("{label} is done"), async || {
                let rows = feed().await?;
                let row = rows
                    .iter()
                    .find(|row| row["subject"] == *subject)
                    .context("no such row")?;
                ensure!(done(row), "{row}");
                Ok(Some(()))
            })
            .await
        };
        choose("Mark read", &|row| row["unread"] == false).await?;
        choose("Put off 1 h", &|row| row["unread"] == true).await?;
        choose("Mute sender", &|row| row["unread"] == true).await?;
        let rules = std::fs::read_to_string(desktop.path().join("config/mailwren/config.toml"))?;
        ensure!(rules.contains("zoe@example.org"), "no rule mutes the sender: {rules}");
        told.one("a word that the sender is muted", |one| one.summary.contains("Muted"))
            .await?;
        desktop.choose_action("Undo").await?;
        eventually("the rule is gone", async || {
            let rules = std::fs::read_to_string(desktop.path().join("config/mailwren/config.toml"))?;
            Ok((!rules.contains("zoe@example.org")).then_some(()))
        })
        .await
    })
}

/// A desktop on which the app runs with Sam's account, and what is recorded there.
async fn running(scene: &Scene, server: &Server, notify: &'static str) -> Result<(Process, Notifications, Desktop)> {
    let parts = Parts {
        notify,
        ..Parts::default()
    };
    let desktop = Desktop::start(scene, parts).await?;
    desktop.add_account(server, INBOX).await?;
    let told = desktop.notifications().await?;
    let app = desktop.start_program("mailwren", &["--hidden"]).await?;
    desktop.status(|status| status["unread"] == 1).await?;
    Ok((app, told, desktop))
}

/// Two machines with buses and notification daemons of their own, one account.
fn read_on_one_desktop_is_gone_on_the_other(kind: Kind) -> Result<()> {
    scene(async |scene| {
        let server = Server::start(kind, &scene).await?;
        let inbox = node(INBOX);
        let mut publisher = Publisher::for_sam(&scene, &server, &inbox).await?;
        publisher.publish(&inbox, "item-1", &mail("standing")).await?;
        let (_app, told_at_desk, desk) = running(&scene, &server, "dunst").await?;
        let (_other_app, told_on_lap, lap) = running(&scene, &server, "xfce").await?;

        publisher.publish(&inbox, "item-2", &mail("for both")).await?;
        told_at_desk
            .one("a popup at the desk", |one| one.body.contains("for both"))
            .await?;
        let on_lap = told_on_lap
            .one("a popup on the lap", |one| one.body.contains("for both"))
            .await?;
        let began = Instant::now();
        desk.choose_action("Mark read").await?;
        told_on_lap.closed(on_lap.id.context("the popup has no id")?).await?;
        let took = began.elapsed();
        println!("gone on the other after {took:?}");
        ensure!(took < Duration::from_secs(1), "it took {took:?}");
        for desktop in [&desk, &lap] {
            desktop.status(|status| status["unread"] == 1).await?;
        }
        Ok(())
    })
}

#[test]
fn ten_thousand_at_once_are_few_popups_and_hold_up_no_click() -> Result<()> {
    const MANY: usize = 10_000;
    scene(async |scene| {
        let server = Server::start(Kind::Prosody, &scene).await?;
        let inbox = node(INBOX);
        let mut publisher = Publisher::for_sam(&scene, &server, &inbox).await?;
        publisher.publish(&inbox, "standing", &mail("standing")).await?;
        let (_app, told, desktop) = running(&scene, &server, "dunst").await?;
        // Keeping them would take Prosody longer than all the rest.
        publisher.configure(&inbox, json!({ "persist_items": "0" })).await?;
        let tray = desktop.tray_item().await?;
        let control = place::program("mailwrenctl")?;

        let items: Vec<_> = (0..MANY)
            .map(|n| (format!("item-{n}"), mail(&format!("number {n}"))))
            .collect();
        let burst = async {
            for some in items.chunks(100) {
                publisher.publish_all(&inbox, some).await?;
            }
            Ok::<_, anyhow::Error>(())
        };
        tokio::pin!(burst);
        // What a person does meanwhile: marks a mail read now and then.
        let mut clicks = Vec::new();
        let mut pace = tokio::time::interval(Duration::from_millis(250));
        loop {
            let seq = (clicks.len() + 1).to_string();
            let click = async {
                pace.tick().await;
                let began = Instant::now();
                let done = desktop
                    .command(&control)
                    .args(["feed", "mark-read", &seq])
                    .output()
                    .await?;
                ensure!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
                Ok(began.elapsed())
            };
            tokio::select! {
                published = &mut burst => {
                    published?;
                    break;
                }
                click = click => clicks.push(click?),
            }
        }
        // The last click may have been done, or not.
        let left = MANY + 1 - clicks.len();
        desktop
            .status(|status| [left, left - 1].iter().any(|left| status["unread"] == *left))
            .await?;
        tray.title("all are counted", |title| {
            title.ends_with(" unread") && title != "Mailwren: 1 unread"
        })
        .await?;
        let popups: HashSet<_> = told.all().into_iter().filter_map(|one| one.id).collect();
        ensure!(popups.len() <= 3, "{} popups: {:?}", popups.len(), told.all());

        ensure!(
            told.all().iter().any(|one| one.replaces != 0),
            "the popup of many never changed in place: {:?}",
            told.all()
        );

        clicks.sort_unstable();
        let median = clicks.get(clicks.len() / 2).context("no click")?;
        let slowest = clicks.last().context("no click")?;
        println!(
            "{} clicks meanwhile: median {median:?}, slowest {slowest:?}",
            clicks.len()
        );
        ensure!(*median < Duration::from_millis(100), "a click takes {median:?}");
        Ok(())
    })
}

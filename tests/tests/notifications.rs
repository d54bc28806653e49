//! Notifications as a person meets them, on real desktops with real servers: on several devices, and very many at once.

use std::cell::Cell;
use std::collections::HashSet;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use mailwren_core::view::{Command, Reply};
use mailwren_tests::desktop::notifications::{Notification, Notifications};
use mailwren_tests::desktop::{Desktop, Parts};
use mailwren_tests::figures::Durations;
use mailwren_tests::process::Process;
use mailwren_tests::publisher::Publisher;
use mailwren_tests::server::{Kind, Server, node};
use mailwren_tests::{Scene, eventually, on_both_servers, place, scene, with_both_daemons};
use serde_json::{Value, json};

on_both_servers!(what_is_done_at_a_popup_on_one_desktop_is_done_on_the_other);
with_both_daemons!(
    open_at_a_popup_leads_to_that_very_message,
    each_button_of_a_popup_does_what_it_says,
    many_are_one_popup_that_changes_in_place_and_goes_once_they_are_read,
);

const INBOX: &str = "mail/sam/INBOX";

fn mail(subject: &str) -> String {
    mail_of("Zoe", subject)
}

fn mail_of(sender: &str, subject: &str) -> String {
    format!(
        "<mail xmlns='urn:mailwren:mail:0' mailbox='INBOX'><from address='zoe@example.org'>{sender}</from>\
         <subject>{subject}</subject></mail>"
    )
}

fn open_at_a_popup_leads_to_that_very_message(notify: &'static str) -> Result<()> {
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
        let popup = told.one("a popup of the mail", |one| one.body.contains("look")).await?;
        desktop.press(&popup, "Open").await?;
        let opened = scene.path().join("opened-a?b@example.org");
        eventually("the command ran", async || Ok(opened.exists().then_some(()))).await
    })
}

fn each_button_of_a_popup_does_what_it_says(notify: &'static str) -> Result<()> {
    scene(async |scene| {
        let server = Server::start(Kind::Prosody, &scene).await?;
        let inbox = node(INBOX);
        let mut publisher = Publisher::for_sam(&scene, &server, &inbox).await?;
        publisher.publish(&inbox, "item-1", &mail("standing")).await?;
        let (_app, told, desktop) = running(&scene, &server, notify).await?;
        let mut press = async |label: &'static str, done: &dyn Fn(&Value) -> bool| {
            let subject = format!("to {label}");
            publisher.publish(&inbox, &subject, &mail(&subject)).await?;
            let popup = told
                .one("a popup of the mail", |one| one.body.contains(&subject))
                .await?;
            desktop.press(&popup, label).await?;
            told.closed(popup.id.context("the popup has no id")?).await?;
            row_becomes(&desktop, &subject, label, done).await
        };
        press("Mark read", &|row| row["unread"] == false).await?;
        press("Put off 1 h", &|row| {
            row["unread"] == true && row["snoozed_until"].is_string()
        })
        .await?;
        press("Mute sender", &|row| row["unread"] == true).await?;
        let rules = std::fs::read_to_string(desktop.path().join("config/mailwren/config.toml"))?;
        ensure!(rules.contains("zoe@example.org"), "no rule mutes the sender: {rules}");
        let muted = told
            .one("a word that the sender is muted", |one| one.summary.contains("Muted"))
            .await?;
        desktop.press(&muted, "Undo").await?;
        eventually("the rule is gone", async || {
            let rules = std::fs::read_to_string(desktop.path().join("config/mailwren/config.toml"))?;
            Ok((!rules.contains("zoe@example.org")).then_some(()))
        })
        .await
    })
}

/// Awaits that an item's row in the feed is as it should be.
async fn row_becomes(desktop: &Desktop, item: &str, what: &str, done: &dyn Fn(&Value) -> bool) -> Result<()> {
    eventually(format_args!("{item:?}: {what}"), async || {
        let row: Value = serde_json::from_str(&desktop.control(&["explain", item, "--json"]).await?)?;
        ensure!(done(&row), "{row}");
        Ok(Some(()))
    })
    .await
}

fn many_are_one_popup_that_changes_in_place_and_goes_once_they_are_read(notify: &'static str) -> Result<()> {
    scene(async |scene| {
        let server = Server::start(Kind::Prosody, &scene).await?;
        let inbox = node(INBOX);
        let mut publisher = Publisher::for_sam(&scene, &server, &inbox).await?;
        publisher.publish(&inbox, "standing", &mail("standing")).await?;
        let (_app, told, desktop) = running(&scene, &server, notify).await?;
        let some = |numbers: std::ops::Range<usize>, sender: &'static str| -> Vec<_> {
            let item = |n| (format!("item-{n}"), mail_of(sender, &format!("number {n}")));
            numbers.map(item).collect()
        };

        publisher.publish_all(&inbox, &some(0..8, "Zoe")).await?;
        let many = told
            .one("a popup of all", |one| {
                one.summary == "8 new mails" && one.body == "Zoe"
            })
            .await?;
        let id = many.id.context("the popup has no id")?;
        desktop.popups_become(1).await?;

        publisher.publish_all(&inbox, &some(8..10, "Sam")).await?;
        let in_place = |one: &Notification| one.id == Some(id) && one.replaces == id;
        told.one("the same with two more", |one| {
            in_place(one) && one.summary == "10 new mails" && one.body == "Zoe, Sam"
        })
        .await?;
        // The first is the one that stood there before.
        desktop.control(&["feed", "mark-read", "2"]).await?;
        told.one("the same with one fewer", |one| {
            in_place(one) && one.summary == "9 new mails"
        })
        .await?;
        desktop.popups_become(1).await?;

        desktop.control(&["feed", "mark-read", "--all"]).await?;
        told.closed(id).await?;
        desktop.popups_become(0).await?;
        // The first may have been told alone, before the others were there.
        let ids: HashSet<_> = told.all().into_iter().filter_map(|one| one.id).collect();
        ensure!(ids.len() <= 2, "{:?}", told.all());
        Ok(())
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
fn what_is_done_at_a_popup_on_one_desktop_is_done_on_the_other(kind: Kind) -> Result<()> {
    scene(async |scene| {
        let server = Server::start(kind, &scene).await?;
        let inbox = node(INBOX);
        let mut publisher = Publisher::for_sam(&scene, &server, &inbox).await?;
        // Else ejabberd sends the standing one before it is asked for it, and what comes next may still be no news.
        let never = json!({ "send_last_published_item": "never" });
        publisher.configure(&inbox, never).await?;
        publisher.publish(&inbox, "standing", &mail("standing")).await?;
        let (_app, told_at_desk, desk) = running(&scene, &server, "dunst").await?;
        let (_other_app, told_on_lap, lap) = running(&scene, &server, "xfce").await?;
        let mut publish = async |subject: &'static str| {
            publisher.publish(&inbox, subject, &mail(subject)).await?;
            let is_it = |one: &Notification| one.body.contains(subject);
            let at_desk = told_at_desk.one("a popup at the desk", is_it).await?;
            let on_lap = told_on_lap.one("a popup on the lap", is_it).await?;
            Ok::<_, anyhow::Error>((at_desk, on_lap))
        };
        let unread = async |count: u32| {
            desk.status(|status| status["unread"] == count).await?;
            lap.status(|status| status["unread"] == count).await
        };

        let (at_desk, on_lap) = publish("read at the desk").await?;
        let began = Instant::now();
        desk.press(&at_desk, "Mark read").await?;
        told_on_lap.closed(on_lap.id.context("the popup has no id")?).await?;
        let took = began.elapsed();
        println!("gone on the other after {took:?}");
        ensure!(took < Duration::from_secs(1), "it took {took:?}");
        unread(1).await?;

        let (_, on_lap) = publish("closed at the desk").await?;
        desk.run("dunstctl", &["close"]).await?;
        told_on_lap.closed(on_lap.id.context("the popup has no id")?).await?;
        unread(2).await?;

        let subject = "put off on the lap";
        let (at_desk, on_lap) = publish(subject).await?;
        lap.press(&on_lap, "Put off 1 h").await?;
        told_at_desk.closed(at_desk.id.context("the popup has no id")?).await?;
        unread(3).await?;
        for desktop in [&desk, &lap] {
            row_becomes(desktop, subject, "put off", &|row| row["snoozed_until"].is_string()).await?;
        }
        Ok(())
    })
}

/// What is told of a stored row is what `rules test` makes of the same event.
#[test]
fn explain_and_rules_test_say_why_a_mail_raised_no_popup() -> Result<()> {
    scene(async |scene| {
        let server = Server::start(Kind::Prosody, &scene).await?;
        let inbox = node(INBOX);
        let mut publisher = Publisher::for_sam(&scene, &server, &inbox).await?;
        publisher.publish(&inbox, "standing", &mail("standing")).await?;
        let (_app, told, desktop) = running(&scene, &server, "dunst").await?;
        let explained = async |item: &str| {
            let said = desktop.control(&["explain", item]).await?;
            Ok::<_, anyhow::Error>(said.lines().last().unwrap_or_default().to_owned())
        };
        let clock = async |when: &str| {
            let time = desktop.run("date", &["-d", when, "+%H:%M"]).await?;
            Ok::<_, anyhow::Error>(time.trim().to_owned())
        };

        publisher.publish(&inbox, "usual", &mail("usual")).await?;
        told.one("a popup of the mail", |one| one.body == "usual").await?;
        ensure!(explained("usual").await? == "Told by a notification: as usual");

        let (from, to) = (clock("-1 hour").await?, clock("+2 hours").await?);
        let quiet = format!(
            "\n[[quiet]]\nfrom = \"{from}\"\nto = \"{to}\"\n\
             [[rule]]\nname = \"Rust\"\nsubject = \"rust*\"\nthen = \"silent\"\n"
        );
        let config = desktop.path().join("config/mailwren/config.toml");
        std::fs::write(&config, std::fs::read_to_string(&config)? + &quiet)?;
        desktop
            .status(|status| status["hush"]["cause"] == "quiet_hours")
            .await?;
        publisher.publish(&inbox, "quiet", &mail("quiet")).await?;
        publisher.publish(&inbox, "rust", &mail("rust weekly")).await?;
        desktop.status(|status| status["unread"] == 4).await?;
        let (quiet, rule) = (explained("quiet").await?, explained("rust").await?);
        // The date is told where it isn't today's.
        ensure!(
            quiet.starts_with("No notification: quiet hours until ") && quiet.ends_with(&to),
            "{quiet}"
        );
        ensure!(rule == "No notification: rule Rust", "{rule}");

        let events = desktop.path().join("event.json");
        std::fs::write(&events, desktop.control(&["feed", "list", "--json"]).await?)?;
        let test = ["-c", "exec \"$0\" rules test < \"$1\""];
        let (control, events) = (place::program("mailwrenctl")?, events.display().to_string());
        let said = desktop
            .run("sh", &[&test[..], &[&control.display().to_string(), &events]].concat())
            .await?;
        let expected = "Zoe: rust weekly\n  1 Rust (line ";
        ensure!(
            said.starts_with(expected) && said.contains(&format!("\n  {rule}\n")),
            "{said}"
        );
        let expected = format!("\nZoe: quiet\n  no rule matches\n  {quiet}\n");
        ensure!(said.contains(&expected), "{said}");
        Ok(())
    })
}

/// What a person does meanwhile is measured from the call to the app's answer: the tray's menu over D-Bus, a mail that is marked
/// read over the socket by which windows ask for it. The slowest of them tells of the machine as well, so the median is judged.
#[test]
fn ten_thousand_at_once_are_few_popups_and_hold_up_no_click() -> Result<()> {
    const MANY: usize = 10_000;
    const AT_ONCE: Duration = Duration::from_millis(100);
    scene(async |scene| {
        let server = Server::start(Kind::Prosody, &scene).await?;
        let inbox = node(INBOX);
        let mut publisher = Publisher::for_sam(&scene, &server, &inbox).await?;
        publisher.publish(&inbox, "standing", &mail("standing")).await?;
        let (_app, told, desktop) = running(&scene, &server, "dunst").await?;
        // Keeping them would take Prosody longer than all the rest.
        publisher.configure(&inbox, json!({ "persist_items": "0" })).await?;
        let (tray, window) = (desktop.tray_item().await?, desktop.attach().await?);

        let items: Vec<_> = (0..MANY)
            .map(|n| (format!("item-{n}"), mail(&format!("number {n}"))))
            .collect();
        let over = Cell::new(false);
        let burst = async {
            for some in items.chunks(100) {
                publisher.publish_all(&inbox, some).await?;
            }
            over.set(true);
            Ok::<_, anyhow::Error>(())
        };
        let person = async {
            let (mut menus, mut marks, mut marked) = (Durations::default(), Durations::default(), 0);
            let mut pace = tokio::time::interval(Duration::from_millis(250));
            while !over.get() {
                pace.tick().await;
                let began = Instant::now();
                ensure!(!tray.entries().await?.is_empty(), "the tray's menu is empty");
                menus.add(began.elapsed());
                let seqs = vec![marks.count() as i64 + 1];
                let began = Instant::now();
                let done = window.call(Command::Mark { seqs, read: true }).await;
                marks.add(began.elapsed());
                match done {
                    Ok(Reply::Done { count }) => marked += count,
                    other => bail!("marking read: {other:?}"),
                }
            }
            Ok((menus, marks, marked))
        };
        let ((), (menus, marks, marked)) = tokio::try_join!(burst, person)?;

        let left = MANY as u32 + 1 - marked;
        desktop.status(|status| status["unread"] == left).await?;
        tray.title("all are counted", |title| title == format!("Mailwren: {left} unread"))
            .await?;
        let popups: HashSet<_> = told.all().into_iter().filter_map(|one| one.id).collect();
        ensure!(popups.len() <= 3, "{} popups: {:?}", popups.len(), told.all());
        ensure!(
            told.all().iter().any(|one| one.replaces != 0),
            "the popup of many never changed in place: {:?}",
            told.all()
        );

        for (what, times) in [("the tray's menu", menus), ("marking read", marks)] {
            let (median, slowest) = (times.percentile(50), times.percentile(100));
            println!(
                "{what}, {} times: median {median:?}, slowest {slowest:?}",
                times.count()
            );
            ensure!(median < AT_ONCE, "{what} takes {median:?}");
        }
        Ok(())
    })
}

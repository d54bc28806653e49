//! Faces and the engine from outside: one engine, many faces, over the real socket, store and an embedded server.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::fs;
use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};
use mailwren_core::account::{Account, PasswordSource};
use mailwren_core::opening::{OpenWith, Opens};
use mailwren_core::policy::{Cause, Hush, Outcome};
use mailwren_core::popup::{Popup, PopupAction, PopupEvent, PopupEventKind};
use mailwren_core::quiet::Later;
use mailwren_core::rules::{Rule, Then};
use mailwren_core::settings::{GeneralSettings, Language, Theme};
use mailwren_core::view::{ApiCode, Command, Filter, LinkState, Notice, Reply, Status};
use mailwren_engine::config::ConfigFile;
use mailwren_engine::face::Face;
use mailwren_loopback::Mechanism;
use secrecy::SecretString;
use tokio::sync::mpsc;

use crate::scene::{LIMIT, NODE, SAM, SERVICE, Scene, Screen, listening, popups, rows, status, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_face_attaches_and_both_see_the_same() {
    let scene = Scene::new().await;
    let host = scene.open().await;
    let other = scene.open().await;
    assert!(host.hosts() && !other.hosts());
    listening(&host).await;
    scene.publish("1", "Hello");
    let seen = until(&other, || rows(&other), |rows| rows.len() == 1).await;
    assert_eq!(seen, rows(&host).await);
    assert_eq!(seen[0].event.subject.as_deref(), Some("Hello"));

    let marked = other
        .call(Command::Mark {
            seqs: vec![seen[0].seq],
            read: true,
        })
        .await;
    assert_eq!(marked, Ok(Reply::Done { count: 1 }));
    assert_eq!(status(&host).await.unread, 0, "counts are told before the reply");
    host.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_tell_what_opening_them_opens_as_the_account_says_by_then() {
    let scene = Scene::new().await;
    let face = scene.open().await;
    listening(&face).await;
    let mail = "<mail xmlns='urn:mailwren:mail:0' mailbox='INBOX'><from address='m@example.org'>Miriam</from>\
                <message-id>&lt;1@example.org&gt;</message-id><link>https://example.com/1</link></mail>";
    scene.server.publish(SERVICE, NODE, "1", mail.parse().unwrap()).unwrap();
    until(&face, || rows(&face), |rows| rows.len() == 1).await;

    let Ok(Reply::Accounts { mut accounts }) = face.call(Command::Accounts).await else {
        panic!("there are no accounts");
    };
    let mut account = accounts.remove(0);
    for (open, told) in [
        (
            OpenWith::Webmail("https://web.example.net/{message_id}".to_owned()),
            Opens::Webmail("web.example.net".to_owned()),
        ),
        (OpenWith::Mid, Opens::Mid),
    ] {
        account.open = Some(open);
        let save = Command::SaveAccount {
            account: account.clone(),
            password: None,
            mailbox_password: None,
        };
        face.call(save).await.unwrap();
        let row = rows(&face).await.remove(0);
        assert_eq!(row.opens, Some(told));
        assert_eq!(
            face.call(Command::Row { seq: row.seq }).await,
            Ok(Reply::Row { row: Some(row) })
        );
    }
    face.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_of_more_than_is_fetched_in_one_go_is_there_whole_once_it_is_caught_up() {
    let scene = Scene::new().await;
    let subject = "long ".repeat(3_000);
    for item in 0..400 {
        scene.publish(&item.to_string(), &subject);
    }
    let face = scene.open().await;
    // Without waiting for the next time that the node is looked after.
    until(&face, || status(&face), |status| status.unread == 400).await;
    face.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attached_faces_are_told_when_the_engine_ends_and_the_next_one_hosts() {
    let scene = Scene::new().await;
    let host = scene.open().await;
    let other = scene.open().await;
    let mut notices = other.notices();
    host.close().await;
    tokio::time::timeout(LIMIT, async {
        while notices.recv().await.unwrap() != Notice::Closing {}
    })
    .await
    .unwrap();
    let asked = other.call(Command::Status).await;
    assert_eq!(asked.unwrap_err().code, ApiCode::Closed);
    assert!(scene.open().await.hosts());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_weaker_login_is_accepted_by_saving_the_account_wherever_its_password_is() {
    let scene = Scene::new().await;
    let config = ConfigFile::new(scene.opening.profile.config_file());
    let mut account = config.load().unwrap().config.accounts.remove(0);
    account.password = PasswordSource::Command(vec!["echo".to_owned(), "secret".to_owned()]);
    config.save_account(&account).unwrap();
    let face = scene.open().await;
    listening(&face).await;
    let link = |wanted| move |status: &Status| status.accounts[0].link == wanted;

    scene.server.offer(&[Mechanism::ScramSha1]);
    scene.server.restart();
    until(&face, || status(&face), link(LinkState::Error)).await;
    let save = Command::SaveAccount {
        account,
        password: None,
        mailbox_password: None,
    };
    face.call(save).await.unwrap();
    until(&face, || status(&face), link(LinkState::Connected)).await;
    face.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn accounts_that_are_moved_stand_so_everywhere_and_their_sessions_go_on() {
    let scene = Scene::new().await;
    let config = ConfigFile::new(scene.opening.profile.config_file());
    let others = ["kim@example.org", "lee@example.org"].map(|jid| Account {
        enabled: false,
        ..Account::new(jid)
    });
    for other in &others {
        config.save_account(other).unwrap();
    }
    let host = scene.open().await;
    let window = scene.open().await;
    listening(&host).await;
    let mut notices = window.notices();
    let to_the_end = |jid: &str| Command::MoveAccount {
        jid: jid.to_owned(),
        before: None,
    };
    host.call(to_the_end(SAM)).await.unwrap();
    tokio::time::timeout(LIMIT, async {
        while notices.recv().await.unwrap() != Notice::Accounts {}
    })
    .await
    .unwrap();
    let wanted = ["kim@example.org", "lee@example.org", SAM];
    let stand = status(&window).await.accounts;
    assert_eq!(stand.iter().map(|account| &account.jid).collect::<Vec<_>>(), wanted);
    match window.call(Command::Accounts).await.unwrap() {
        Reply::Accounts { accounts } => assert_eq!(accounts.iter().map(|a| &a.jid).collect::<Vec<_>>(), wanted),
        other => panic!("{other:?}"),
    }
    assert_eq!(stand[2].link, LinkState::Connected);
    assert_eq!(scene.server.seen().logins, 1, "nothing connected anew");

    let unknown = host.call(to_the_end("nobody@example.org")).await.unwrap_err();
    assert_eq!(unknown.code, ApiCode::NotFound);
    host.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_end_of_the_log_comes_without_what_tells_whose_it_is() {
    let scene = Scene::new().await;
    let face = scene.open().await;
    let log = async || match face.call(Command::Log).await.unwrap() {
        Reply::Log { text } => text,
        other => panic!("{other:?}"),
    };
    assert_eq!(log().await, "");
    let folder = scene.opening.profile.log_dir();
    fs::create_dir(&folder).unwrap();
    let home = std::env::home_dir().unwrap();
    let line = format!(
        "no connection account={SAM} to {SERVICE}, in {}/.config",
        home.display()
    );
    fs::write(
        folder.join("mailwren.log"),
        format!("{}\n{line}\n\u{202e}\u{fffd}\n", "old\n".repeat(300)),
    )
    .unwrap();
    let end = log().await;
    let said = "no connection account=account-1 to host-3, in ~/.config";
    assert_eq!(end.lines().rev().nth(1), Some(said), "{end}");
    assert_eq!(end.lines().count(), 200);

    fs::remove_file(folder.join("mailwren.log")).unwrap();
    fs::create_dir(folder.join("mailwren.log")).unwrap();
    let unread = face.call(Command::Log).await.unwrap_err();
    assert_eq!(unread.code, ApiCode::Internal);
    face.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desktop_takes_a_headless_hosts_place_and_owes_no_popup_for_what_came_before() {
    let scene = Scene::new().await;
    let watching = scene.open().await;
    listening(&watching).await;
    scene.publish("1", "Before");
    until(&watching, || rows(&watching), |rows| rows.len() == 1).await;

    let mut notices = watching.notices();
    let leaving = async {
        while notices.recv().await.unwrap() != Notice::Closing {}
        watching.close().await;
    };
    let (screen, mut seen) = Screen::new();
    let (_events, popup_events) = mpsc::channel(8);
    let (desktop, ()) = tokio::join!(Face::open_desktop(&scene.opening, (screen, popup_events)), leaving);
    let desktop = desktop.unwrap();
    assert!(desktop.hosts());
    until(
        &desktop,
        || status(&desktop),
        |s| s.accounts[0].link == LinkState::Connected,
    )
    .await;

    scene.publish("2", "After");
    let up = popups(&mut seen, |up| !up.is_empty()).await;
    assert_eq!(up.len(), 1);
    assert!(up[0].body.contains("After"), "{up:?}");

    // A second desktop finds the first and leaves it where it is.
    let (screen, _) = Screen::new();
    let (_events, popup_events) = mpsc::channel(8);
    let second = Face::open_desktop(&scene.opening, (screen, popup_events))
        .await
        .unwrap();
    assert!(!second.hosts());
    let mut notices = desktop.notices();
    second.call(Command::ShowFeed).await.unwrap();
    tokio::time::timeout(LIMIT, async {
        while notices.recv().await.unwrap() != (Notice::Open { seq: None }) {}
    })
    .await
    .unwrap();
    desktop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_popup_that_could_not_be_shown_is_shown_at_the_next_start() {
    let scene = Scene::new().await;
    let (screen, _) = Screen::new();
    *screen.broken.lock().unwrap() = true;
    let (_events, popup_events) = mpsc::channel(8);
    let first = Face::open_desktop(&scene.opening, (screen, popup_events))
        .await
        .unwrap();
    listening(&first).await;
    scene.publish("1", "Owed");
    let told = |s: &Status| s.unread == 1 && s.problems.iter().any(|p| p.code == "notifier");
    until(&first, || status(&first), told).await;
    first.close().await;

    let (screen, mut seen) = Screen::new();
    let (_events, popup_events) = mpsc::channel(8);
    let second = Face::open_desktop(&scene.opening, (screen, popup_events))
        .await
        .unwrap();
    let up = popups(&mut seen, |up| !up.is_empty()).await;
    assert!(up[0].body.contains("Owed"));
    second.close().await;
    assert!(seen.borrow().is_empty(), "nobody would answer its buttons any more");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_popup_that_nobody_showed_is_shown_once_somebody_does() {
    let scene = Scene::new().await;
    let (screen, mut seen) = Screen::new();
    *screen.broken.lock().unwrap() = true;
    let (_events, popup_events) = mpsc::channel(8);
    let face = Face::open_desktop(&scene.opening, (screen.clone(), popup_events))
        .await
        .unwrap();
    listening(&face).await;
    scene.publish("1", "Owed");
    let lacks = |s: &Status| s.problems.iter().any(|p| p.code == "notifier");
    until(&face, || status(&face), lacks).await;
    *screen.broken.lock().unwrap() = false;
    let up = popups(&mut seen, |up| !up.is_empty()).await;
    assert!(up[0].body.contains("Owed"));
    until(&face, || status(&face), |s| !lacks(s)).await;
    face.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mark_read_on_a_popup_changes_row_and_count_and_a_retraction_takes_a_popup_away() {
    let scene = Scene::new().await;
    let (screen, mut seen) = Screen::new();
    let (events, popup_events) = mpsc::channel(8);
    let face = Face::open_desktop(&scene.opening, (screen, popup_events))
        .await
        .unwrap();
    listening(&face).await;
    scene.publish("1", "First");
    let up = popups(&mut seen, |up| up.len() == 1).await;
    events
        .send(PopupEvent {
            id: up[0].id,
            kind: PopupEventKind::Action(PopupAction::MarkRead),
        })
        .await
        .unwrap();
    until(&face, || status(&face), |s| s.unread == 0).await;
    popups(&mut seen, Vec::is_empty).await;
    assert!(!rows(&face).await[0].unread);

    scene.publish("2", "Second");
    popups(&mut seen, |up| up.len() == 1).await;
    scene.server.retract(SERVICE, NODE, "2").unwrap();
    popups(&mut seen, Vec::is_empty).await;
    face.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_an_absence_exactly_one_popup_tells_of_all_that_came() {
    let scene = Scene::new().await;
    let first = scene.open().await;
    listening(&first).await;
    // Closed once the node was seen in whole: what is there at first sight isn't news.
    scene.publish("0", "Before");
    until(&first, || rows(&first), |rows| rows.len() == 1).await;
    first.close().await;

    for (item, subject) in [("1", "One"), ("2", "Two"), ("3", "Three")] {
        scene.publish(item, subject);
    }
    let (screen, mut seen) = Screen::new();
    let (_events, popup_events) = mpsc::channel(8);
    let desktop = Face::open_desktop(&scene.opening, (screen, popup_events))
        .await
        .unwrap();
    let up = popups(&mut seen, |up| !up.is_empty()).await;
    assert_eq!(up.len(), 1);
    assert_eq!(up[0].title, "While you were away: 3 new mails");
    desktop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_password_parks_the_account_and_a_new_one_in_the_settings_unparks_it() {
    let scene = Scene::new().await;
    scene.opening.vault.set(SAM, &SecretString::from("wrong")).unwrap();
    let face = scene.open().await;
    let link = |wanted| move |s: &Status| s.accounts[0].link == wanted;
    let parked = until(&face, || status(&face), link(LinkState::Error)).await;
    let trouble = parked.accounts[0].trouble.as_ref().unwrap();
    assert_eq!(trouble.code, "auth");
    assert!(
        trouble
            .hint
            .as_ref()
            .is_some_and(|hint| hint.to_string().contains("password")),
        "{trouble:?}"
    );
    let account = match face.call(Command::Accounts).await.unwrap() {
        Reply::Accounts { mut accounts } => accounts.remove(0),
        other => panic!("{other:?}"),
    };
    let password = Some("secret".to_owned());
    let save = Command::SaveAccount {
        account,
        password,
        mailbox_password: None,
    };
    face.call(save).await.unwrap();
    until(&face, || status(&face), link(LinkState::Connected)).await;
    let seen = scene.server.seen();
    assert_eq!((seen.refused_logins, seen.logins), (1, 1));
    face.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desktop_that_isnt_to_be_disturbed_gets_its_popups_afterwards() {
    let scene = Scene::new().await;
    let (screen, mut seen) = Screen::new();
    let (_events, popup_events) = mpsc::channel(8);
    let face = Face::open_desktop(&scene.opening, (screen.clone(), popup_events))
        .await
        .unwrap();
    listening(&face).await;
    screen.disturbing.send_replace(true);
    until(&face, || status(&face), |s| s.hush == Some(Hush::DoNotDisturb)).await;
    for n in 0..3 {
        scene.publish(&n.to_string(), "Hello");
    }
    let stored = until(&face, || rows(&face), |rows| rows.len() == 3).await;
    let reason = stored[0].reason.clone().unwrap();
    assert_eq!((reason.outcome, reason.cause), (Outcome::Silent, Cause::DoNotDisturb));
    assert!(seen.borrow().is_empty());
    screen.disturbing.send_replace(false);
    let up = popups(&mut seen, |up| !up.is_empty()).await;
    assert_eq!(up[0].title, "While you weren’t disturbed: 3 new mails");
    face.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_put_off_comes_back_also_after_a_restart() {
    let scene = Scene::new().await;
    let (screen, mut seen) = Screen::new();
    let (_events, popup_events) = mpsc::channel(8);
    let first = Face::open_desktop(&scene.opening, (screen, popup_events))
        .await
        .unwrap();
    listening(&first).await;
    scene.publish("1", "Later");
    popups(&mut seen, |up| up.len() == 1).await;
    let past = Timestamp::now() - SignedDuration::from_hours(1);
    let snooze = |at| Command::Snooze {
        seqs: vec![1],
        later: Some(Later::At(at)),
    };
    assert_eq!(first.call(snooze(past)).await.unwrap_err().code, ApiCode::Invalid);
    let soon = Timestamp::now() + SignedDuration::from_millis(1500);
    assert_eq!(first.call(snooze(soon)).await, Ok(Reply::Done { count: 1 }));
    assert!(rows(&first).await[0].snoozed_until.is_some());
    popups(&mut seen, Vec::is_empty).await;
    first.close().await;

    let (screen, mut seen) = Screen::new();
    let (_events, popup_events) = mpsc::channel(8);
    let second = Face::open_desktop(&scene.opening, (screen, popup_events))
        .await
        .unwrap();
    let up = popups(&mut seen, |up| !up.is_empty()).await;
    assert!(up[0].body.contains("Later"));
    let row = until(&second, || rows(&second), |rows| rows[0].snoozed_until.is_none()).await;
    assert_eq!(row[0].reason.as_ref().unwrap().cause, Cause::Snoozed);
    second.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn muting_at_a_popup_writes_a_rule_and_the_popup_about_it_takes_it_back() {
    let scene = Scene::new().await;
    let (screen, mut seen) = Screen::new();
    let (events, popup_events) = mpsc::channel(8);
    let face = Face::open_desktop(&scene.opening, (screen, popup_events))
        .await
        .unwrap();
    let choose = |id, action| PopupEvent {
        id,
        kind: PopupEventKind::Action(action),
    };
    listening(&face).await;
    scene.publish("1", "First");
    let up = popups(&mut seen, |up| up.len() == 1).await;
    events.send(choose(up[0].id, PopupAction::Mute)).await.unwrap();
    let muted = |up: &Vec<Popup>| up.iter().any(|popup| popup.title == "Muted: Miriam");
    let up = popups(&mut seen, muted).await;
    let config = ConfigFile::new(scene.opening.profile.config_file());
    let rules = config.load().unwrap().config.rules;
    assert_eq!(
        (rules[0].rule.then, rules[0].rule.sender.as_slice()),
        (Some(Then::Silent), &["m@example.org".to_owned()][..])
    );

    scene.publish("2", "Second");
    let stored = until(&face, || rows(&face), |rows| rows.len() == 2).await;
    let reason = stored[0].reason.clone().unwrap();
    assert_eq!((reason.outcome, stored[0].unread), (Outcome::Silent, true));

    let note = up.iter().find(|popup| popup.title == "Muted: Miriam").unwrap();
    events.send(choose(note.id, PopupAction::Undo)).await.unwrap();
    let asked = async || match face.call(Command::Rules).await.unwrap() {
        Reply::Rules { rules, .. } => rules,
        other => panic!("{other:?}"),
    };
    until(&face, asked, Vec::is_empty).await;
    assert_eq!(config.load().unwrap().config.rules, vec![]);
    face.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_settings_window_reads_tries_and_writes_rules_and_settings() {
    let scene = Scene::new().await;
    let face = scene.open().await;
    listening(&face).await;
    scene.publish("1", "Lunch");
    scene.publish("2", "Dinner");
    until(&face, || rows(&face), |rows| rows.len() == 2).await;
    let rule = Rule {
        subject: vec!["lunch".to_owned()],
        hook: vec!["ring".to_owned()],
        ..Rule::default()
    };
    let tried = face.call(Command::TryRule { rule: rule.clone() }).await.unwrap();
    assert_eq!(
        tried,
        Reply::TryRule {
            fault: None,
            seqs: vec![1],
            of: 2
        }
    );
    let Reply::Rules { rules, edition } = face.call(Command::Rules).await.unwrap() else {
        panic!("rules are answered")
    };
    assert_eq!(rules, vec![]);
    let mut notices = face.notices();
    let save = Command::SaveRule {
        at: None,
        rule: rule.clone(),
        edition,
    };
    face.call(save.clone()).await.unwrap();
    tokio::time::timeout(LIMIT, async {
        while notices.recv().await.unwrap() != Notice::Settings {}
    })
    .await
    .unwrap();
    assert_eq!(
        face.call(save).await.unwrap_err().code,
        ApiCode::Invalid,
        "of an old edition"
    );
    let Reply::Rules { rules, .. } = face.call(Command::Rules).await.unwrap() else {
        panic!("rules are answered")
    };
    assert_eq!((rules.len(), &rules[0].rule), (1, &rule));

    let Reply::NotificationSettings { mut settings } = face.call(Command::NotificationSettings).await.unwrap() else {
        panic!("settings are answered")
    };
    settings.sound = false;
    face.call(Command::SaveNotificationSettings {
        settings: settings.clone(),
    })
    .await
    .unwrap();
    let again = face.call(Command::NotificationSettings).await.unwrap();
    assert_eq!(again, Reply::NotificationSettings { settings });
    face.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_are_taken_along_without_secrets_and_come_back_in_whole_or_not_at_all() {
    let scene = Scene::new().await;
    let face = scene.open().await;
    let file = scene.opening.profile.config_file().to_owned();
    let before = std::fs::read_to_string(&file).unwrap();
    let by_command = before.replace("jid =", "password = { command = [\"echo\", \"hunter2\"] }\njid =");
    let bridge = "\n[bridge]\nsecret = { command = [\"echo\", \"hush\"] } # ours\n";
    std::fs::write(&file, format!("{by_command}{bridge}")).unwrap();
    let before = std::fs::read_to_string(&file).unwrap();

    let Reply::ExportSettings { text } = face.call(Command::ExportSettings).await.unwrap() else {
        panic!("it is exported")
    };
    assert!(!text.contains("hunter2") && !text.contains("hush"), "{text}");
    let import = |text: String| Command::ImportSettings {
        name: "mine.toml".to_owned(),
        text,
    };
    for (broken, said) in [
        ("theme = \"plaid\"", "mine.toml:1:9"),
        (
            "[[account]]\njid = \"nobody\"\n[[rule]]\nthen = \"x\"",
            "line 1, column 1",
        ),
        ("[[account]]\njid = \"nobody\"\n[[rule]]\nthen = \"x\"", "line 4"),
    ] {
        let refused = face.call(import(broken.to_owned())).await.unwrap_err();
        assert!(refused.message.to_string().contains(said), "{}", refused.message);
        assert_eq!(std::fs::read_to_string(&file).unwrap(), before);
    }

    let Reply::ImportSettings { backup } = face.call(import(format!("theme = \"dark\"\n{text}"))).await.unwrap() else {
        panic!("it is imported")
    };
    let backup = PathBuf::from(backup.unwrap());
    assert_eq!(std::fs::read_to_string(&backup).unwrap(), before);
    let after = std::fs::read_to_string(&file).unwrap();
    assert!(after.contains("hunter2") && after.ends_with(bridge), "{after}");
    let general = face.call(Command::GeneralSettings).await.unwrap();
    assert!(matches!(&general, Reply::GeneralSettings { settings } if settings.theme == Theme::Dark));
    assert_eq!(status(&face).await.accounts[0].jid, SAM);

    let name = backup.file_name().unwrap().to_str().unwrap().to_owned();
    for foreign in ["config.toml", "../config.toml.before-x", "config.toml.before-none"] {
        let backup = foreign.to_owned();
        let refused = face.call(Command::RestoreSettings { backup }).await.unwrap_err();
        assert_eq!(refused.code, ApiCode::Invalid, "{foreign}");
    }
    face.call(Command::RestoreSettings { backup: name }).await.unwrap();
    assert_eq!(std::fs::read_to_string(&file).unwrap(), before);
    face.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_kept_for_a_shorter_time_goes_at_once() {
    let scene = Scene::new().await;
    let face = scene.open().await;
    listening(&face).await;
    scene.publish("1", "Lunch");
    until(&face, || rows(&face), |rows| rows.len() == 1).await;
    face.call(Command::MarkAllRead {
        filter: Filter::default(),
    })
    .await
    .unwrap();
    face.close().await;
    let database = rusqlite::Connection::open(scene.opening.profile.data_dir().join("events.sqlite")).unwrap();
    let old = Timestamp::now() - SignedDuration::from_hours(20 * 24);
    database
        .execute("UPDATE event SET received_at = ?", [old.as_microsecond()])
        .unwrap();
    drop(database);

    let face = scene.open().await;
    listening(&face).await;
    assert_eq!(rows(&face).await.len(), 1, "within thirty days");
    let Reply::GeneralSettings { mut settings } = face.call(Command::GeneralSettings).await.unwrap() else {
        panic!("settings are answered")
    };
    settings.keep_days = 7;
    let mut notices = face.notices();
    face.call(Command::SaveGeneralSettings {
        settings: settings.clone(),
    })
    .await
    .unwrap();
    while notices.recv().await.unwrap() != Notice::Removed {}
    assert_eq!(rows(&face).await, []);
    settings.keep_days = 0;
    let refused = face.call(Command::SaveGeneralSettings { settings }).await.unwrap_err();
    assert_eq!(refused.code, ApiCode::Invalid);
    face.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sample_is_a_real_popup_or_says_why_there_is_none() {
    let scene = Scene::new().await;
    let (screen, mut up) = Screen::new();
    let (_events, heard) = mpsc::channel(8);
    let face = Face::open_desktop(&scene.opening, (screen.clone(), heard))
        .await
        .unwrap();
    let send = async || face.call(Command::SendSample).await;
    assert_eq!(send().await.unwrap(), Reply::SendSample { withheld: None });
    let shown = up.borrow_and_update().clone();
    assert!(
        shown.len() == 1 && shown[0].sound && shown[0].settles.is_empty(),
        "{shown:?}"
    );

    // A popup that is up speaks another language at once.
    let settings = GeneralSettings {
        language: Language::De,
        ..GeneralSettings::default()
    };
    face.call(Command::SaveGeneralSettings { settings }).await.unwrap();
    let german = |up: &Vec<Popup>| up.iter().any(|popup| popup.body.starts_with("Schlüssel"));
    tokio::time::timeout(LIMIT, up.wait_for(german)).await.unwrap().unwrap();

    face.call(Command::Pause { until: None }).await.unwrap();
    let paused = Hush::Paused { until: None };
    assert_eq!(send().await.unwrap(), Reply::SendSample { withheld: Some(paused) });
    face.call(Command::Resume).await.unwrap();
    screen.disturbing.send_replace(true);
    let withheld = Some(Hush::DoNotDisturb);
    assert_eq!(send().await.unwrap(), Reply::SendSample { withheld });
    until(&face, || status(&face), |s| s.hush.is_some()).await;
    screen.disturbing.send_replace(false);
    until(&face, || status(&face), |s| s.hush.is_none()).await;
    *screen.broken.lock().unwrap() = true;
    let refused = send().await.unwrap_err();
    assert!(
        refused.code == ApiCode::Refused && refused.hint.is_some(),
        "{refused:?}"
    );
    face.close().await;

    let headless = scene.open().await;
    let refused = headless.call(Command::SendSample).await.unwrap_err();
    assert_eq!(refused.code, ApiCode::Refused);
    headless.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_may_edit_the_configuration_while_it_runs() {
    let scene = Scene::new().await;
    let face = scene.open().await;
    let config: PathBuf = scene.opening.profile.config_file().to_owned();
    let good = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, "[[account]\n").unwrap();
    let broken = until(
        &face,
        || status(&face),
        |s| s.problems.iter().any(|p| p.code == "config"),
    )
    .await;
    assert_eq!(broken.accounts.len(), 1, "it goes on with what it read last");
    std::fs::write(&config, good.replace("[[account]]", "[[account]]\nname = \"Home\"")).unwrap();
    let mended = until(&face, || status(&face), |s| s.accounts[0].label == "Home").await;
    assert_eq!(mended.problems, []);
    let vanish: [fn(&PathBuf) -> std::io::Result<()>; 2] =
        [|file| std::fs::remove_file(file), |file| std::fs::write(file, "")];
    for vanish in vanish {
        vanish(&config).unwrap();
        let gone = until(
            &face,
            || status(&face),
            |s| s.problems.iter().any(|p| p.code == "config"),
        )
        .await;
        assert_eq!(gone.accounts.len(), 1, "no accounts at all is hardly what was meant");
        std::fs::write(&config, &good).unwrap();
        until(&face, || status(&face), |s| s.problems.is_empty()).await;
    }
    face.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_temporary_profile_lasts_as_long_as_its_engine() {
    let Scene { server, opening } = Scene::new().await;
    let config = opening.profile.config_file().to_owned();
    let face = Face::open(&opening).await.unwrap();
    drop(opening);
    assert!(config.exists());
    server
        .wait_until(|seen| seen.fetched(SAM, SERVICE, NODE))
        .await
        .unwrap();
    face.close().await;
    assert!(!config.exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn windows_and_programs_of_another_version_get_an_error_instead_of_silence() {
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
    let scene = Scene::new().await;
    let host = scene.open().await;
    let stream = tokio::net::UnixStream::connect(scene.opening.profile.socket())
        .await
        .unwrap();
    let (read, mut write) = stream.into_split();
    write
        .write_all(b"{\"id\":7,\"command\":{\"do\":\"dance\"}}\n")
        .await
        .unwrap();
    let mut lines = BufReader::new(read).lines();
    let answer = tokio::time::timeout(LIMIT, async {
        loop {
            let line = lines.next_line().await.unwrap().unwrap();
            if line.contains("error") {
                return line;
            }
        }
    })
    .await
    .unwrap();
    assert!(answer.contains("api-not-understood-do"), "{answer}");
    host.close().await;
}

//! The app's windows as released, in WebKitGTK, against a real server: what a person does from the first run on.

use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use mailwren_tests::desktop::window::Driven;
use mailwren_tests::desktop::{Desktop, Parts};
use mailwren_tests::publisher::Publisher;
use mailwren_tests::server::{Kind, SAM, Server, jid, node, password};
use mailwren_tests::{eventually, scene};
use serde_json::{Value, json};

const INBOX: &str = "mail/sam/INBOX";
const FEED: &str = "Mailwren";
const SETTINGS: &str = "Mailwren settings";
/// WebDriver's key; the next releases it.
const CTRL: char = '\u{e009}';

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
    if let Err(error) = app.text(".works", |text| text == "All of it works.").await {
        let steps = app.script("return document.querySelector('form')?.innerText").await?;
        return Err(error.context(format!("the form says {steps}")));
    }
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
        app.type_there(&jid(SAM)).await?;
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

/// Who may call what of the app, in the order in which it is called: the last closes the window. Arguments are left out where a
/// call would do more than answer.
const CALLS: [(&str, bool, bool); 16] = [
    ("feed_call", true, false),
    ("settings_call", false, true),
    ("open_link", true, false),
    ("show_window", true, true),
    ("start_at_login", false, true),
    ("set_start_at_login", false, true),
    ("export_settings", false, true),
    ("examine", false, true),
    ("plugin:event|emit", false, false),
    ("plugin:window|set_title", false, false),
    ("plugin:window|internal_toggle_maximize", true, false),
    ("plugin:webview|create_webview_window", false, false),
    ("plugin:webview|set_webview_zoom", true, true),
    ("plugin:app|version", false, false),
    ("plugin:path|resolve_directory", false, false),
    ("close_window", true, true),
];

/// What the engine is asked, and which windows may.
const COMMANDS: [(&str, bool, bool); 5] = [
    ("status", true, true),
    ("accounts", false, true),
    ("export_settings", false, true),
    ("show_feed", false, false),
    ("hand_over", false, false),
];

#[test]
fn a_window_may_call_what_is_its_own_alone_and_no_page_runs_a_script_that_isnt_ours() -> Result<()> {
    scene(async |scene| {
        let desktop = Desktop::start(&scene, Parts::default()).await?;
        let app = Driven::start(&desktop, &["--settings"]).await?;
        desktop.tray_item().await?.activate().await?;
        app.go_to(FEED).await?;
        for (window, door, of) in [(FEED, "feed_call", 0), (SETTINGS, "settings_call", 1)] {
            app.go_to(window).await?;
            app.is_there(".mark").await?;
            for (name, feed, settings) in COMMANDS {
                let answer = app.invoke(door, json!({ "command": { "do": name } })).await?;
                let refused = answer.as_ref().err().is_some_and(|error| error["code"] == "forbidden");
                ensure!(refused != [feed, settings][of], "{window}: {name}: {answer:?}");
            }
            blocks_foreign_scripts(&app).await?;
        }
        // From the feed it would start.
        app.go_to(SETTINGS).await?;
        let demo = app.invoke("start_demo", json!({})).await?;
        ensure!(is_denied(&demo), "start_demo: {demo:?}");
        for (window, of) in [(FEED, 0), (SETTINGS, 1)] {
            app.go_to(window).await?;
            for (name, feed, settings) in CALLS {
                let answer = app.invoke(name, json!({})).await;
                // A window that closes may not get to answer.
                if name == "close_window" {
                    continue;
                }
                let answer = answer?;
                ensure!(
                    is_denied(&answer) != [feed, settings][of],
                    "{window}: {name}: {answer:?}"
                );
            }
        }
        desktop.windows_become(FEED, 0).await?;
        desktop.windows_become(SETTINGS, 0).await?;
        app.quit_by_tray(&desktop).await
    })
}

fn is_denied(answer: &Result<Value, Value>) -> bool {
    let error = answer.as_ref().err().and_then(Value::as_str);
    error.is_some_and(|error| error.contains("not allowed"))
}

async fn blocks_foreign_scripts(app: &Driven) -> Result<()> {
    const TRY: &str = "window.foreign = []; \
        document.addEventListener('securitypolicyviolation', (e) => window.foreign.push(e.effectiveDirective)); \
        const inline = document.createElement('script'); \
        inline.textContent = 'window.ran = true'; \
        document.head.append(inline); \
        const held = document.createElement('button'); \
        held.setAttribute('onclick', 'window.ran = true'); \
        document.body.append(held); held.click(); held.remove(); \
        try { window.eval('window.ran = true') } catch { window.foreign.push('eval') }";
    app.script(TRY).await?;
    let tried = eventually("all are blocked", async || {
        let tried = app
            .script("return [window.ran ?? false, [...new Set(window.foreign)].sort()]")
            .await?;
        Ok(tried[1]
            .as_array()
            .is_some_and(|blocked| blocked.len() >= 3)
            .then_some(tried))
    })
    .await?;
    ensure!(tried[0] == false, "a script ran that isn't ours: {tried}");
    Ok(())
}

#[test]
fn a_window_sets_no_command_keeps_those_that_are_there_and_can_take_back_that_it_dropped_one() -> Result<()> {
    scene(async |scene| {
        let desktop = Desktop::start(&scene, Parts::default()).await?;
        let config = config(&desktop);
        std::fs::create_dir_all(config.parent().context("no folder")?)?;
        let stored =
            "[[account]]\njid = \"sam@example.org\"\nenabled = false\npassword = { command = [\"pass\", \"sam\"] }\n";
        std::fs::write(&config, stored)?;
        let app = Driven::start(&desktop, &["--settings"]).await?;
        app.text(".ln .cut", |text| text == "sam@example.org").await?;
        let call = async |command: Value| app.invoke("settings_call", json!({ "command": command })).await;
        let save = async |account: &Value| call(json!({ "do": "save_account", "account": account })).await;

        let accounts = call(json!({ "do": "accounts" })).await?;
        let known = accounts.map_err(|error| anyhow::anyhow!("{error}"))?["accounts"][0].clone();
        let with = |key: &str, value: Value| {
            let mut account = known.clone();
            account[key] = value;
            account
        };
        let touch = desktop.path().join("touched");
        let command = json!(["touch", touch, "{message_id}"]);
        for account in [
            with("open", json!({ "command": command })),
            with("password", json!({ "command": command })),
            with("password", json!({ "file": "/etc/hostname" })),
            with("imap", json!({ "host": "imap.example.org", "token": command })),
            with("jid", json!("zoe@example.org")),
        ] {
            for ask in ["save_account", "test_account"] {
                let asked = call(json!({ "do": ask, "account": account, "password": null, "run": 1 })).await?;
                let refused = asked.as_ref().err().is_some_and(|error| error["code"] == "forbidden");
                ensure!(refused, "{ask}: {account}: {asked:?}");
            }
        }
        ensure!(
            std::fs::read_to_string(&config)? == stored,
            "the configuration was changed"
        );
        ensure!(!touch.exists(), "a command was started");

        let named = save(&with("name", json!("Home"))).await?;
        ensure!(named.is_ok(), "what is stored is kept: {named:?}");
        let dropped = save(&with("password", json!("keyring"))).await?;
        ensure!(dropped.is_ok(), "what is stored is dropped: {dropped:?}");
        let back = save(&known).await?;
        ensure!(back.is_ok(), "what was dropped is put back: {back:?}");
        configured(&desktop, "\"pass\"").await?;
        app.quit().await
    })
}

#[test]
fn a_window_is_zoomed_to_twice_its_size_by_keys_and_cuts_nothing_off() -> Result<()> {
    const WIDTHS: &str = "return [window.innerWidth, document.documentElement.scrollWidth]";
    scene(async |scene| {
        let desktop = Desktop::start(&scene, Parts::default()).await?;
        let app = Driven::start(&desktop, &["--settings"]).await?;
        app.is_there("h1").await?;
        let before = app.script(WIDTHS).await?;
        let full = before[0].as_f64().context("no width")?;
        // A pixel that isn't whole is counted up.
        let zoomed = async |times: f64| {
            eventually(format_args!("a window zoomed to {times}"), async || {
                let widths = app.script(WIDTHS).await?;
                let (width, needed) = (widths[0].as_f64(), widths[1].as_f64());
                let (width, needed) = width.zip(needed).context("no width")?;
                ensure!(
                    (width * times - full).abs() <= 2.0 * times && needed <= width + 1.0,
                    "{widths} of {full}"
                );
                Ok(Some(()))
            })
            .await
        };
        for _ in 0..5 {
            app.press(&format!("{CTRL}+{CTRL}")).await?;
        }
        zoomed(2.0).await?;
        app.press(&format!("{CTRL}-{CTRL}")).await?;
        zoomed(1.8).await?;
        app.press(&format!("{CTRL}0{CTRL}")).await?;
        zoomed(1.0).await?;
        app.quit().await
    })
}

//! Thunderbird, which is a whole mail client, with the mailbox that Mailnag has.

use anyhow::{Result, ensure};
use mailwren_tests::desktop::{Desktop, Parts};
use mailwren_tests::dovecot::Dovecot;
use mailwren_tests::footprint::Family;
use mailwren_tests::process::Process;
use mailwren_tests::server::{SAM, password};
use mailwren_tests::{Scene, eventually, place};

use crate::{Row, message};

/// It asks for the password in a window with this title.
const ASKS: &str = "Enter your password for sam";

/// Whether it is installed.
pub fn is_there() -> bool {
    std::path::Path::new("/usr/bin/thunderbird").exists()
}

/// Its main window, with one mailbox.
pub async fn measure(scene: &Scene, rows: &mut Vec<Row>) -> Result<()> {
    let dovecot = Dovecot::start(scene, "").await?;
    dovecot.deliver(SAM, message("before")).await?;
    let desktop = Desktop::start(scene, Parts::default()).await?;
    let profile = desktop.path().join("thunderbird");
    std::fs::create_dir_all(&profile)?;
    std::fs::write(profile.join("user.js"), settings(dovecot.imap))?;
    let mut command = desktop.command("/usr/bin/thunderbird");
    command.arg("--no-remote").arg("--profile").arg(&profile);
    let family = Family::of(&mut command, "thunderbird");
    let _thunderbird = Process::start("thunderbird", desktop.path(), command).await?;
    let asks = desktop.windows_become(ASKS, 1).await?;
    for window in &asks {
        desktop
            .run("xdotool", &["windowactivate", "--sync", window, "type", &password(SAM)])
            .await?;
        desktop.run("xdotool", &["key", "Return"]).await?;
    }
    dovecot.logs("Login: user=<sam>").await?;
    desktop.windows_become(ASKS, 0).await?;
    // Then it looks into the mailbox.
    eventually("the mail is in Thunderbird's own store", async || {
        let found = desktop
            .run("grep", &["-rlF", "Subject: before", &profile.display().to_string()])
            .await?;
        ensure!(!found.is_empty(), "it isn't");
        Ok(Some(()))
    })
    .await?;
    rows.push(Row {
        program: "Thunderbird",
        state: "its window is open".to_owned(),
        memory: family.at_rest().await?,
        most: None,
    });
    Ok(())
}

/// What a person would have set by hand. Without encryption, since it has no way to be told of an authority by a file.
fn settings(port: u16) -> String {
    let host = place::address();
    let settings = [
        ("mail.accountmanager.accounts", "\"account1\"".to_owned()),
        ("mail.accountmanager.defaultaccount", "\"account1\"".to_owned()),
        ("mail.account.account1.identities", "\"id1\"".to_owned()),
        ("mail.account.account1.server", "\"server1\"".to_owned()),
        ("mail.identity.id1.fullName", "\"Sam\"".to_owned()),
        ("mail.identity.id1.useremail", "\"sam@wren.test\"".to_owned()),
        ("mail.identity.id1.valid", "true".to_owned()),
        ("mail.server.server1.type", "\"imap\"".to_owned()),
        ("mail.server.server1.hostname", format!("\"{host}\"")),
        ("mail.server.server1.port", port.to_string()),
        ("mail.server.server1.socketType", "0".to_owned()),
        ("mail.server.server1.authMethod", "3".to_owned()),
        ("mail.server.server1.userName", format!("\"{SAM}\"")),
        ("mail.server.server1.name", "\"sam@wren.test\"".to_owned()),
        ("mail.server.server1.login_at_startup", "true".to_owned()),
        // Nothing that it asks or shows at its first start, and nothing of the internet.
        ("mail.provider.suppress_dialog_on_startup", "true".to_owned()),
        ("mail.shell.checkDefaultClient", "false".to_owned()),
        ("mail.rights.version", "1".to_owned()),
        ("mailnews.start_page.enabled", "false".to_owned()),
        ("app.donation.eoy.version.viewed", "999".to_owned()),
        (
            "datareporting.policy.dataSubmissionPolicyBypassNotification",
            "true".to_owned(),
        ),
        ("extensions.update.enabled", "false".to_owned()),
        ("network.captive-portal-service.enabled", "false".to_owned()),
        ("network.connectivity-service.enabled", "false".to_owned()),
    ];
    let lines = settings.map(|(name, value)| format!("user_pref(\"{name}\", {value});\n"));
    lines.concat()
}

//! Mailnag, as Debian has it: a notifier that listens to mailboxes by IMAP's IDLE, beside which Mailwren is measured.

use std::net::SocketAddr;

use anyhow::{Context as _, Result, ensure};
use tokio::process::Command;

use crate::desktop::Desktop;

/// What its own settings window does when an account is entered: by its own code, the password into the keyring if there is one.
/// One popup a mail; no sound, for which it would want GStreamer.
const LAY_OUT: &str = r#"
import sys
from Mailnag.common.accounts import Account, AccountManager
from Mailnag.common.config import read_cfg, write_cfg
user, password, server, port = sys.argv[1:]
config = read_cfg()
config.set("core", "enabled_plugins", "libnotifyplugin")
config.add_section("libnotifyplugin")
config.set("libnotifyplugin", "notification_mode", "2")
accounts = AccountManager()
accounts.add(Account("imap", True, user, user=user, password=password, server=server, port=port, ssl=True, idle=True))
accounts.save_to_cfg(config)
write_cfg(config)
"#;

/// Runs it as its autostart entry does. Where nobody takes syslog's messages, Python would complain at length about each.
const RUN: &str = r#"
import logging, runpy, sys
logging.raiseExceptions = False
runpy.run_path("/usr/bin/mailnag", run_name="__main__")
"#;

/// The command that runs it on a desktop, for a user's INBOX at an address, with TLS. The desktop needs a keyring. One runs on a desktop: a second
/// would end the first.
///
/// # Errors
/// When it isn't installed (`make packages-bench`), or can't be configured.
pub async fn command(desktop: &Desktop, at: SocketAddr, user: &str) -> Result<Command> {
    let (host, port) = (at.ip().to_string(), at.port().to_string());
    let password = format!("{user}-secret");
    let laid_out = desktop
        .command("/usr/bin/python3")
        .args(["-c", LAY_OUT, user, &password, &host, &port])
        .output()
        .await
        .context("/usr/bin/python3")?;
    ensure!(
        laid_out.status.success(),
        "Mailnag isn't installed (make packages-bench), or has changed: {}",
        String::from_utf8_lossy(&laid_out.stderr)
    );
    let mut command = desktop.command("/usr/bin/python3");
    command.args(["-c", RUN, "--quiet"]);
    // It listens to nothing while GLib thinks that there is no way to the internet; this one thinks so never.
    command.env("GIO_USE_NETWORK_MONITOR", "base");
    Ok(command)
}

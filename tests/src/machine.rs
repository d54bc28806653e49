//! The machine on which `mailwrenctl bridge` looks into a mailbox, set up as docs/bridge.md says.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};

use crate::Scene;
use crate::ctl::Home;
use crate::dovecot::Dovecot;
use crate::page::Page;
use crate::place;
use crate::process::Process;
use crate::server::{SAM, Server, jid, password};

/// The machine on which the bridge runs.
#[derive(Debug)]
pub struct Machine {
    /// Its home.
    pub home: Home,
    secrets: PathBuf,
}

impl Machine {
    /// With the page's recipe, for these folders.
    ///
    /// # Errors
    /// When the page has changed, or a file can't be written.
    pub fn lay_out(scene: &Scene, server: &Server, dovecot: &Dovecot, folders: &str) -> Result<Self> {
        let page = Page::read("bridge.md")?;
        let mut home = Home::new(scene, "machine")?;
        home.log = Some("mailwren_engine=info");
        let machine = Self {
            home,
            secrets: scene.folder("machine/secrets")?,
        };
        machine.keep("sam.password", &password(SAM))?;
        machine.keep("imap.password", &format!("{SAM}-secret"))?;
        let (account, _) = page
            .block("toml", "[[account]]")?
            .split_once("[bridge]")
            .context("no section")?;
        // The test's servers aren't in DNS, and their authorities are their own.
        let reach = format!(
            "[[account]]\nhost = \"{}\"\nport = {}\nsecurity = \"direct\"\nca_file = \"{}\"",
            server.host,
            server.direct,
            server.certificate.ca.display()
        );
        let mailbox = page
            .block("toml", "[[bridge.mailbox]]")?
            .replace(
                "\"imap.example.org\"",
                &format!(
                    "\"{}\", port = {}, ca_file = \"{}\"",
                    place::address(),
                    dovecot.imaps,
                    dovecot.certificate.ca.display()
                ),
            )
            .replace("[\"INBOX\", \"Lists/Rust\"]", folders);
        ensure!(mailbox.contains(folders), "the page has other folders");
        let config = account.replace("[[account]]", &reach) + &mailbox;
        let config = config
            .replace("/etc/mailwren", &machine.secrets.display().to_string())
            .replace("sam@example.org", &jid(SAM));
        std::fs::write(machine.home.config(), config)?;
        Ok(machine)
    }

    /// Keeps a secret in a file that is the owner's alone.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn keep(&self, name: &str, secret: &str) -> Result<()> {
        let path = self.secrets.join(name);
        std::fs::write(&path, format!("{secret}\n"))?;
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600))?;
        Ok(())
    }

    /// Starts the bridge, and awaits that it is connected.
    ///
    /// # Errors
    /// When it isn't.
    pub async fn bridge(&self) -> Result<Process> {
        let bridge = self.home.ctl(&["bridge"]).await?;
        let connected = |line: &str| line.contains("connected").then_some(());
        bridge.stderr("it is connected to Dovecot", 0, connected).await?;
        Ok(bridge)
    }
}

//! A provider's machine, as docs/provider.md sets it up, what tells it of mail as Dovecot's OX driver does, and the devices of
//! those whose mail it is.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use mailwren_core::account::{Account, PasswordSource, Subscription};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::ctl::Home;
use crate::page::Page;
use crate::place;
use crate::process::Process;
use crate::scene::Scene;
use crate::server::{COMPONENT_SECRET, DOMAIN, Server, node, password};
use crate::wait::within;

/// What mail servers show. No character of it means anything in a URL.
pub const HTTP_SECRET: &str = "a3f09c17b2";

/// The machine on which the bridge runs.
#[derive(Debug)]
pub struct Machine {
    /// Its configuration and data.
    pub home: Home,
    /// Where the bridge listens.
    pub listen: String,
    secrets: PathBuf,
}

impl Machine {
    /// With the page's configuration.
    ///
    /// # Errors
    /// When a file can't be written, or the page has no such block.
    pub fn lay_out(scene: &Scene, server: &Server) -> Result<Self> {
        let machine = Self {
            home: Home::new(scene, "provider")?,
            listen: format!("{}:{}", place::address(), place::port()),
            secrets: scene.folder("provider/secrets")?,
        };
        keep(&machine.secrets.join("http-secret"), HTTP_SECRET)?;
        keep(&machine.secrets.join("component-secret"), COMPONENT_SECRET)?;
        let port = server.component.context("the server takes no component")?;
        let config = machine
            .adapted(Page::read("provider.md")?.block("toml", "[[component]]")?)
            .replace("127.0.0.1:5347", &format!("{}:{port}", server.host));
        std::fs::write(machine.home.config(), config)?;
        Ok(machine)
    }

    /// A block of a page, with this machine's addresses, paths and secret.
    pub fn adapted(&self, block: &str) -> String {
        let script = place::scripts().join("../packaging/dovecot/mailwren.lua");
        block
            .replace("127.0.0.1:8025", &self.listen)
            .replace(
                "/usr/share/mailwren/dovecot/mailwren.lua",
                &script.display().to_string(),
            )
            .replace("/etc/mailwren", &self.secrets.display().to_string())
            .replace("SECRET", HTTP_SECRET)
            .replace("example.org", DOMAIN)
    }

    /// Starts the bridge and awaits that it listens.
    ///
    /// # Errors
    /// When it doesn't.
    pub async fn bridge(&self) -> Result<Process> {
        let bridge = self.home.ctl(&["bridge"]).await?;
        let listening = format!("Listening on {}.", self.listen);
        bridge
            .stdout("it listens", 0, |line| (line == listening).then_some(()))
            .await?;
        Ok(bridge)
    }

    /// How many entries wait in the outbox.
    ///
    /// # Errors
    /// When its folder can't be read.
    pub fn waiting(&self) -> Result<usize> {
        let profiles = self.home.path().join("data/mailwren/profiles");
        let mut waiting = 0;
        for profile in std::fs::read_dir(profiles)? {
            let Ok(outbox) = std::fs::read_dir(profile?.path().join("outbox")) else {
                continue;
            };
            waiting += outbox
                .flatten()
                .filter(|entry| entry.file_name().as_encoded_bytes().ends_with(b".json"))
                .count();
        }
        Ok(waiting)
    }
}

fn keep(path: &Path, secret: &str) -> Result<()> {
    std::fs::write(path, format!("{secret}\n"))?;
    Ok(std::fs::set_permissions(path, PermissionsExt::from_mode(0o600))?)
}

/// The node of a user's INBOX, as the page's configuration makes it.
pub fn inbox(user: &str) -> Subscription {
    node(&format!("/example/{user}/mail/Inbox"))
}

/// What Dovecot's OX driver PUTs of a mail.
pub fn arrived(user: &str, uid: u32, subject: &str) -> Value {
    json!({
        "user": user,
        "event": "messageNew",
        "folder": "INBOX",
        "imap-uidvalidity": 1_795_555_629,
        "imap-uid": uid,
        "from": "=?utf-8?b?Wm/DqyDDhW5nc3Ryw7Zt?= <zoe@example.org>",
        "subject": subject,
        "snippet": "Line one of the body. Second line — with dash.",
        "unseen": 1,
    })
}

/// A mail server's connection to the bridge, which it keeps.
#[derive(Debug)]
pub struct Teller(BufReader<TcpStream>);

impl Teller {
    /// Connects.
    ///
    /// # Errors
    /// When nobody listens.
    pub async fn connect(listen: &str) -> Result<Self> {
        let stream = TcpStream::connect(listen).await?;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::new(stream)))
    }

    /// Tells something; gives the answer's status.
    ///
    /// # Errors
    /// When the connection breaks, or no answer comes.
    pub async fn tell(&mut self, what: &Value) -> Result<u16> {
        within("the bridge's answer", self.ask(&what.to_string())).await?
    }

    async fn ask(&mut self, body: &str) -> Result<u16> {
        let request = format!(
            "PUT /notify HTTP/1.1\r\nHost: bridge\r\nAuthorization: Bearer {HTTP_SECRET}\r\nContent-Type: application/json; \
             charset=utf-8\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.0.write_all(request.as_bytes()).await?;
        let mut status = None;
        let mut length = 0;
        loop {
            let mut line = String::new();
            ensure!(self.0.read_line(&mut line).await? > 0, "the bridge hung up");
            let line = line.trim_end();
            if line.is_empty() {
                break;
            }
            match status {
                None => status = Some(line.split(' ').nth(1).context("no status")?.parse()?),
                Some(_) => {
                    let header = line.split_once(':').context("no header")?;
                    if header.0.eq_ignore_ascii_case("content-length") {
                        length = header.1.trim().parse()?;
                    }
                }
            }
        }
        self.0.read_exact(&mut vec![0; length]).await?;
        status.context("no answer")
    }
}

/// A device that listens to many accounts at once: of each to the node of its INBOX.
///
/// # Errors
/// When its configuration can't be written.
pub fn device(scene: &Scene, server: &Server, users: &[String]) -> Result<Home> {
    let home = Home::new(scene, "device")?;
    let mut config = String::new();
    for user in users {
        let file = home.path().join(format!("{user}.password"));
        keep(&file, &password(user))?;
        let account = Account {
            subscriptions: vec![inbox(user)],
            password: PasswordSource::File(file.display().to_string()),
            ..server.account(user)
        };
        home.configure_as(&account)?;
        config.push_str(&std::fs::read_to_string(home.config())?);
    }
    std::fs::write(home.config(), config)?;
    Ok(home)
}

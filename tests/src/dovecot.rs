//! A real mail server: Debian's Dovecot, which takes mail by LMTP and serves it by IMAP, on loopback. Everybody has the
//! password `<name>-secret`, and every user who gets mail is there.

use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use rustix::process::{getegid, geteuid, getgid, getuid};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::Command;

use crate::place;
use crate::process::Process;
use crate::scene::Scene;
use crate::wait::{eventually, within};

/// Debian's `nobody` and `nogroup`, whom mail belongs to if root runs the tests: Dovecot serves nobody as root.
const NOBODY: u32 = 65_534;

/// A running Dovecot.
#[derive(Debug)]
pub struct Dovecot {
    lmtp: u16,
    imap: u16,
    dir: PathBuf,
    process: Option<Process>,
}

impl Dovecot {
    /// Starts one, with `more` at the end of its configuration, and awaits that it listens.
    ///
    /// # Errors
    /// When it isn't installed or doesn't come up; with what it said.
    pub async fn start(scene: &Scene, more: &str) -> Result<Self> {
        let dir = scene.folder("dovecot")?;
        let mail = scene.folder("dovecot/mail")?;
        let root = geteuid().is_root();
        let (uid, gid) = match root {
            true => (NOBODY, NOBODY),
            false => (getuid().as_raw(), getgid().as_raw()),
        };
        if root {
            // Its processes find their way down here.
            for folder in [scene.path(), &dir] {
                std::fs::set_permissions(folder, PermissionsExt::from_mode(0o711))?;
            }
            chown(&mail, Some(uid), Some(gid))?;
        }
        let (internal, group, login) = match root {
            true => ("dovecot".to_owned(), "dovecot".to_owned(), "dovenull".to_owned()),
            false => {
                let user = name_of("passwd", geteuid().as_raw())?;
                (user.clone(), name_of("group", getegid().as_raw())?, user)
            }
        };
        let (lmtp, imap) = (place::port(), place::port());
        let config = format!(
            r#"base_dir = {dir}/run
state_dir = {dir}/state
log_path = /dev/stderr
protocols = imap lmtp
ssl = no
disable_plaintext_auth = no
default_internal_user = {internal}
default_internal_group = {group}
default_login_user = {login}
listen = {host}
mail_location = maildir:~/Maildir
passdb {{
  driver = static
  args = password=%n-secret
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={mail}/%n allow_all_users=yes
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp}
  }}
}}
{more}"#,
            dir = dir.display(),
            mail = mail.display(),
            host = place::address(),
        );
        std::fs::write(dir.join("dovecot.conf"), config)?;
        let mut dovecot = Self {
            lmtp,
            imap,
            dir,
            process: None,
        };
        dovecot.up().await?;
        Ok(dovecot)
    }

    async fn up(&mut self) -> Result<()> {
        let mut command = Command::new("dovecot");
        command.arg("-F").arg("-c").arg(self.config());
        self.process = Some(Process::start("dovecot", &self.dir, command).await?);
        for port in [self.lmtp, self.imap] {
            eventually(format_args!("Dovecot listens on {port}"), async || {
                Ok(Some(TcpStream::connect((place::address(), port)).await?))
            })
            .await?;
        }
        Ok(())
    }

    /// Its configuration file.
    pub fn config(&self) -> PathBuf {
        self.dir.join("dovecot.conf")
    }

    /// Awaits that it logs something with these words.
    ///
    /// # Errors
    /// When it doesn't.
    pub async fn logs(&self, words: &str) -> Result<()> {
        let process = self.process.as_ref().context("Dovecot isn't running")?;
        process
            .stderr(words, 0, |line| line.contains(words).then_some(()))
            .await
    }

    /// Runs `doveadm` with its configuration.
    ///
    /// # Errors
    /// When that fails.
    pub async fn doveadm(&self, arguments: &[&str]) -> Result<()> {
        let mut command = Command::new("doveadm");
        command.arg("-c").arg(self.config()).args(arguments);
        let output = within("doveadm", command.output()).await??;
        ensure!(
            output.status.success(),
            "doveadm {arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(())
    }

    /// Delivers a message to a user by LMTP (RFC 2033), as an MTA does.
    ///
    /// # Errors
    /// When it isn't accepted.
    pub async fn deliver(&self, user: &str, message: &str) -> Result<()> {
        let mut lmtp = Dialogue::connect(self.lmtp).await?;
        lmtp.say("LHLO mta.wren.test", "250 ").await?;
        lmtp.say("MAIL FROM:<zoe@example.org>", "250 ").await?;
        lmtp.say(&format!("RCPT TO:<{user}>"), "250 ").await?;
        lmtp.say("DATA", "354 ").await?;
        lmtp.say(&format!("{}\r\n.", message.replace("\r\n.", "\r\n..")), "250 ")
            .await?;
        lmtp.say("QUIT", "221 ").await?;
        Ok(())
    }

    /// Does something in a user's INBOX as a mail client does (RFC 3501); each command has to succeed.
    ///
    /// # Errors
    /// When one doesn't.
    pub async fn imap(&self, user: &str, commands: &[&str]) -> Result<()> {
        let mut imap = Dialogue::connect(self.imap).await?;
        let login = format!("LOGIN {user} {user}-secret");
        for command in [login.as_str(), "SELECT INBOX"]
            .iter()
            .chain(commands)
            .chain(&["LOGOUT"])
        {
            imap.say(&format!("a {command}"), "a OK").await?;
        }
        Ok(())
    }
}

/// The name of a user or group, as Dovecot wants it.
fn name_of(database: &str, id: u32) -> Result<String> {
    let entries = std::fs::read_to_string(Path::new("/etc").join(database))?;
    let id = id.to_string();
    let mut entries = entries.lines().map(|line| line.split(':'));
    let found = entries.find_map(|mut fields| {
        let name = fields.next()?;
        (fields.nth(1)? == id).then(|| name.to_owned())
    });
    found.with_context(|| format!("{id} isn't in /etc/{database}"))
}

/// A protocol of lines.
struct Dialogue(BufReader<TcpStream>);

impl Dialogue {
    async fn connect(port: u16) -> Result<Self> {
        let mut dialogue = Self(BufReader::new(TcpStream::connect((place::address(), port)).await?));
        dialogue.line().await?;
        Ok(dialogue)
    }

    async fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        within("a mail server's answer", self.0.read_line(&mut line)).await??;
        ensure!(!line.is_empty(), "the mail server closed the connection");
        Ok(line)
    }

    /// Says something and reads up to the answer that begins so.
    async fn say(&mut self, command: &str, answer: &str) -> Result<()> {
        self.0.write_all(format!("{command}\r\n").as_bytes()).await?;
        loop {
            let line = self.line().await?;
            if line.starts_with(answer) {
                return Ok(());
            }
            let (lmtp, imap) = (answer.starts_with(char::is_numeric), line.starts_with("a "));
            if imap || (lmtp && line.as_bytes().get(3) == Some(&b' ')) {
                bail!("{command}: {line}");
            }
        }
    }
}

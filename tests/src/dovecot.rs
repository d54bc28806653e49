//! A real mail server: Debian's Dovecot, which takes mail by LMTP and serves it by IMAP, on loopback. Everybody has the
//! password `<name>-secret`, and every user who gets mail is there. What is sent to `<name>+<folder>` is filed there.

use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use rustix::process::{getegid, geteuid, getgid, getuid};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::Command;

use crate::certificate::Certificate;
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
    /// IMAP's port, for plain text and STARTTLS.
    pub imap: u16,
    /// The one with TLS from the first byte.
    pub imaps: u16,
    /// Its certificate, for its address.
    pub certificate: Certificate,
    /// Whom mail belongs to.
    owner: (u32, u32),
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
        let (lmtp, imap, imaps) = (place::port(), place::port(), place::port());
        let certificate = Certificate::issue(&dir, &[&place::address().to_string()])?;
        let config = format!(
            r#"base_dir = {dir}/run
state_dir = {dir}/state
log_path = /dev/stderr
protocols = imap lmtp
ssl = yes
ssl_cert = <{chain}
ssl_key = <{key}
disable_plaintext_auth = no
default_internal_user = {internal}
default_internal_group = {group}
default_login_user = {login}
listen = {host}
mail_location = maildir:~/Maildir
lda_mailbox_autocreate = yes
lmtp_save_to_detail_mailbox = yes
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
    port = {imaps}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp}
  }}
}}
{more}"#,
            dir = dir.display(),
            chain = certificate.chain.display(),
            key = certificate.key.display(),
            mail = mail.display(),
            host = place::address(),
        );
        std::fs::write(dir.join("dovecot.conf"), config)?;
        let mut dovecot = Self {
            lmtp,
            imap,
            imaps,
            certificate,
            owner: (uid, gid),
            dir,
            process: None,
        };
        dovecot.up().await?;
        Ok(dovecot)
    }

    /// Stops it, as for an upgrade.
    ///
    /// # Errors
    /// When it isn't running or doesn't end.
    pub async fn down(&mut self) -> Result<()> {
        let mut process = self.process.take().context("Dovecot isn't running")?;
        process.terminate().await?;
        Ok(())
    }

    /// Starts it again after [`Dovecot::down`], on the same ports with the same mail.
    ///
    /// # Errors
    /// When it doesn't come up.
    pub async fn up(&mut self) -> Result<()> {
        let mut command = Command::new("dovecot");
        command.arg("-F").arg("-c").arg(self.config());
        self.process = Some(Process::start("dovecot", &self.dir, command).await?);
        for port in [self.lmtp, self.imap, self.imaps] {
            eventually(format_args!("Dovecot listens on {port}"), async || {
                Ok(Some(TcpStream::connect((place::address(), port)).await?))
            })
            .await?;
        }
        Ok(())
    }

    /// A user's home, which is made if it isn't there.
    ///
    /// # Errors
    /// When it can't be made.
    pub fn home(&self, user: &str) -> Result<PathBuf> {
        let home = self.dir.join("mail").join(user);
        std::fs::create_dir_all(&home)?;
        if geteuid().is_root() {
            chown(&home, Some(self.owner.0), Some(self.owner.1))?;
        }
        Ok(home)
    }

    /// Whom mail and homes belong to: user and group.
    pub const fn owner(&self) -> (u32, u32) {
        self.owner
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

    /// Runs `doveadm` with its configuration; gives what it prints.
    ///
    /// # Errors
    /// When that fails.
    pub async fn doveadm(&self, arguments: &[&str]) -> Result<String> {
        let mut command = Command::new("doveadm");
        command.arg("-c").arg(self.config()).args(arguments);
        let output = within("doveadm", command.output()).await??;
        ensure!(
            output.status.success(),
            "doveadm {arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// What lies in a user's folder, by subject, with flags.
    ///
    /// # Errors
    /// When there is no such folder.
    pub async fn folder(&self, user: &str, folder: &str) -> Result<Vec<(String, String)>> {
        let arguments = ["-f", "tab", "fetch", "-u", user, "hdr.subject flags", "mailbox", folder];
        let printed = self.doveadm(&arguments).await?;
        let lines = printed.lines().skip(1).filter_map(|line| line.split_once('\t'));
        Ok(lines
            .map(|(subject, flags)| (subject.to_owned(), flags.to_owned()))
            .collect())
    }

    /// Puts a message into a user's INBOX while no server runs, as another machine of a cluster would.
    ///
    /// # Errors
    /// When the user never got mail, or it can't be written.
    pub fn put(&self, user: &str, name: &str, message: &str) -> Result<()> {
        let path = self.dir.join("mail").join(user).join("Maildir/new").join(name);
        std::fs::write(&path, message)?;
        if geteuid().is_root() {
            chown(&path, Some(self.owner.0), Some(self.owner.1))?;
        }
        Ok(())
    }

    /// Delivers a message to a user by LMTP (RFC 2033), as an MTA does; gives when the final dot was sent, with which the
    /// message is the mail server's.
    ///
    /// # Errors
    /// When it isn't accepted.
    pub async fn deliver(&self, user: &str, message: impl AsRef<[u8]>) -> Result<Instant> {
        let mut lmtp = Dialogue::connect(self.lmtp).await?;
        lmtp.say("LHLO mta.wren.test", "250 ").await?;
        lmtp.say("MAIL FROM:<zoe@example.org>", "250 ").await?;
        lmtp.say(&format!("RCPT TO:<{user}>"), "250 ").await?;
        lmtp.say("DATA", "354 ").await?;
        lmtp.hand_over(message.as_ref()).await?;
        lmtp.send("\r\n.").await?;
        let dot = Instant::now();
        lmtp.answer("the message", "250 ").await?;
        lmtp.say("QUIT", "221 ").await?;
        Ok(dot)
    }

    /// A mail client that listens to a user's INBOX by IDLE (RFC 2177) and fetches the envelope of what arrives, as plainly
    /// as can be: without encryption, and with nothing else to do.
    ///
    /// # Errors
    /// When the login fails.
    pub async fn idle(&self, user: &str) -> Result<Idle> {
        let mut imap = Dialogue::connect(self.imap).await?;
        imap.say(&format!("a LOGIN {user} {user}-secret"), "a OK").await?;
        imap.say("a SELECT INBOX", "a OK").await?;
        imap.say("a IDLE", "+ ").await?;
        Ok(Idle(imap))
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

/// A mail client that listens by IDLE.
#[derive(Debug)]
pub struct Idle(Dialogue);

impl Idle {
    /// Awaits a message, fetches its envelope, and listens again; gives the envelope and when it was there.
    ///
    /// # Errors
    /// When none comes, or the server says something else.
    pub async fn arrival(&mut self) -> Result<(String, Instant)> {
        let Self(imap) = self;
        let number = loop {
            let line = imap.line().await?;
            if let Some(number) = line
                .strip_prefix("* ")
                .and_then(|line| line.strip_suffix(" EXISTS\r\n"))
            {
                break number.to_owned();
            }
        };
        imap.say("DONE", "a OK").await?;
        imap.send(&format!("a FETCH {number} (FLAGS ENVELOPE)")).await?;
        let mut envelope = String::new();
        loop {
            let line = imap.line().await?;
            if line.starts_with("a OK") {
                break;
            }
            ensure!(!line.starts_with("a "), "FETCH: {line}");
            envelope.push_str(&line);
        }
        let there = Instant::now();
        imap.say("a IDLE", "+ ").await?;
        Ok((envelope, there))
    }
}

/// A protocol of lines.
#[derive(Debug)]
struct Dialogue(BufReader<TcpStream>);

impl Dialogue {
    async fn connect(port: u16) -> Result<Self> {
        let stream = TcpStream::connect((place::address(), port)).await?;
        // What is said last leaves at once, and not when what was said before is acknowledged.
        stream.set_nodelay(true)?;
        let mut dialogue = Self(BufReader::new(stream));
        dialogue.line().await?;
        Ok(dialogue)
    }

    async fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        within("a mail server's answer", self.0.read_line(&mut line)).await??;
        ensure!(!line.is_empty(), "the mail server closed the connection");
        Ok(line)
    }

    /// Writes a message, whose lines may begin with a dot (RFC 5321 §4.5.2).
    async fn hand_over(&mut self, message: &[u8]) -> Result<()> {
        let mut stuffed = Vec::with_capacity(message.len());
        for line in message.split_inclusive(|byte| *byte == b'\n') {
            stuffed.extend(line.first().filter(|first| **first == b'.'));
            stuffed.extend_from_slice(line);
        }
        Ok(self.0.write_all(&stuffed).await?)
    }

    /// Says something and reads up to the answer that begins so.
    async fn say(&mut self, command: &str, answer: &str) -> Result<()> {
        self.send(command).await?;
        self.answer(command, answer).await
    }

    async fn send(&mut self, command: &str) -> Result<()> {
        Ok(self.0.write_all(format!("{command}\r\n").as_bytes()).await?)
    }

    async fn answer(&mut self, command: &str, answer: &str) -> Result<()> {
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

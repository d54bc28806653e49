//! `mailwrenctl publish`: a mail message becomes an item, on its way before the mail server has noticed.
//!
//! Nothing here may fail or hold up a delivery: whatever can be done later is done later, by [`crate::outbox`].

use std::io::{self, Read};
use std::ops::Deref;
use std::panic;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use clap::ValueEnum;
use jid::BareJid;
use jiff::Timestamp;
use mailwren_core::MAIL_NODE;
use mailwren_core::popup::Privacy;
use mailwren_core::publish::{MESSAGE_BYTES, Mail};
use mailwren_core::said::Said;
use mailwren_core::words::Words;
use mailwren_engine::outbox::{Action, Entry, Outbox, Target};
use mailwren_engine::profile::Profile;

use crate::exit::Failure;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The account that publishes; needed when several are configured.
    #[arg(long, value_name = "JID")]
    account: Option<BareJid>,
    /// The mailbox that the message is delivered to, hierarchy by /.
    #[arg(long, value_name = "NAME", default_value = "INBOX")]
    mailbox: String,
    /// How much is told of it.
    #[arg(long, value_enum, default_value_t = Detail::Full)]
    detail: Detail,
    /// Publish at this pubsub service instead of the account itself.
    #[arg(long, value_name = "JID")]
    service: Option<BareJid>,
    /// Publish to this node.
    #[arg(long, value_name = "NODE", default_value = MAIL_NODE, value_parser = clap::builder::NonEmptyStringValueParser::new())]
    node: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Detail {
    /// Sender, subject and the first words.
    Full,
    /// The sender alone.
    Sender,
    /// That mail arrived.
    #[value(alias = "none")]
    Count,
}

impl From<Detail> for Privacy {
    fn from(detail: Detail) -> Self {
        match detail {
            Detail::Full => Self::Full,
            Detail::Sender => Self::Sender,
            Detail::Count => Self::Count,
        }
    }
}

/// `words` are read where they are spoken: this runs with every mail.
pub fn run(config: Option<PathBuf>, arguments: Arguments, words: &impl Deref<Target = Words>) -> Result<(), Failure> {
    let message = message(words);
    let detail = arguments.detail.into();
    // A flaw in a parser mustn't bounce anybody's mail.
    let mail = panic::catch_unwind(|| Mail::read(&message, &arguments.mailbox, detail))
        .unwrap_or_else(|_| Mail::unreadable(&message, &arguments.mailbox));
    let profile = Profile::open(config).map_err(|error| Failure::try_later(error.said()))?;
    let target = Target {
        account: arguments.account.map(|jid| jid.to_string()),
        service: arguments.service.map(|jid| jid.to_string()),
        node: arguments.node,
    };
    let entry = Entry {
        queued_at: Timestamp::now(),
        target,
        name: None,
        reader: None,
        action: Action::Mail(mail),
    };
    let put = Outbox::of(&profile).append(&entry);
    put.map_err(|error| Failure::try_later(error.said()))?;
    if let Err(error) = send_in_background(&profile) {
        complain(Said::word("cli-publish-later").with("why", error.to_string()), words);
    }
    Ok(())
}

/// The beginning of what comes on standard input, all of which is read: whoever writes it takes a closed pipe for a
/// failed delivery. Without the rest of a message, its beginning is told.
fn message(words: &impl Deref<Target = Words>) -> Vec<u8> {
    let mut message = Vec::new();
    let mut input = io::stdin().lock();
    let limit = u64::try_from(MESSAGE_BYTES).unwrap_or(u64::MAX);
    let read = input.by_ref().take(limit).read_to_end(&mut message);
    if let Err(error) = read.and_then(|_| io::copy(&mut input, &mut io::sink())) {
        complain(Said::word("cli-publish-cut").with("why", error.to_string()), words);
    }
    message
}

fn complain(what: Said, words: &Words) {
    eprintln!("mailwrenctl: {}", what.told(words));
}

/// Starts what sends, with nothing that whoever waits for this process would wait for, too.
fn send_in_background(profile: &Profile) -> io::Result<()> {
    Command::new(std::env::current_exe()?)
        .arg("--config")
        .arg(profile.config_file())
        .args(["outbox", "send", "--background"])
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    Ok(())
}

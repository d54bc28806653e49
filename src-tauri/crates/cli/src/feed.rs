//! `mailwrenctl feed`: stored events.

use std::path::PathBuf;

use jiff::ZonedDateTime;
use mailwren_core::act::Act;
use mailwren_core::said::Said;
use mailwren_core::view::{Command, Filter, Reply};
use mailwren_core::words::Words;
use mailwren_engine::face::Face;

use crate::exit::Failure;
use crate::later::Until;
use crate::{open, print};

#[derive(Debug, clap::Subcommand)]
pub enum What {
    /// List events, newest first.
    List {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        how: How,
    },
    /// Search sender, address, subject, snippet and mailbox: every word must begin a word there.
    Search {
        /// The words.
        #[arg(value_name = "WORDS", required = true, num_args = 1..)]
        text: Vec<String>,
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        how: How,
    },
    /// Mark events read: by their numbers, or all.
    MarkRead {
        /// Numbers as `feed list` shows them.
        #[arg(value_name = "SEQ", required_unless_present = "all")]
        seqs: Vec<i64>,
        /// All of them.
        #[arg(long, conflicts_with = "seqs")]
        all: bool,
        #[command(flatten)]
        which: Which,
        /// One JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Archive mails, in their mailbox: takes a bridge that reaches it or IMAP in the account, and Mailwren running.
    Archive {
        #[command(flatten)]
        which: Mails,
    },
    /// Move mails to the trash, in their mailbox.
    Delete {
        #[command(flatten)]
        which: Mails,
    },
    /// Move mails to the junk, in their mailbox.
    Junk {
        #[command(flatten)]
        which: Mails,
    },
    /// Put events off: their popups go, and come back when the time is over.
    Snooze {
        /// Numbers as `feed list` shows them.
        #[arg(value_name = "SEQ", required = true)]
        seqs: Vec<i64>,
        /// Until when: hour, evening, tomorrow, monday, or a time such as 2030-01-31T08:00:00Z.
        #[arg(long, value_name = "WHEN", default_value = "hour")]
        until: Until,
        /// Take it back.
        #[arg(long, conflicts_with = "until")]
        off: bool,
    },
    /// Show no more popups of an event's sender: adds a rule.
    Mute {
        /// The event's number.
        seq: i64,
        /// Until when; for good if left out.
        #[arg(long, value_name = "WHEN")]
        until: Option<Until>,
        /// Take it back.
        #[arg(long, conflicts_with = "until")]
        off: bool,
    },
}

#[derive(Debug, clap::Args)]
pub struct Which {
    /// Only this account (its JID).
    #[arg(long, value_name = "JID")]
    account: Option<String>,
    /// Only this mailbox.
    #[arg(long)]
    mailbox: Option<String>,
    /// Only unread ones.
    #[arg(long)]
    unread: bool,
}

#[derive(Debug, clap::Args)]
pub struct Mails {
    /// Numbers as `feed list` shows them.
    #[arg(value_name = "SEQ", required = true)]
    seqs: Vec<i64>,
    /// Take it back, within ten minutes.
    #[arg(long)]
    off: bool,
}

#[derive(Debug, clap::Args)]
pub struct How {
    /// At most so many.
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: u32,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
}

impl Which {
    fn filter(self, text: Option<String>) -> Filter {
        Filter {
            account: self.account,
            mailbox: self.mailbox,
            unread: self.unread,
            text,
        }
    }
}

pub async fn run(config: Option<PathBuf>, what: What, words: &Words) -> Result<(), Failure> {
    let face = open::look(config).await?;
    let done = match what {
        What::List { which, how } => list(&face, which.filter(None), &how, words).await,
        What::Search { text, which, how } => list(&face, which.filter(Some(text.join(" "))), &how, words).await,
        What::MarkRead { seqs, all, which, json } => mark(&face, seqs, all, which, json, words).await,
        What::Archive { which } => act(&face, which, Act::Archive, Said::word("bar-archived"), words).await,
        What::Delete { which } => act(&face, which, Act::Delete, Said::word("bar-deleted"), words).await,
        What::Junk { which } => act(&face, which, Act::Junk, Said::word("bar-junked"), words).await,
        What::Snooze { seqs, until, off } => {
            let later = (!off).then_some(until.0);
            told(&face, Command::Snooze { seqs, later }, Said::word("cli-changed"), words).await
        }
        What::Mute { seq, off: true, .. } => {
            told(&face, Command::Unmute { seq }, Said::word("cli-rules-removed"), words).await
        }
        What::Mute { seq, until, .. } => {
            let until = until.map(|Until(later)| later.from(&ZonedDateTime::now()));
            told(&face, Command::Mute { seq, until }, Said::word("cli-muted"), words).await
        }
    };
    face.close().await;
    done
}

/// Has something done with mails in their mailbox, or takes it back.
async fn act(face: &Face, Mails { seqs, off }: Mails, act: Act, what: Said, words: &Words) -> Result<(), Failure> {
    let (command, what) = match off {
        true => (Command::UndoAct { seqs }, Said::word("cli-taken-back")),
        false => (Command::Act { seqs, act }, what),
    };
    let Reply::Acted { count, trouble } = face.call(command).await? else {
        return Err(Failure::unexpected());
    };
    print::out(&what.with("n", count).told(words))?;
    match trouble {
        Some(trouble) => Err(Failure::failed(trouble)),
        None => Ok(()),
    }
}

/// Carries a command out and says how many things it touched.
async fn told(face: &Face, command: Command, what: Said, words: &Words) -> Result<(), Failure> {
    match face.call(command).await? {
        Reply::Done { count } => print::out(&what.with("n", count).told(words)),
        _ => Err(Failure::unexpected()),
    }
}

async fn list(face: &Face, filter: Filter, how: &How, words: &Words) -> Result<(), Failure> {
    let mut left = how.limit;
    let mut before = None;
    while left > 0 {
        let command = Command::Feed {
            filter: filter.clone(),
            before,
            limit: left,
        };
        let Reply::Feed { rows, more, .. } = face.call(command).await? else {
            return Err(Failure::unexpected());
        };
        for row in &rows {
            if how.json {
                print::row_json(row)?;
            } else {
                print::plain(row, &row.event, words)?;
            }
        }
        before = rows.last().map(|r| r.seq);
        left = left.saturating_sub(u32::try_from(rows.len()).unwrap_or(u32::MAX));
        if !more || rows.is_empty() {
            break;
        }
    }
    Ok(())
}

async fn mark(face: &Face, seqs: Vec<i64>, all: bool, which: Which, json: bool, words: &Words) -> Result<(), Failure> {
    let command = if all {
        Command::MarkAllRead {
            filter: which.filter(None),
        }
    } else {
        Command::Mark { seqs, read: true }
    };
    let Reply::Done { count } = face.call(command).await? else {
        return Err(Failure::unexpected());
    };
    if json {
        print::json(&serde_json::json!({ "marked": count }))
    } else {
        print::out(&words.say("bar-marked-read", [("n", count.into())]))
    }
}

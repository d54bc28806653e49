//! `mailwrenctl`: the Mailwren engine without a screen.

#![forbid(unsafe_code)]

use std::cell::LazyCell;
use std::future::ready;
use std::path::PathBuf;
use std::pin::Pin;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};
use mailwren_core::said::Said;
use mailwren_core::words::Words;
use mailwren_engine::language;

mod account;
mod bridge;
mod connection;
mod decode;
mod demo;
mod discover;
mod doctor;
mod exchange;
mod exit;
mod explain;
mod feed;
mod later;
mod mail_server;
mod open;
mod outbox;
mod pause;
mod print;
mod publish;
mod rules;
mod status;
mod subscription;
mod tray;
mod trial;
mod usage;
mod watch;

use exit::Failure;

/// Exit codes, for `--help`; the manual tells them in a section of its own.
const EXIT_CODES: &str = "Exit codes: 0 done; 1 something failed (the message says what to do); 2 wrong usage, or a \
    configuration that the bridge can't use; 3 an account needs a person, e.g. a new password; 4 the time given by --timeout was over; \
    75 `publish` couldn't write its outbox.";

/// Push mail over XMPP, without a screen.
#[derive(Debug, Parser)]
#[command(name = "mailwrenctl", version, max_term_width = 100, after_long_help = EXIT_CODES)]
struct Arguments {
    /// Configuration file; its events are kept apart from those of other configurations.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Tell more on standard error; twice for still more. Never holds passwords.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Print events as they arrive.
    Watch(watch::Arguments),
    /// Look at stored events.
    #[command(subcommand)]
    Feed(feed::What),
    /// What became of an event's popup, and why.
    Explain(explain::Arguments),
    /// Rules: list them, or test them with an event.
    #[command(subcommand)]
    Rules(rules::What),
    /// Withhold popups for a while; they come as one at the end.
    Pause(pause::Arguments),
    /// End a pause.
    Resume,
    /// Decode stanzas: one JSON object a line for each event.
    Decode(decode::Arguments),
    /// Accounts: add, list, test, remove.
    #[command(subcommand)]
    Account(account::What),
    /// Find out what an address leads to: endpoints, encryption, login, services, nodes.
    Discover(Box<discover::Arguments>),
    /// Subscriptions to nodes: list, add, remove.
    #[command(subcommand)]
    Subscription(subscription::What),
    /// Publish a mail message from standard input, for the mail server to call; never holds it up.
    ///
    /// The message waits in the outbox as soon as this returns, and is sent by itself. Exit codes: 0, also where nothing
    /// can be sent yet; 2 wrong usage; 75 the outbox can't be written (mail servers try again later).
    Publish(publish::Arguments),
    /// Publish mailboxes for as long as it runs: what a mail server tells over HTTP is told on, and taken back once read.
    Bridge(bridge::Arguments),
    /// What waits to be published, and why.
    Outbox(outbox::Arguments),
    /// Write settings, accounts and rules to a file, without passwords.
    Export(exchange::Arguments),
    /// Put settings, accounts and rules of a file in the place of the present ones, which are kept beside them.
    ///
    /// All of it is checked first; it applies at once. A file may hold commands to run (hooks, sources of passwords):
    /// import only what you trust.
    Import(exchange::Arguments),
    /// Look after all that Mailwren needs, and say what to do.
    ///
    /// Looks at bus, notifications, tray, keyring, configuration, store, and each account. Fails if something does.
    Doctor(doctor::Arguments),
    /// How connections and counts stand.
    Status(status::Arguments),
    /// Stay in the tray and notify, as `mailwren` does; windows are the app's, where it is installed.
    Tray(tray::Arguments),
    /// Play the push mail of 2008 against an embedded server, and a mailbox of today.
    Demo(demo::Arguments),
}

/// What the command line may be.
pub fn command() -> clap::Command {
    Arguments::command()
}

/// The program.
pub fn main() -> ExitCode {
    let arguments = match usage::arguments() {
        Ok(arguments) => arguments,
        Err(code) => return code,
    };
    let of = arguments.config.clone();
    let words = LazyCell::new(|| language::of_profile(of));
    let done = match arguments.what {
        // Needs no runtime, no profile, no log.
        What::Decode(decode) => decode::run(&decode, &words),
        // Nor does what a mail server waits for.
        What::Publish(publish) => publish::run(arguments.config, publish, &words),
        // Nobody looks at a daemon while it runs: its log says what happened.
        what @ What::Bridge(_) => run(arguments.config, arguments.verbose.max(1), what),
        what => run(arguments.config, arguments.verbose, what),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.tell(&words),
    }
}

fn run(config: Option<PathBuf>, verbose: u8, what: What) -> Result<(), Failure> {
    // The store has threads of its own, and so has what blocks. With one for all else, memory is taken from one arena.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| Failure::failed(Said::word("cli-runtime").with("why", e.to_string())))?;
    if !matches!(what, What::Tray(_)) {
        mailwren_engine::log::init(verbose, None).map_err(|e| Failure::failed(Said::text(e)))?;
    }
    let of = config.clone();
    let words = LazyCell::new(|| language::of_profile(of));
    let done = runtime.block_on(future(config, verbose, what, &words));
    // A blocked read of standard input must not hold the end up.
    runtime.shutdown_timeout(std::time::Duration::from_millis(100));
    done
}

/// What a command does. On the heap, each by itself: together they would take a megabyte of the stack for as long as one runs.
fn future<'a, F: FnOnce() -> Words>(
    config: Option<PathBuf>,
    verbose: u8,
    what: What,
    words: &'a LazyCell<Words, F>,
) -> Pin<Box<dyn Future<Output = Result<(), Failure>> + 'a>> {
    match what {
        What::Watch(arguments) => Box::pin(watch::run(config, arguments, words)),
        What::Feed(what) => Box::pin(feed::run(config, what, words)),
        What::Account(what) => Box::pin(account::run(config, what, words)),
        What::Discover(arguments) => Box::pin(discover::run(config, *arguments, words)),
        What::Subscription(what) => Box::pin(subscription::run(config, what, words)),
        What::Explain(arguments) => Box::pin(async move { explain::run(config, &arguments, words).await }),
        What::Rules(what) => Box::pin(rules::run(config, what, words)),
        What::Pause(arguments) => Box::pin(async move { pause::run(config, &arguments, words).await }),
        What::Resume => Box::pin(pause::resume(config)),
        What::Doctor(arguments) => Box::pin(async move { doctor::run(config, &arguments, words).await }),
        What::Export(arguments) => Box::pin(exchange::export(config, arguments, words)),
        What::Import(arguments) => Box::pin(exchange::import(config, arguments, words)),
        What::Status(arguments) => Box::pin(async move { status::run(config, &arguments, words).await }),
        What::Tray(arguments) => Box::pin(async move { tray::run(config, verbose, &arguments, words).await }),
        What::Demo(arguments) => Box::pin(async move { demo::run(&arguments, words).await }),
        What::Bridge(arguments) => Box::pin(bridge::run(config, arguments, words)),
        What::Outbox(arguments) => Box::pin(outbox::run(config, arguments, words)),
        What::Decode(arguments) => Box::pin(ready(decode::run(&arguments, words))),
        What::Publish(arguments) => Box::pin(ready(publish::run(config, arguments, words))),
    }
}

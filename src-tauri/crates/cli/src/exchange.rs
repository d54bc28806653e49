//! `mailwrenctl export` and `mailwrenctl import`: settings as a file, without passwords.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use mailwren_core::said::Said;
use mailwren_core::view::{Command, Reply};
use mailwren_core::words::Words;

use crate::exit::Failure;
use crate::{open, print};

/// No configuration is larger.
const MOST_BYTES: u64 = 1024 * 1024;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The file; `-` is standard output, or standard input.
    file: PathBuf,
}

pub async fn export(config: Option<PathBuf>, Arguments { file }: Arguments, words: &Words) -> Result<(), Failure> {
    let Reply::ExportSettings { text } = ask(config, Command::ExportSettings).await? else {
        return Err(Failure::unexpected());
    };
    if file == Path::new("-") {
        return print::out(text.trim_end());
    }
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&file)
        .and_then(|mut opened| opened.write_all(text.as_bytes()));
    written.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => {
            Failure::failed(Said::word("cli-there").with("path", file.display())).hint(Said::word("cli-there-do"))
        }
        _ => Failure::failed(Said::at(&file, Said::text(error))),
    })?;
    print::out(&Said::word("cli-exported").with("path", file.display()).told(words))
}

pub async fn import(config: Option<PathBuf>, Arguments { file }: Arguments, words: &Words) -> Result<(), Failure> {
    let text = read(&file).map_err(|error| Failure::failed(Said::at(&file, Said::text(error))))?;
    let name = match file == Path::new("-") {
        true => words.word("cli-stdin"),
        false => file.display().to_string(),
    };
    let Reply::ImportSettings { backup } = ask(config, Command::ImportSettings { name, text }).await? else {
        return Err(Failure::unexpected());
    };
    match backup {
        Some(backup) => print::out(&words.say("cli-imported-kept", [("path", backup.into())])),
        None => print::out(&words.word("cli-imported")),
    }
}

fn read(file: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    let input: Box<dyn Read> = match file == Path::new("-") {
        true => Box::new(std::io::stdin().lock()),
        false => Box::new(std::fs::File::open(file)?),
    };
    // One byte more than may be shows that it is too large.
    input.take(MOST_BYTES + 1).read_to_string(&mut text)?;
    Ok(text)
}

async fn ask(config: Option<PathBuf>, command: Command) -> Result<Reply, Failure> {
    let face = open::look(config).await?;
    let reply = face.call(command).await;
    face.close().await;
    Ok(reply?)
}

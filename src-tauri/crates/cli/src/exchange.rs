//! `mailwrenctl export` and `mailwrenctl import`: settings as a file, without passwords.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use mailwren_core::view::{Command, Reply};

use crate::exit::{Failure, Said, word};
use crate::{open, print};

/// No configuration is larger.
const MOST_BYTES: u64 = 1024 * 1024;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The file; `-` is standard output, or standard input.
    file: PathBuf,
}

pub async fn export(config: Option<PathBuf>, Arguments { file }: Arguments) -> Result<(), Failure> {
    let Reply::ExportSettings { text } = ask(config, Command::ExportSettings).await? else {
        return Err(Failure::failed("unexpected reply"));
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
            Failure::failed(word("cli-there", "path", file.display())).hint(Said::Words("cli-there-do", Vec::new()))
        }
        _ => Failure::failed(format!("{}: {error}", file.display())),
    })?;
    print::out(&format!("written to {}; passwords aren't in it", file.display()))
}

pub async fn import(config: Option<PathBuf>, Arguments { file }: Arguments) -> Result<(), Failure> {
    let text = read(&file).map_err(|error| Failure::failed(format!("{}: {error}", file.display())))?;
    let name = match file == Path::new("-") {
        true => "standard input".to_owned(),
        false => file.display().to_string(),
    };
    let Reply::ImportSettings { backup } = ask(config, Command::ImportSettings { name, text }).await? else {
        return Err(Failure::failed("unexpected reply"));
    };
    match backup {
        Some(backup) => print::out(&format!("imported; what was set before is in {backup}")),
        None => print::out("imported"),
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

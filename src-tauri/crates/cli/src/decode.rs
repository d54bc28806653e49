//! `mailwrenctl decode`: stanzas in, one JSON object a line out.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

use mailwren_core::limits::Limits;
use mailwren_core::said::Said;
use mailwren_core::split::Splitter;
use mailwren_core::stanza;

use crate::exit::Failure;
use crate::print;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Files of stanzas: one, many one after another, or a whole stream. Standard input when none is given.
    files: Vec<PathBuf>,
}

pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let mut broken: u64 = 0;
    if arguments.files.is_empty() {
        broken += decode("standard input", io::stdin().lock())?;
    }
    for path in &arguments.files {
        let name = path.display().to_string();
        match File::open(path) {
            Ok(file) => broken += decode(&name, file)?,
            Err(error) => {
                eprintln!("mailwrenctl: {name}: {error}");
                broken += 1;
            }
        }
    }
    match broken {
        0 => Ok(()),
        n => Err(Failure::failed(Said::word("cli-not-understood").with("n", n))),
    }
}

/// Decodes a source piece by piece; returns how many stanzas of it could not be understood.
fn decode(name: &str, mut source: impl Read) -> Result<u64, Failure> {
    let mut splitter = Splitter::new(Limits::default());
    let mut buffer = vec![0; 64 << 10];
    let mut broken = 0;
    loop {
        match source.read(&mut buffer) {
            Ok(0) => break,
            Ok(n) => splitter.push(buffer.get(..n).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => {
                eprintln!("mailwrenctl: {name}: {error}");
                broken += 1;
                break;
            }
        }
        broken += drain(name, &mut splitter)?;
    }
    splitter.finish();
    broken += drain(name, &mut splitter)?;
    Ok(broken)
}

fn drain(name: &str, splitter: &mut Splitter) -> Result<u64, Failure> {
    let mut broken = 0;
    while let Some(next) = splitter.next() {
        let decoded = match &next {
            Ok(split) => stanza::decode(split).map_err(|e| e.to_string()),
            Err(error) => Err(error.to_string()),
        };
        match decoded {
            Ok(events) => {
                for decoded in events {
                    print::json(&decoded.event)?;
                }
            }
            Err(why) => {
                eprintln!("mailwrenctl: {name}: {why}");
                broken += 1;
            }
        }
    }
    Ok(broken)
}

//! `mailwrenctl decode`: stanzas in, one JSON object a line out.

use std::fs::File;
use std::io::{self, Read};
use std::ops::Deref;
use std::path::PathBuf;

use mailwren_core::limits::Limits;
use mailwren_core::said::Said;
use mailwren_core::split::Splitter;
use mailwren_core::stanza;
use mailwren_core::words::Words;

use crate::exit::Failure;
use crate::print;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Files of stanzas: one, many one after another, or a whole stream. Standard input when none is given.
    files: Vec<PathBuf>,
}

/// `words` are read where they are spoken: of what can be understood, nothing is told.
pub fn run(arguments: &Arguments, words: &impl Deref<Target = Words>) -> Result<(), Failure> {
    let mut broken: u64 = 0;
    if arguments.files.is_empty() {
        broken += decode(&Said::word("cli-stdin"), io::stdin().lock(), words)?;
    }
    for path in &arguments.files {
        let name = Said::text(path.display());
        match File::open(path) {
            Ok(file) => broken += decode(&name, file, words)?,
            Err(error) => {
                complain(&name, Said::text(error), words);
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
fn decode(name: &Said, mut source: impl Read, words: &impl Deref<Target = Words>) -> Result<u64, Failure> {
    let mut splitter = Splitter::new(Limits::default());
    let mut buffer = vec![0; 64 << 10];
    let mut broken = 0;
    loop {
        match source.read(&mut buffer) {
            Ok(0) => break,
            Ok(n) => splitter.push(buffer.get(..n).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => {
                complain(name, Said::text(error), words);
                broken += 1;
                break;
            }
        }
        broken += drain(name, &mut splitter, words)?;
    }
    splitter.finish();
    broken += drain(name, &mut splitter, words)?;
    Ok(broken)
}

fn drain(name: &Said, splitter: &mut Splitter, words: &impl Deref<Target = Words>) -> Result<u64, Failure> {
    let mut broken = 0;
    while let Some(next) = splitter.next() {
        let decoded = match &next {
            Ok(split) => stanza::decode(split).map_err(|error| error.said()),
            Err(error) => Err(error.said()),
        };
        match decoded {
            Ok(events) => {
                for decoded in events {
                    print::json(&decoded.event)?;
                }
            }
            Err(why) => {
                complain(name, why, words);
                broken += 1;
            }
        }
    }
    Ok(broken)
}

fn complain(name: &Said, why: Said, words: &Words) {
    let complaint = Said::word("file-trouble").with("path", name.clone()).with("what", why);
    eprintln!("mailwrenctl: {}", complaint.told(words));
}

//! Makes manual pages and shell completions from the programs' own definitions of their command lines.
//!
//! What a definition doesn't hold (examples, files, exit codes) is in `sections/`. A program of its own, so that neither
//! `mailwren` nor `mailwrenctl` carries any of it.

mod sections;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{Command, CommandFactory, Parser};
use clap_complete::Shell;
use clap_mangen::Man;

#[derive(Debug, Parser)]
struct Arguments {
    /// Where to: `man/`, `bash/`, `zsh/` and `fish/` are made in there.
    folder: PathBuf,
}

fn main() -> Result<()> {
    let Arguments { folder } = Arguments::parse();
    for program in programs() {
        completions(&program, &folder)?;
        let mut commands = Vec::new();
        with_subcommands(&program, &mut commands);
        for command in &commands {
            let path = made(&folder, "man", &format!("{}.1", page(command)))?;
            let mut text = Vec::new();
            manual(command, &commands, &mut text)?;
            fs::write(&path, text).with_context(|| path.display().to_string())?;
        }
    }
    Ok(())
}

/// Both, with all that they inherit; `--help` does what `help` would.
fn programs() -> [Command; 2] {
    [mailwren_app::Args::command(), mailwren_cli::command()].map(|program| {
        let mut program = program.disable_help_subcommand(true);
        program.build();
        program
    })
}

fn with_subcommands(command: &Command, into: &mut Vec<Command>) {
    into.push(command.clone());
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
        with_subcommands(sub, into);
    }
}

/// The name of a command's page, such as `mailwrenctl-account-add`.
fn page(command: &Command) -> &str {
    command.get_display_name().unwrap_or_else(|| command.get_name())
}

/// Writes a command's page; `all` are those of its program.
fn manual(command: &Command, all: &[Command], to: &mut impl Write) -> io::Result<()> {
    let name = page(command);
    // Without a version: a page changes when what it tells does.
    // What else `-h` would tell is told on a terminal.
    let man = Man::new(command.clone().mut_args(|argument| {
        if argument.get_id() == "help" {
            argument.long_help("Print help")
        } else {
            argument
        }
    }));
    let title = name.to_uppercase().replace('-', "\\-");
    writeln!(to, ".TH \"{title}\" 1 \"\" Mailwren \"Mailwren Manual\"")?;
    man.render_name_section(to)?;
    synopsis(command, to)?;
    let (description, sections) = sections::of(name);
    if description.is_empty() || command.get_long_about().is_some() {
        man.render_description_section(to)?;
    } else {
        writeln!(to, ".SH DESCRIPTION")?;
    }
    to.write_all(description.as_bytes())?;
    man.render_options_section(to)?;
    if command.get_subcommands().any(|sub| !sub.is_hide_set()) {
        man.render_subcommands_section(to)?;
    }
    to.write_all(sections.as_bytes())?;
    let related = related(name, all);
    if !related.is_empty() {
        writeln!(to, ".SH \"SEE ALSO\"")?;
        for (i, page) in related.iter().enumerate() {
            let comma = if i + 1 < related.len() { "," } else { "" };
            writeln!(to, ".BR {} (1){comma}", page.replace('-', "\\-"))?;
        }
    }
    Ok(())
}

/// How a command is called: clap_mangen's own names no values of options.
fn synopsis(command: &Command, to: &mut impl Write) -> io::Result<()> {
    let escaped = |text: &str| text.replace('-', "\\-");
    let name = command.get_bin_name().unwrap_or_else(|| command.get_name());
    write!(to, ".SH SYNOPSIS\n\\fB{}\\fR", escaped(name))?;
    let shown = command.get_arguments().filter(|argument| !argument.is_hide_set());
    let (operands, options): (Vec<_>, Vec<_>) = shown.partition(|argument| argument.is_positional());
    for option in options {
        let text = escaped(&option.to_string());
        let text = match text.split_once(' ') {
            Some((flag, value)) => format!("\\fB{flag}\\fR \\fI{value}\\fR"),
            None => format!("\\fB{text}\\fR"),
        };
        if option.is_required_set() {
            write!(to, " {text}")?;
        } else {
            write!(to, " [{text}]")?;
        }
    }
    for operand in operands {
        write!(to, " \\fI{}\\fR", escaped(&operand.to_string()))?;
    }
    if command.get_subcommands().any(|sub| !sub.is_hide_set()) {
        let subcommand = if command.is_subcommand_required_set() {
            "\\fI<subcommand>\\fR"
        } else {
            "[\\fIsubcommand\\fR]"
        };
        write!(to, " {subcommand}")?;
    }
    writeln!(to)
}

/// The other program for a program; for a command those that lead to it, and its siblings.
fn related<'a>(name: &str, all: &'a [Command]) -> Vec<&'a str> {
    match name {
        "mailwren" => return vec!["mailwrenctl"],
        "mailwrenctl" => return vec!["mailwren"],
        _ => {}
    }
    let parent = |page: &str| page.rsplit_once('-').map(|(parent, _)| parent.to_owned());
    let mine = parent(name);
    let related = |page: &str| name.starts_with(&format!("{page}-")) || page != name && parent(page) == mine;
    // Of the program's own commands there are many, and its page lists them.
    let siblings = mine.as_deref() != Some("mailwrenctl");
    let pages = all.iter().map(page);
    pages
        .filter(|page| related(page) && (siblings || parent(page) != mine))
        .collect()
}

/// Writes a program's completions, each under the name by which its shell finds it.
fn completions(program: &Command, folder: &Path) -> Result<()> {
    let name = program.get_name();
    for (shell, under, file) in [
        (Shell::Bash, "bash", name.to_owned()),
        (Shell::Zsh, "zsh", format!("_{name}")),
        (Shell::Fish, "fish", format!("{name}.fish")),
    ] {
        let mut text = Vec::new();
        clap_complete::generate(shell, &mut program.clone(), name, &mut text);
        let path = made(folder, under, &file)?;
        fs::write(&path, text).with_context(|| path.display().to_string())?;
    }
    Ok(())
}

/// The path of a file in a folder that is there.
fn made(folder: &Path, under: &str, file: &str) -> Result<PathBuf> {
    let folder = folder.join(under);
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    Ok(folder.join(file))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use clap::error::ErrorKind;

    use super::*;

    fn all() -> Vec<Command> {
        let mut all = Vec::new();
        for program in programs() {
            with_subcommands(&program, &mut all);
        }
        all
    }

    #[test]
    fn every_section_belongs_to_a_page_and_every_page_says_what_it_is() {
        let all = all();
        for (name, _) in sections::ALL {
            assert!(all.iter().any(|command| page(command) == *name), "no command {name}");
        }
        for command in &all {
            assert!(
                command.get_about().is_some(),
                "{} says nothing of itself",
                page(command)
            );
        }
    }

    /// A command line of an example, as a shell would split it.
    fn words(line: &str) -> Vec<String> {
        let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
        for c in line.chars() {
            match (quote, c) {
                (None, '"' | '\'') => quote = Some(c),
                (Some(q), c) if q == c => quote = None,
                (None, ' ') => words.push(std::mem::take(&mut word)),
                (_, c) => word.push(c),
            }
        }
        words.push(word);
        words.retain(|word| !word.is_empty());
        words
    }

    /// Tries the command of an example, and counts it if it is one of ours.
    fn taken(page: &str, words: &[String]) -> usize {
        let programs = programs();
        let program = |word: &String| programs.iter().find(|program| program.get_name() == word);
        // The last one, since a user may be called so, too.
        let Some(at) = words.iter().rposition(|word| program(word).is_some()) else {
            return 0;
        };
        let command = words[at..].iter().take_while(|word| *word != "<");
        let result = program(&words[at]).unwrap().clone().try_get_matches_from(command);
        assert!(result.is_ok(), "{page}: {words:?}");
        1
    }

    #[test]
    fn the_programs_take_every_example() {
        let mut tried = 0;
        for (name, text) in sections::ALL {
            let mut example = false;
            for line in text.lines() {
                match line {
                    ".EX" => example = true,
                    ".EE" => example = false,
                    _ if example => {
                        let line = line.replace("\\-", "-").replace("\\(aq", "'");
                        for part in words(&line).split(|word| word == "|") {
                            tried += taken(name, part);
                        }
                    }
                    _ => {}
                }
            }
        }
        assert!(tried > 20, "only {tried} examples were found");
    }

    #[test]
    fn a_synopsis_names_the_values_of_options() {
        let add = all()
            .into_iter()
            .find(|command| page(command) == "mailwrenctl-account-add");
        let mut text = Vec::new();
        manual(&add.unwrap(), &all(), &mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        assert!(text.contains("[\\fB\\-\\-host\\fR \\fI<HOST>\\fR]"), "{text}");
        assert!(text.contains(" \\fI<JID>\\fR\n"), "{text}");
        assert!(!text.contains("see a summary"), "{text}");
    }

    /// The pages of the documentation, by their paths.
    fn documentation() -> Vec<(String, String)> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let docs = fs::read_dir(root.join("docs"))
            .unwrap()
            .map(|entry| entry.unwrap().path());
        docs.chain([root.join("README.md")])
            .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
            .map(|path| (path.display().to_string(), fs::read_to_string(&path).unwrap()))
            .collect()
    }

    /// Whether a shell's line runs one of the programs, as itself or as the bridge's user.
    fn ours(line: &str) -> bool {
        let users = ["sudo -u mailwren -H ", "runuser -u mailwren -- "];
        let line = users.iter().find_map(|user| line.strip_prefix(*user)).unwrap_or(line);
        matches!(line.split(' ').next(), Some("mailwren" | "mailwrenctl"))
    }

    /// Tries a command that is named in a page's text, where some of it may be left out or stand for something else, and
    /// counts it if it is one of ours.
    fn named(page: &str, text: &str) -> usize {
        let filled = |word: &String| {
            let word = word.trim_matches(['[', ']']);
            match word.split('|').next() {
                Some("SEQ") => "1".to_owned(),
                Some("JID") => "sam@example.org".to_owned(),
                first => first.unwrap_or_default().to_owned(),
            }
        };
        let words: Vec<String> = words(text).iter().map(filled).collect();
        let programs = programs();
        let program = |name: &String| programs.iter().find(|program| program.get_name() == name);
        let Some(program) = words.first().and_then(program) else {
            return 0;
        };
        let unknown = [
            ErrorKind::UnknownArgument,
            ErrorKind::InvalidSubcommand,
            ErrorKind::InvalidValue,
        ];
        if let Err(error) = program.clone().try_get_matches_from(&words) {
            assert!(!unknown.contains(&error.kind()), "{page}: {text}");
        }
        1
    }

    #[test]
    fn the_programs_take_what_the_documentation_says() {
        let mut tried = 0;
        for (page, text) in documentation() {
            let mut block = None;
            for line in text.lines().map(str::trim) {
                match (line.strip_prefix("```"), block) {
                    (Some(_), Some(_)) => block = None,
                    (Some(language), None) => block = Some(language),
                    (None, Some("" | "sh")) => {
                        let line = line.strip_prefix("$ ").unwrap_or(line).replace("; ", " ; ");
                        for part in words(&line).split(|word| word == "|" || word == ";") {
                            if ours(&part.join(" ")) {
                                tried += taken(&page, part);
                            }
                        }
                    }
                    (None, Some(_)) => {}
                    (None, None) => {
                        tried += line
                            .split('`')
                            .skip(1)
                            .step_by(2)
                            .map(|text| named(&page, text))
                            .sum::<usize>()
                    }
                }
            }
        }
        assert!(tried > 80, "only {tried} commands were found");
    }
}

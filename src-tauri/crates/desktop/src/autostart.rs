//! Starting at login: an entry of the desktop's autostart folders (Desktop Application Autostart Specification 0.5).

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use etcetera::base_strategy::Xdg;
use mailwren_core::said::Said;
use mailwren_core::settings::StartAtLogin;

use crate::APP_ID;

/// Starts in the tray, without a window.
const HIDDEN: &str = "--hidden";

/// The program that stays, and is started at login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resident {
    /// The app: `mailwren`.
    App(PathBuf),
    /// The light host: `mailwrenctl tray`.
    Light(PathBuf),
}

impl Resident {
    /// Where its program is.
    pub fn program(&self) -> &Path {
        match self {
            Self::App(program) | Self::Light(program) => program,
        }
    }
}

/// Where the desktop looks for what to start at login.
#[derive(Debug, Clone)]
pub struct Autostart {
    /// The person's own entry, which counts more than the others.
    own: PathBuf,
    /// Entries that an administrator or a package put there, best first.
    others: Vec<PathBuf>,
}

/// Why starting at login can't be switched.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.said())]
pub enum AutostartError {
    /// There is no home folder to look under.
    Homeless,
    /// The program's path can't stand in an entry.
    Path(PathBuf),
    /// The entry can't be written.
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl AutostartError {
    /// For people.
    pub fn said(&self) -> Said {
        match self {
            Self::Homeless => Said::word("profile-homeless"),
            Self::Path(path) => Said::word("autostart-path").with("path", path.display()),
            Self::Io { path, source } => Said::at(path, Said::text(source)),
        }
    }
}

impl Autostart {
    /// The folders of this session.
    ///
    /// # Errors
    /// [`AutostartError::Homeless`].
    pub fn of_session() -> Result<Self, AutostartError> {
        let home = Xdg::new().map_err(|_| AutostartError::Homeless)?.config_dir();
        let others = std::env::var_os("XDG_CONFIG_DIRS").filter(|dirs| !dirs.is_empty());
        let others = others.unwrap_or_else(|| OsString::from("/etc/xdg"));
        Ok(Self::under(&home, std::env::split_paths(&others)))
    }

    /// Folders as named.
    pub fn under(config_home: &Path, config_dirs: impl Iterator<Item = PathBuf>) -> Self {
        let entry = |dir: &Path| dir.join("autostart").join(format!("{APP_ID}.desktop"));
        Self {
            own: entry(config_home),
            others: config_dirs.map(|dir| entry(&dir)).collect(),
        }
    }

    /// What the desktop would do now.
    pub fn read(&self) -> StartAtLogin {
        let entry = [&self.own]
            .into_iter()
            .chain(&self.others)
            .find_map(|path| fs::read_to_string(path).ok());
        let off = StartAtLogin {
            on: false,
            hidden: true,
        };
        entry.as_deref().and_then(starts).unwrap_or(off)
    }

    /// Has the desktop start the resident at login, or no longer.
    ///
    /// # Errors
    /// When the entry can't be written.
    pub fn write(&self, wanted: StartAtLogin, resident: &Resident) -> Result<(), AutostartError> {
        let failed = |source| AutostartError::Io {
            path: self.own.clone(),
            source,
        };
        let text = if wanted.on {
            entry(resident, wanted.hidden)?
        } else if self.others.iter().any(|path| path.exists()) {
            // Only an entry that says so overrides the others.
            "[Desktop Entry]\nType=Application\nName=Mailwren\nHidden=true\n".to_owned()
        } else {
            return match fs::remove_file(&self.own) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(error)),
                _ => Ok(()),
            };
        };
        let folder = self.own.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(failed)?;
        // In one step: a desktop that starts just now reads the old entry or the new one.
        let unfinished = self.own.with_extension("desktop.new");
        fs::write(&unfinished, text)
            .and_then(|()| fs::rename(&unfinished, &self.own))
            .map_err(failed)
    }
}

fn entry(resident: &Resident, hidden: bool) -> Result<String, AutostartError> {
    let (program, command) = match resident {
        Resident::App(program) => (program, ""),
        Resident::Light(program) => (program, " tray"),
    };
    let path = program
        .to_str()
        .filter(|path| !path.contains(char::is_control))
        .ok_or_else(|| AutostartError::Path(program.to_owned()))?;
    let argument = if hidden { format!(" {HIDDEN}") } else { String::new() };
    Ok(format!(
        "[Desktop Entry]\nType=Application\nName=Mailwren\nComment=Tells of new mail at once\nIcon={APP_ID}\n\
         Exec={}{command}{argument}\nTerminal=false\nX-GNOME-Autostart-enabled=true\n",
        quoted(path)
    ))
}

/// A program's path as a desktop entry's `Exec` has it: quoted, and then escaped as every value is.
fn quoted(path: &str) -> String {
    let mut exec = String::from('"');
    for c in path.chars() {
        match c {
            '"' | '`' | '$' | '\\' => exec.extend(['\\', c]),
            '%' => exec.push_str("%%"),
            c => exec.push(c),
        }
    }
    exec.push('"');
    exec.replace('\\', "\\\\")
}

/// What an entry does at login; `None` if nothing is started by it.
fn starts(entry: &str) -> Option<StartAtLogin> {
    let mut group = "";
    let mut exec = None;
    for line in entry.lines().map(str::trim) {
        if line.starts_with('[') {
            group = line;
        }
        let Some((key, value)) = line.split_once('=').filter(|_| group == "[Desktop Entry]") else {
            continue;
        };
        match (key.trim(), value.trim()) {
            ("Hidden", "true") | ("X-GNOME-Autostart-enabled", "false") => return None,
            ("Exec", value) => exec = Some(value),
            _ => {}
        }
    }
    let words = words(exec?);
    let program = Path::new(words.first()?);
    // An entry that names a program by its path starts nothing once that is gone.
    (!program.is_absolute() || program.exists()).then(|| StartAtLogin {
        on: true,
        hidden: words.iter().any(|word| word == HIDDEN),
    })
}

/// The words of an `Exec`, as [`quoted`] writes them.
fn words(exec: &str) -> Vec<String> {
    let exec = exec.replace("\\\\", "\\");
    let (mut words, mut word, mut in_quotes) = (Vec::new(), String::new(), false);
    let mut chars = exec.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => in_quotes = !in_quotes,
            '\\' if in_quotes => word.extend(chars.next()),
            '%' => word.extend(chars.next().filter(|next| *next == '%')),
            ' ' if !in_quotes => words.push(std::mem::take(&mut word)),
            c => word.push(c),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const ON: StartAtLogin = StartAtLogin { on: true, hidden: true };
    const OFF: StartAtLogin = StartAtLogin {
        on: false,
        hidden: true,
    };

    struct Home {
        dir: tempfile::TempDir,
        autostart: Autostart,
    }

    fn home() -> Home {
        let dir = tempfile::tempdir().unwrap();
        let system = dir.path().join("etc");
        let autostart = Autostart::under(&dir.path().join("home"), [system].into_iter());
        Home { dir, autostart }
    }

    impl Home {
        fn program(&self, name: &str) -> PathBuf {
            let path = self.dir.path().join(name);
            fs::write(&path, "").unwrap();
            path
        }
    }

    #[test]
    fn what_is_written_is_what_is_read_whatever_the_program_is_called() {
        let home = home();
        assert_eq!(home.autostart.read(), OFF);
        for name in ["mailwren", "a b", r#"a"b"#, r"a\b", "a$b`c", "100%", "ä'b"] {
            let program = home.program(name);
            let open = StartAtLogin { hidden: false, ..ON };
            for (wanted, resident) in [
                (ON, Resident::App(program.clone())),
                (open, Resident::App(program.clone())),
                (ON, Resident::Light(program.clone())),
                (open, Resident::Light(program)),
            ] {
                home.autostart.write(wanted, &resident).unwrap();
                assert_eq!(home.autostart.read(), wanted, "{name}");
                let light = fs::read_to_string(&home.autostart.own).unwrap().contains("\" tray");
                assert_eq!(light, matches!(resident, Resident::Light(_)), "{name}");
            }
        }
        home.autostart.write(OFF, &Resident::App("/x".into())).unwrap();
        home.autostart.write(OFF, &Resident::App("/x".into())).unwrap();
        assert!(!home.autostart.own.exists());
    }

    #[test]
    fn a_packages_entry_counts_until_a_person_says_otherwise() {
        let home = home();
        let entry = home.autostart.others.first().unwrap().clone();
        fs::create_dir_all(entry.parent().unwrap()).unwrap();
        fs::write(&entry, "[Desktop Entry]\nType=Application\nExec=mailwren --hidden\n").unwrap();
        assert_eq!(home.autostart.read(), ON);
        home.autostart.write(OFF, &Resident::App("/x".into())).unwrap();
        assert_eq!(home.autostart.read(), OFF);
        assert!(entry.exists());
    }

    #[test]
    fn what_the_desktop_wouldnt_start_is_off() {
        let home = home();
        let program = home.program("mailwren");
        home.autostart.write(ON, &Resident::App(program.clone())).unwrap();
        let text = fs::read_to_string(&home.autostart.own).unwrap();
        for (from, to) in [
            ("enabled=true", "enabled=false"),
            ("Terminal", "Hidden=true\nTerminal"),
            ("Exec=", "NoExec="),
            ("[Desktop Entry]", "[Other]"),
        ] {
            fs::write(&home.autostart.own, text.replace(from, to)).unwrap();
            assert_eq!(home.autostart.read(), OFF, "{to}");
        }
        fs::write(&home.autostart.own, &text).unwrap();
        assert_eq!(home.autostart.read(), ON);
        fs::remove_file(program).unwrap();
        assert_eq!(home.autostart.read(), OFF, "the program is gone");
    }

    #[test]
    fn a_path_with_a_line_break_makes_no_entry() {
        let home = home();
        let broken = home.autostart.write(ON, &Resident::App("/a\nExec=x".into()));
        assert!(matches!(broken, Err(AutostartError::Path(_))));
        assert!(!home.autostart.own.exists());
    }
}

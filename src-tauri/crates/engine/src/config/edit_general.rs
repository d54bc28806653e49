//! Editing what stands in the file before all tables.

use mailwren_core::said::Said;
use mailwren_core::settings::GeneralSettings;
use toml_edit::{DocumentMut, Table};

use super::edit::write_values;
use super::{ConfigError, ConfigFile, parse};

impl ConfigFile {
    /// Saves language, looks, and how long events are kept. What didn't change stays as it is written.
    ///
    /// # Errors
    /// [`ConfigError::General`] for settings that aren't in order; as for [`ConfigFile::save_account`] otherwise.
    pub fn save_general(&self, settings: &GeneralSettings) -> Result<(), ConfigError> {
        settings.check()?;
        self.edit(|document| {
            let known = parse(self.path(), &document.to_string())?.config.general;
            self.write_general(document, &known, settings)
        })
    }

    pub(super) fn write_general(
        &self,
        document: &mut DocumentMut,
        known: &GeneralSettings,
        settings: &GeneralSettings,
    ) -> Result<(), ConfigError> {
        let usual = GeneralSettings::default();
        if document.iter().any(|(_, item)| item.is_value()) {
            return write_values(document.as_table_mut(), Some(known), &usual, settings);
        }
        let mut values = Table::new();
        write_values(&mut values, Some(known), &usual, settings)?;
        if values.is_empty() {
            return Ok(());
        }
        // The first of their kind: above all tables, and below the comment that the file begins with.
        let text = document.to_string();
        let is_comment = |head: &str| head.lines().all(|line| line.trim_start().starts_with('#'));
        let (head, rest) = match text.split_once("\n\n").filter(|(head, _)| is_comment(head)) {
            Some((head, rest)) => (format!("{head}\n\n"), rest),
            None => (String::new(), text.as_str()),
        };
        let gap = if rest.trim().is_empty() { "" } else { "\n" };
        *document = format!("{head}{values}{gap}{}", rest.trim_start_matches('\n'))
            .parse()
            .map_err(|error: toml_edit::TomlError| self.invalid((1, 1), Said::text(error.message())))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use mailwren_core::settings::{Language, Theme};

    use super::*;

    fn saved(before: &str, settings: &GeneralSettings) -> String {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("config.toml");
        std::fs::write(&path, before).unwrap();
        ConfigFile::new(&path).save_general(settings).unwrap();
        std::fs::read_to_string(path).unwrap()
    }

    fn dark_and_short() -> GeneralSettings {
        GeneralSettings {
            theme: Theme::Dark,
            keep_days: 7,
            ..GeneralSettings::default()
        }
    }

    #[test]
    fn values_come_below_the_files_own_comment_and_above_its_tables() {
        let before = "# Mine.\n\n# Home.\n[[account]]\njid = \"sam@example.org\"\n";
        let after = "# Mine.\n\ntheme = \"dark\"\nkeep_days = 7\n\n# Home.\n[[account]]\njid = \"sam@example.org\"\n";
        assert_eq!(saved(before, &dark_and_short()), after);
        assert_eq!(
            saved("# Home.\n[[account]]\njid = \"sam@example.org\"\n", &dark_and_short()),
            "theme = \"dark\"\nkeep_days = 7\n\n# Home.\n[[account]]\njid = \"sam@example.org\"\n",
            "a comment right above a table is the table's"
        );
        assert_eq!(saved("", &dark_and_short()), "theme = \"dark\"\nkeep_days = 7\n");
    }

    #[test]
    fn only_what_changes_is_written_and_comments_stay() {
        let before = "keep_days = 30 # a month\n# shown so\nlanguage = \"de\"\n\n[notifications]\nsound = false\n";
        let settings = GeneralSettings {
            language: Language::De,
            ..dark_and_short()
        };
        let after = "keep_days = 7 # a month\n# shown so\nlanguage = \"de\"\ntheme = \"dark\"\n\n[notifications]\nsound = false\n";
        assert_eq!(saved(before, &settings), after);
        let usual = GeneralSettings {
            language: Language::De,
            ..GeneralSettings::default()
        };
        assert_eq!(saved(before, &usual), before);
    }

    #[test]
    fn nothing_is_kept_for_no_time_or_for_ever() {
        for keep_days in [0, u32::MAX] {
            let settings = GeneralSettings {
                keep_days,
                ..GeneralSettings::default()
            };
            let saved = ConfigFile::new("/nowhere/config.toml").save_general(&settings);
            assert!(matches!(saved, Err(ConfigError::General(_))));
        }
    }
}

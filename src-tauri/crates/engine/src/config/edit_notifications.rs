//! Editing what the file says of notifications, quiet hours and rules.

use mailwren_core::quiet::QuietHours;
use mailwren_core::rules::Rule;
use mailwren_core::said::Said;
use mailwren_core::settings::NotificationSettings;
use toml_edit::{DocumentMut, Item, Table};

use super::edit::{in_order, move_table, open_with, opening, remove, take_trailing, write};
use super::notifications::{edition, quiet_from_toml};
use super::{ConfigError, ConfigFile, parse};

impl ConfigFile {
    /// Saves how notifications are made. What didn't change stays as it is written.
    ///
    /// # Errors
    /// [`ConfigError::Quiet`] for quiet hours that aren't in order; as for [`ConfigFile::save_account`] otherwise.
    pub fn save_notifications(&self, settings: &NotificationSettings) -> Result<(), ConfigError> {
        settings.check()?;
        self.edit(|document| {
            let known = parse(self.path(), &document.to_string())?.config.notifications;
            self.write_section(document, &known, settings)?;
            if known.quiet != settings.quiet {
                self.write_quiet(document, &settings.quiet)?;
            }
            Ok(())
        })
    }

    pub(super) fn write_section(
        &self,
        document: &mut DocumentMut,
        known: &NotificationSettings,
        settings: &NotificationSettings,
    ) -> Result<(), ConfigError> {
        // Quiet hours are tables of their own.
        let alone = |settings: &NotificationSettings| NotificationSettings {
            quiet: Vec::new(),
            ..settings.clone()
        };
        let (known, settings) = (alone(known), alone(settings));
        if known == settings {
            return Ok(());
        }
        let opening = opening(document);
        let item = document.entry("notifications").or_insert_with(toml_edit::table);
        *item = std::mem::take(item)
            .into_table()
            .map_or_else(|other| other, Item::Table);
        let section = item
            .as_table_mut()
            .ok_or_else(|| self.invalid((1, 1), Said::word("config-section")))?;
        write(section, Some(&known), &NotificationSettings::default(), &settings)?;
        open_with(section, &opening);
        Ok(())
    }

    /// Tables whose quiet hours stay are kept as they are written.
    pub(super) fn write_quiet(&self, document: &mut DocumentMut, wanted: &[QuietHours]) -> Result<(), ConfigError> {
        let opening = opening(document);
        let tables = self.tables(document, "quiet")?;
        let mut left: Vec<Table> = tables.iter().cloned().collect();
        tables.clear();
        for hours in wanted {
            let written = left
                .iter()
                .position(|table| quiet_from_toml(table.clone()).as_ref() == Some(hours));
            tables.push(match written {
                Some(at) => left.remove(at),
                None => {
                    let blank = QuietHours {
                        days: Vec::new(),
                        from: String::new(),
                        to: String::new(),
                    };
                    let mut table = Table::new();
                    write(&mut table, None, &blank, hours)?;
                    table
                }
            });
        }
        in_order(tables);
        if let Some(first) = tables.get_mut(0) {
            open_with(first, &opening);
        } else {
            document.remove("quiet");
            document.set_trailing(opening);
        }
        Ok(())
    }

    /// Adds a rule before all others, so that none of them decides first.
    ///
    /// # Errors
    /// [`ConfigError::Rule`] for a rule that isn't in order; as for [`ConfigFile::save_account`] otherwise.
    pub fn add_rule(&self, rule: &Rule) -> Result<(), ConfigError> {
        rule.check()?;
        self.edit(|document| {
            self.insert_rule(document, 0, rule)?;
            in_order(self.tables(document, "rule")?);
            Ok(())
        })
    }

    pub(super) fn insert_rule(&self, document: &mut DocumentMut, at: usize, rule: &Rule) -> Result<(), ConfigError> {
        let opening = opening(document);
        let mut table = Table::new();
        write(&mut table, None, &Rule::default(), rule)?;
        open_with(&mut table, &opening);
        let tables = self.tables(document, "rule")?;
        tables.insert(at.min(tables.len()), table);
        Ok(())
    }

    /// Adds a rule, or replaces the one at a place; what didn't change of it stays as it is written.
    ///
    /// # Errors
    /// [`ConfigError::Stale`] if the rules aren't those of the edition; as for [`ConfigFile::add_rule`] otherwise.
    pub fn save_rule(&self, at: Option<u32>, rule: &Rule, of: &str) -> Result<(), ConfigError> {
        rule.check()?;
        self.edit(|document| {
            let known = self.rules_of(document, of)?;
            let Some(at) = at else {
                return self.insert_rule(document, known.len(), rule);
            };
            let place = usize::try_from(at).unwrap_or(usize::MAX);
            let entry = known.get(place).ok_or(ConfigError::NoRule(at))?;
            // A rule that can't be read is written anew, key by key.
            let before = entry.fault.is_none().then_some(&entry.rule);
            let table = self.tables(document, "rule")?.get_mut(place);
            let table = table.ok_or(ConfigError::NoRule(at))?;
            write(table, before, &Rule::default(), rule)
        })
    }

    /// Removes the rule at a place, with the comment right above it.
    ///
    /// # Errors
    /// [`ConfigError::Stale`] if the rules aren't those of the edition, [`ConfigError::NoRule`] if there is none.
    pub fn remove_rule(&self, at: u32, of: &str) -> Result<(), ConfigError> {
        self.edit(|document| {
            self.rules_of(document, of)?;
            self.take_rule(document, at)
        })
    }

    /// Removes all rules of which `which` is true. Gives how many there were.
    pub fn remove_rules(&self, which: impl Fn(&Rule) -> bool) -> Result<usize, ConfigError> {
        let mut removed = 0;
        self.edit(|document| {
            removed = 0;
            let rules = parse(self.path(), &document.to_string())?.config.rules;
            for entry in rules
                .iter()
                .rev()
                .filter(|entry| entry.fault.is_none() && which(&entry.rule))
            {
                self.take_rule(document, entry.at)?;
                removed += 1;
            }
            Ok(())
        })?;
        Ok(removed)
    }

    fn take_rule(&self, document: &mut DocumentMut, at: u32) -> Result<(), ConfigError> {
        let tables = self.tables(document, "rule")?;
        let place = usize::try_from(at).unwrap_or(usize::MAX);
        if place >= tables.len() {
            return Err(ConfigError::NoRule(at));
        }
        let left_over = remove(tables, place);
        if tables.is_empty() {
            document.remove("rule");
        }
        let trailing = take_trailing(document);
        document.set_trailing(left_over + &trailing);
        Ok(())
    }

    /// Moves a rule to another place, between the others.
    ///
    /// # Errors
    /// As [`ConfigFile::remove_rule`].
    pub fn move_rule(&self, from: u32, to: u32, of: &str) -> Result<(), ConfigError> {
        self.edit(|document| {
            let known = self.rules_of(document, of)?;
            let place = |at: u32| {
                let place = usize::try_from(at).ok().filter(|at| *at < known.len());
                place.ok_or(ConfigError::NoRule(at))
            };
            let (from, to) = (place(from)?, place(to)?);
            move_table(self.tables(document, "rule")?, from, to);
            Ok(())
        })
    }

    /// The rules of a document, if they are those of an edition.
    fn rules_of(&self, document: &DocumentMut, of: &str) -> Result<Vec<mailwren_core::rules::RuleEntry>, ConfigError> {
        let rules = parse(self.path(), &document.to_string())?.config.rules;
        if edition(&rules) == of {
            Ok(rules)
        } else {
            Err(ConfigError::Stale)
        }
    }
}

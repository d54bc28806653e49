//! A page of the documentation, whose blocks are what a test starts.

use anyhow::{Context, Result};

use crate::place;

/// A page in `docs`.
#[derive(Debug)]
pub struct Page(String);

impl Page {
    /// Reads one.
    ///
    /// # Errors
    /// When there is none.
    pub fn read(name: &str) -> Result<Self> {
        let path = place::scripts().join("../docs").join(name);
        Ok(Self(std::fs::read_to_string(path)?))
    }

    /// The block in this language that begins so.
    ///
    /// # Errors
    /// When there is none.
    pub fn block(&self, language: &str, beginning: &str) -> Result<&str> {
        let fence = format!("```{language}\n");
        let mut blocks = self.0.split(&fence).skip(1).filter_map(|rest| rest.split("```").next());
        let found = blocks.find(|block| block.starts_with(beginning));
        found.with_context(|| format!("no block in {language} begins with {beginning:?}"))
    }

    /// All words in it that begin so: names in capitals.
    pub fn words(&self, beginning: &str) -> impl Iterator<Item = &str> {
        let words = self.0.split(|c: char| !(c.is_ascii_uppercase() || c == '_'));
        words.filter(move |word| word.starts_with(beginning))
    }
}

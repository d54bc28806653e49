//! One test's stage: a folder of its own, a time limit, and what is left to look at when it fails.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};

/// When a whole test is given up.
const LIMIT: Duration = Duration::from_secs(240);

/// A test's own folder. Everything it starts keeps its files and logs there.
#[derive(Debug)]
pub struct Scene {
    dir: tempfile::TempDir,
}

impl Scene {
    /// A new folder in the scene.
    ///
    /// # Errors
    /// When it can't be made.
    pub fn folder(&self, name: &str) -> Result<PathBuf> {
        let path = self.dir.path().join(name);
        std::fs::create_dir_all(&path).with_context(|| format!("create {}", path.display()))?;
        Ok(path)
    }

    /// The scene's own folder.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }
}

/// Runs a test's body on its stage. If it fails, the folder with all logs stays and is named.
///
/// # Errors
/// The body's, or that it took too long.
pub fn scene<F>(body: impl FnOnce(std::rc::Rc<Scene>) -> F) -> Result<()>
where
    F: Future<Output = Result<()>>,
{
    scene_within(LIMIT, body)
}

/// The same with another time limit.
///
/// # Errors
/// As [`scene`].
pub fn scene_within<F>(limit: Duration, body: impl FnOnce(std::rc::Rc<Scene>) -> F) -> Result<()>
where
    F: Future<Output = Result<()>>,
{
    let dir = tempfile::Builder::new().prefix("mailwren-test.").tempdir()?;
    let stage = std::rc::Rc::new(Scene { dir });
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let run = || {
        runtime.block_on(async {
            tokio::time::timeout(limit, body(stage.clone()))
                .await
                .with_context(|| format!("the test took longer than {} s", limit.as_secs()))?
        })
    };
    let outcome = catch_unwind(AssertUnwindSafe(run));
    if !matches!(outcome, Ok(Ok(())))
        && let Ok(mut stage) = std::rc::Rc::try_unwrap(stage)
    {
        stage.dir.disable_cleanup(true);
        eprintln!("logs kept in {}", stage.path().display());
    }
    outcome.unwrap_or_else(|panic| resume_unwind(panic))
}

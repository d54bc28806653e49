//! A new Debian, of the release that this machine is, for packages to be installed into.
//!
//! It lies in memory and has mounts and processes of its own, which are gone with its handle. The network is the machine's,
//! and so are the addresses from which apt fetches.

use std::fs::File;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail, ensure};
use rustix::fs::{FlockOperation, flock};
use tokio::process::Command;

use crate::desktop::Desktop;
use crate::place;
use crate::process::Process;
use crate::scene::Scene;

/// Where programs are found in there.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Unpacks `$2` into memory at `$1`, with the folder `$3` of the machine at the same place, and stays until stdin closes.
const HOLD: &str = r#"set -e
mount -t tmpfs -o mode=755 debian "$1"
tar -xf "$2" -C "$1"
mount -t proc proc "$1/proc"
mount --rbind /dev "$1/dev"
mkdir -p "$1$3"
mount --bind "$3" "$1$3"
for file in /etc/hosts /etc/resolv.conf; do cat $file >"$1$file"; done
echo it is there
exec cat"#;

/// Makes the archive `$2` of release `$1` in memory, from where apt's lists (stdin) say, with apt's settings `$3`.
const MAKE: &str = r#"set -e
mount -t tmpfs debian /mnt
mkdir -m 1777 /mnt/tmp
TMPDIR=/mnt/tmp exec mmdebstrap --quiet --variant=minbase --aptopt="$3" "$1" "$2" -"#;

/// A Debian that nothing was installed into.
#[derive(Debug)]
pub struct Debian {
    root: PathBuf,
    holder: Process,
}

impl Debian {
    /// Why there can be none on this machine, if so.
    pub fn obstacle() -> Option<&'static str> {
        if !rustix::process::geteuid().is_root() {
            Some("it takes root to mount and to change the root folder")
        } else if !Path::new("/etc/debian_version").exists() {
            Some("this machine is no Debian")
        } else {
            None
        }
    }

    /// A new one. The scene's folder is in there, too, at the same place.
    ///
    /// # Errors
    /// When it can't be made, or mounting isn't allowed.
    pub async fn start(scene: &Scene) -> Result<Self> {
        let archive = archive(scene).await?;
        let root = scene.folder("debian")?;
        let mut command = Command::new("unshare");
        command.args(["--mount", "--pid", "--fork", "--kill-child", "sh", "-c", HOLD, "hold"]);
        command.arg(&root).arg(archive).arg(scene.path());
        let holder = Process::start("debian", scene.path(), command).await?;
        holder
            .stdout("the file system is there", 0, |line| {
                (line == "it is there").then_some(())
            })
            .await?;
        let debian = Self { root, holder };
        debian.run("apt-get -qq update").await?;
        Ok(debian)
    }

    fn id(&self) -> Result<u32> {
        self.holder.id().context("it has ended")
    }

    /// A program in there.
    ///
    /// # Errors
    /// When it has ended.
    pub fn command(&self, program: &str) -> Result<Command> {
        let mut command = Command::new("nsenter");
        command.env_clear().envs([
            ("LC_ALL", "C.UTF-8"),
            ("HOME", "/root"),
            ("DEBIAN_FRONTEND", "noninteractive"),
        ]);
        self.enter(&mut command, program)?;
        Ok(command)
    }

    /// A program in there, on a desktop of the machine.
    ///
    /// # Errors
    /// When it has ended.
    pub fn command_on(&self, desktop: &Desktop, program: &str) -> Result<Command> {
        let mut command = desktop.command("nsenter");
        self.enter(&mut command, program)?;
        Ok(command)
    }

    /// By what a program in there is started.
    fn entrance(&self) -> Result<[String; 4]> {
        let id = self.id()?;
        Ok([
            format!("--mount=/proc/{id}/ns/mnt"),
            format!("--pid=/proc/{id}/ns/pid_for_children"),
            "chroot".to_owned(),
            self.root.display().to_string(),
        ])
    }

    fn enter(&self, command: &mut Command, program: &str) -> Result<()> {
        command.env("PATH", PATH).args(self.entrance()?).arg(program);
        Ok(())
    }

    /// A script of the machine that runs a program in there, for those who can start nothing but a program.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn script(&self, scene: &Scene, program: &str) -> Result<PathBuf> {
        let path = scene.path().join("enter");
        let entrance = self.entrance()?.join(" ");
        let text = format!("#!/bin/sh\nexport PATH={PATH}\nexec nsenter {entrance} {program} \"$@\"\n");
        std::fs::write(&path, text)?;
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755))?;
        Ok(path)
    }

    /// Runs a command line of the shell in there to its end; gives what it printed.
    ///
    /// # Errors
    /// When it fails.
    pub async fn run(&self, line: &str) -> Result<String> {
        printed(self.command("sh")?.args(["-ec", line]), line).await
    }

    /// Installs packages: by their names, or files by their paths.
    ///
    /// # Errors
    /// When apt fails.
    pub async fn install(&self, packages: &[&str]) -> Result<()> {
        let mut line = "apt-get -qq install --no-install-recommends".to_owned();
        for package in packages {
            line.push_str(&format!(" '{package}'"));
        }
        self.run(&line).await?;
        Ok(())
    }
}

/// Runs a command to its end; gives what it printed.
async fn printed(command: &mut Command, what: &str) -> Result<String> {
    let output = command.kill_on_drop(true).stdin(Stdio::null()).output();
    let output = output.await.with_context(|| what.to_owned())?;
    let text = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        bail!(
            "{what}: {}\n{text}{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(text.into_owned())
}

/// The file system as an archive, which is made once and kept with what Cargo made.
async fn archive(scene: &Scene) -> Result<PathBuf> {
    let release = std::fs::read_to_string("/etc/os-release")?;
    let release = release
        .lines()
        .find_map(|line| line.strip_prefix("VERSION_CODENAME="))
        .context("/etc/os-release names no release")?
        .to_owned();
    let programs = place::programs()?;
    let folder = programs.parent().context("no target folder")?.join("tmp");
    std::fs::create_dir_all(&folder)?;
    let archive = folder.join(format!("debian-{release}.tar"));
    let lock = File::create(archive.with_extension("lock"))?;
    let lock = move || flock(&lock, FlockOperation::LockExclusive).map(|()| lock);
    let _locked = tokio::task::spawn_blocking(lock).await??;
    if archive.exists() {
        return Ok(archive);
    }
    let lists = [
        "--format",
        "deb $(SITE) $(RELEASE) $(COMPONENT)",
        "Created-By: Packages",
        "Origin: Debian",
    ];
    let sources = printed(Command::new("apt-get").arg("indextargets").args(lists), "apt's lists").await?;
    ensure!(!sources.is_empty(), "apt has no lists: apt-get update");
    let sources_file = scene.path().join("sources");
    std::fs::write(&sources_file, sources)?;
    // How apt reaches them from here: proxies, certificates, and what it makes of dates.
    let settings = printed(Command::new("apt-config").args(["dump", "Acquire"]), "apt's settings").await?;
    let settings: String = settings
        .lines()
        .filter(|line| {
            ["Acquire::http", "Acquire::Check-"]
                .iter()
                .any(|begin| line.starts_with(begin))
        })
        .flat_map(|line| [line, "\n"])
        .collect();
    let settings_file = scene.path().join("apt.conf");
    std::fs::write(&settings_file, settings)?;
    let unfinished = archive.with_extension("new.tar");
    let mut make = Command::new("unshare");
    make.args(["--mount", "sh", "-c", MAKE, "make", &release])
        .arg(&unfinished)
        .arg(&settings_file)
        .stdin(File::open(&sources_file)?);
    let output = make.kill_on_drop(true).output().await?;
    ensure!(
        output.status.success(),
        "mmdebstrap: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    std::fs::rename(&unfinished, &archive)?;
    Ok(archive)
}

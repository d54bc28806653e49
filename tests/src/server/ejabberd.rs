//! ejabberd.
//!
//! Debian's `ejabberdctl` insists on its system user and on Erlang's distribution with its port mapper (epmd), of which
//! a machine has one. So the release is run by `erl` itself, without distribution: any number side by side, as any
//! user.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tokio::process::Command;

use super::{COMPONENT, COMPONENT_SECRET, DOMAIN, Hash, PUBSUB, Server, password};
use crate::process::Process;

impl Server {
    pub(super) fn lay_out_ejabberd(&self) -> Result<()> {
        let whole = self.dir.join("whole.pem");
        let parts = [&self.certificate.key, &self.certificate.chain].map(std::fs::read_to_string);
        std::fs::write(&whole, parts.into_iter().collect::<std::io::Result<String>>()?)?;
        let config = format!(
            r#"loglevel: info
hosts: ["{DOMAIN}"]
certfiles: ["{whole}"]
ca_file: "{ca}"
acme: {{auto: false}}
auth_method: internal
auth_password_format: scram
auth_scram_hash: {hash}
listen:
  - {{port: {starttls}, ip: "{host}", module: ejabberd_c2s, starttls: true, starttls_required: true}}
  - {{port: {direct}, ip: "{host}", module: ejabberd_c2s, tls: true}}
{component}modules:
  mod_caps: {{}}
  mod_disco: {{}}
  mod_offline: {{}}
  mod_ping: {{}}
  mod_roster: {{}}
  mod_stream_mgmt: {{resume_timeout: {hibernation}}}
  mod_pubsub:
    hosts: ["{PUBSUB}"]
    plugins: [flat, pep]
    max_items_node: 1000
"#,
            whole = whole.display(),
            hash = match self.hash {
                Hash::Sha1 => "sha",
                Hash::Sha256 => "sha256",
                Hash::Sha512 => "sha512",
            },
            ca = self.certificate.ca.display(),
            component = match self.component {
                Some(port) => format!(
                    "  - port: {port}\n    ip: \"{}\"\n    module: ejabberd_service\n    hosts:\n      \
                     \"{COMPONENT}\":\n        password: \"{COMPONENT_SECRET}\"\n",
                    self.host
                ),
                None => String::new(),
            },
            starttls = self.starttls,
            direct = self.direct,
            host = self.host,
            hibernation = self.hibernation.as_secs(),
        );
        std::fs::write(self.config(), config)?;
        Ok(())
    }

    pub(super) async fn start_ejabberd(&self) -> Result<Process> {
        let users: Vec<String> = self
            .users()
            .map(|user| format!("{{<<\"{user}\">>, <<\"{}\">>}}", password(user)))
            .collect();
        let begin = format!(
            "{{ok, _}} = application:ensure_all_started(ejabberd),
             [ejabberd_auth:try_register(User, <<\"{DOMAIN}\">>, Password) || {{User, Password}} <- [{}]],
             io:format(\"users are there~n\").",
            users.join(", ")
        );
        let mut command = Command::new("erl");
        command
            .args(["-noinput", "-noshell", "+sbwt", "none", "-mnesia", "dir"])
            // Erlang reads the value as a term: a string in quotes.
            .arg(format!("{:?}", self.dir.join("spool")))
            .args(["-eval", &begin])
            .current_dir(&self.dir)
            .env("HOME", &self.dir)
            .env("ERL_LIBS", libraries()?)
            .env("ERL_CRASH_DUMP", self.dir.join("crash.dump"))
            .env("EJABBERD_CONFIG_PATH", self.config())
            .env("EJABBERD_LOG_PATH", self.dir.join("ejabberd.log"));
        let process = Process::start("ejabberd", &self.dir, command).await?;
        process
            .stdout("it is started", 0, |line| (line == "users are there").then_some(()))
            .await?;
        Ok(process)
    }
}

/// The folder that holds `ejabberd-<version>/ebin`; Debian keeps it among its multiarch libraries.
fn libraries() -> Result<PathBuf> {
    let multiarch = std::fs::read_dir("/usr/lib")?.flatten().map(|entry| entry.path());
    let holds = |folder: &Path| {
        std::fs::read_dir(folder).is_ok_and(|entries| {
            entries
                .flatten()
                .any(|entry| entry.file_name().to_string_lossy().starts_with("ejabberd-"))
        })
    };
    multiarch
        .into_iter()
        .find(|folder| holds(folder))
        .context("ejabberd isn't installed: apt-get install ejabberd")
}

//! Prosody.

use anyhow::Result;
use tokio::process::Command;

use super::{COMPONENT, COMPONENT_SECRET, DOMAIN, Hash, PUBLISHER, PUBSUB, Server, jid, password};
use crate::process::Process;

impl Server {
    pub(super) fn lay_out_prosody(&self) -> Result<()> {
        // Prosody's file store names folders with the host escaped.
        let accounts = self.dir.join("data").join(DOMAIN.replace('.', "%2e")).join("accounts");
        std::fs::create_dir_all(&accounts)?;
        for user in self.users() {
            let record = format!("return {{ [\"password\"] = \"{}\" }};\n", password(user));
            std::fs::write(accounts.join(format!("{user}.dat")), record)?;
        }
        let config = format!(
            r#"run_as_root = true
pidfile = "{dir}/prosody.pid"
data_path = "{dir}/data"
log = {{ info = "*console" }}
interfaces = {{ "{host}" }}
c2s_ports = {{ {starttls} }}
c2s_direct_tls_ports = {{ {direct} }}
s2s_ports = {{ }}
modules_enabled = {{ "roster", "saslauth", "tls", "disco", "presence", "message", "iq", "offline", "pep", "ping", "smacks", "posix" }}
modules_disabled = {{ "s2s" }}
c2s_require_encryption = true
authentication = "internal_hashed"
password_hash = "{hash}"
storage = "internal"
smacks_hibernation_time = {hibernation}
ssl = {{ key = "{key}", certificate = "{chain}" }}
c2s_direct_tls_ssl = {{ key = "{key}", certificate = "{chain}" }}

{component_port}
VirtualHost "{DOMAIN}"
Component "{PUBSUB}" "pubsub"
    admins = {{ "{admin}" }}
{component}"#,
            component_port = match self.component {
                Some(port) => format!(
                    "component_ports = {{ {port} }}\ncomponent_interfaces = {{ \"{}\" }}",
                    self.host
                ),
                None => String::new(),
            },
            component = match self.component {
                Some(_) => format!("Component \"{COMPONENT}\"\n    component_secret = \"{COMPONENT_SECRET}\"\n"),
                None => String::new(),
            },
            dir = self.dir.display(),
            host = self.host,
            hash = match self.hash {
                Hash::Sha1 => "SHA-1",
                Hash::Sha256 => "SHA-256",
                Hash::Sha512 => anyhow::bail!("Prosody 0.12 knows no SHA-512"),
            },
            starttls = self.starttls,
            direct = self.direct,
            hibernation = self.hibernation.as_secs(),
            key = self.certificate.key.display(),
            chain = self.certificate.chain.display(),
            admin = match self.component {
                Some(_) => COMPONENT.to_owned(),
                None => jid(PUBLISHER),
            },
        );
        std::fs::write(self.config(), config)?;
        Ok(())
    }

    pub(super) async fn start_prosody(&self) -> Result<Process> {
        let mut command = Command::new("prosody");
        command.arg("-F").arg("--config").arg(self.config());
        let process = Process::start("prosody", &self.dir, command).await?;
        let port = format!("]:{}", self.direct);
        process
            .stdout("it activates its listeners", 0, |line| {
                (line.contains("Activated service 'c2s_direct_tls'") && line.contains(&port)).then_some(())
            })
            .await?;
        Ok(process)
    }
}

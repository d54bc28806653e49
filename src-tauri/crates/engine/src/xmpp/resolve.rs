//! Where to connect: SRV records (RFC 6120 §3.2, XEP-0368), their order (RFC 2782), and addresses.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use futures::future::BoxFuture;
use hickory_resolver::TokioResolver;
use hickory_resolver::net::NetError;
use hickory_resolver::proto::rr::RData;
use mailwren_core::account::{Account, Security};
use mailwren_core::discovery::Endpoint;

use super::trouble::Trouble;

/// STARTTLS port (RFC 6120 §3.2.2).
const PORT: u16 = 5222;
/// Customary port for TLS from the first byte.
const DIRECT_PORT: u16 = 5223;
/// More endpoints than this aren't tried in one attempt.
const MAX_TARGETS: usize = 8;

/// One SRV record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Srv {
    /// Lower is tried first.
    pub priority: u16,
    /// Share among those of the same priority.
    pub weight: u16,
    /// The port.
    pub port: u16,
    /// The host, without a final dot; empty if the service is decidedly not offered.
    pub target: String,
}

/// Why a lookup gave nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LookupError {
    /// The name, or records of the kind, don't exist: an answer.
    #[error("no such records")]
    Absent,
    /// No answer.
    #[error("{0}")]
    Failed(String),
}

/// Looks names up. The system's resolver is [`SystemResolver`]; tests bring their own.
pub trait Resolve: fmt::Debug + Send + Sync {
    /// SRV records of a full name such as `_xmpp-client._tcp.example.org`, in any order.
    fn srv<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Vec<Srv>, LookupError>>;

    /// Addresses of a host, the preferred ones first.
    fn addresses<'a>(&'a self, host: &'a str) -> BoxFuture<'a, Result<Vec<IpAddr>, LookupError>>;
}

/// The operating system's own view: addresses as every other program sees them, SRV by its configured DNS servers.
///
/// The configuration is read anew for every question, since a laptop changes networks and nothing tells of it.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemResolver;

impl SystemResolver {
    fn dns() -> Result<TokioResolver, NetError> {
        let mut builder = TokioResolver::builder_tokio()?;
        let options = builder.options_mut();
        options.timeout = Duration::from_secs(3);
        options.attempts = 2;
        options.cache_size = 0;
        builder.build()
    }
}

impl Resolve for SystemResolver {
    fn srv<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Vec<Srv>, LookupError>> {
        Box::pin(async move { srv(&Self::dns().map_err(classify)?, name).await })
    }

    fn addresses<'a>(&'a self, host: &'a str) -> BoxFuture<'a, Result<Vec<IpAddr>, LookupError>> {
        Box::pin(async move {
            let found: Vec<IpAddr> = match tokio::net::lookup_host((host, 0)).await {
                Ok(found) => found.map(|a| a.ip()).collect(),
                Err(_) => Vec::new(),
            };
            if !found.is_empty() {
                return Ok(found);
            }
            // The system's lookup doesn't say whether the name is wrong or the network is; DNS does.
            addresses(&Self::dns().map_err(classify)?, host).await
        })
    }
}

/// Asks one DNS configuration only, never the operating system.
#[derive(Clone)]
pub struct DnsResolver(TokioResolver);

impl DnsResolver {
    /// From a ready resolver.
    pub const fn new(resolver: TokioResolver) -> Self {
        Self(resolver)
    }
}

impl fmt::Debug for DnsResolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DnsResolver")
    }
}

impl Resolve for DnsResolver {
    fn srv<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Vec<Srv>, LookupError>> {
        Box::pin(srv(&self.0, name))
    }

    fn addresses<'a>(&'a self, host: &'a str) -> BoxFuture<'a, Result<Vec<IpAddr>, LookupError>> {
        Box::pin(addresses(&self.0, host))
    }
}

async fn srv(dns: &TokioResolver, name: &str) -> Result<Vec<Srv>, LookupError> {
    // The final dot keeps the search list out of it.
    let lookup = dns.srv_lookup(format!("{name}.")).await.map_err(classify)?;
    let records = lookup.answers().iter().filter_map(|record| match &record.data {
        RData::SRV(srv) => Some(Srv {
            priority: srv.priority,
            weight: srv.weight,
            port: srv.port,
            target: srv.target.to_ascii().trim_end_matches('.').to_owned(),
        }),
        _ => None,
    });
    Ok(records.collect())
}

async fn addresses(dns: &TokioResolver, host: &str) -> Result<Vec<IpAddr>, LookupError> {
    Ok(dns
        .lookup_ip(format!("{host}."))
        .await
        .map_err(classify)?
        .iter()
        .collect())
}

fn classify(error: NetError) -> LookupError {
    if error.is_no_records_found() {
        LookupError::Absent
    } else {
        LookupError::Failed(error.to_string())
    }
}

/// One endpoint to try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Host name or address literal.
    pub host: String,
    /// The port.
    pub port: u16,
    /// TLS from the first byte, else STARTTLS.
    pub direct: bool,
    /// Its place among the SRV records, where one led here.
    pub rank: Option<Rank>,
}

/// The place of an SRV record among its like (RFC 2782).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rank {
    /// Lower is tried first.
    pub priority: u16,
    /// Share among those of the same priority.
    pub weight: u16,
}

impl From<&Target> for Endpoint {
    fn from(target: &Target) -> Self {
        Self {
            host: target.host.clone(),
            port: target.port,
            direct: target.direct,
            priority: target.rank.map(|rank| rank.priority),
            weight: target.rank.map(|rank| rank.weight),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = if self.direct { "direct TLS" } else { "STARTTLS" };
        if self.host.contains(':') {
            write!(f, "[{}]:{} ({how})", self.host, self.port)
        } else {
            write!(f, "{}:{} ({how})", self.host, self.port)
        }
    }
}

/// The endpoints of an account in the order to try them. `domain` is the JID's, in ASCII; `dice(n)` is random in `0..=n`.
///
/// # Errors
/// [`Trouble::NotOffered`] if DNS says that the domain has no XMPP. Failed lookups lead to the fallback, the domain itself.
pub async fn targets(
    account: &Account,
    domain: &str,
    resolver: &dyn Resolve,
    dice: &mut (dyn FnMut(u64) -> u64 + Send),
) -> Result<Vec<Target>, Trouble> {
    let target = |host: &str, port: u16, direct: bool| Target {
        host: host.to_owned(),
        port,
        direct,
        rank: None,
    };
    if let Some(host) = &account.host {
        let direct = match account.security {
            Security::Direct => true,
            Security::Starttls => false,
            Security::Auto => account.port == Some(DIRECT_PORT),
        };
        let port = account.port.unwrap_or(if direct { DIRECT_PORT } else { PORT });
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let host = idna::domain_to_ascii(host).unwrap_or_else(|_| host.to_owned());
        return Ok(vec![target(&host, port, direct)]);
    }
    let fallback = match account.security {
        Security::Direct => target(domain, DIRECT_PORT, true),
        Security::Auto | Security::Starttls => target(domain, PORT, false),
    };
    if domain.parse::<IpAddr>().is_ok() {
        return Ok(vec![fallback]);
    }

    let ask = |wanted: bool, service: &'static str| async move {
        if wanted {
            resolver.srv(&format!("{service}._tcp.{domain}")).await
        } else {
            Err(LookupError::Absent)
        }
    };
    let (direct, starttls) = tokio::join!(
        ask(account.security != Security::Starttls, "_xmpps-client"),
        ask(account.security != Security::Direct, "_xmpp-client"),
    );
    let refused = [&direct, &starttls].iter().any(
        |answer| matches!(answer, Ok(records) if !records.is_empty() && records.iter().all(|r| r.target.is_empty())),
    );
    // Both kinds are one list (XEP-0368 §3): the server's owner decides which is tried first.
    let offered = [(direct, true), (starttls, false)]
        .into_iter()
        .flat_map(|(answer, direct)| {
            let records = answer.unwrap_or_else(|error| {
                tracing::debug!(domain, direct, %error, "no SRV records");
                Vec::new()
            });
            let offered = records.into_iter().filter(|r| !r.target.is_empty());
            offered.map(move |record| (record, direct))
        });
    let ordered = order(offered.collect(), dice).into_iter();
    let mut found: Vec<Target> = ordered
        .map(|(srv, direct)| Target {
            rank: Some(Rank {
                priority: srv.priority,
                weight: srv.weight,
            }),
            ..target(&srv.target, srv.port, direct)
        })
        .collect();
    found.truncate(MAX_TARGETS);
    if found.is_empty() {
        if refused {
            return Err(Trouble::NotOffered {
                domain: domain.to_owned(),
            });
        }
        found.push(fallback);
    }
    Ok(found)
}

/// RFC 2782's order: by priority, and among equals a weighted draw. `dice(n)` is random in `0..=n`. The flag, whether a
/// record is for direct TLS, decides among records that are alike in both, and where weights don't.
fn order(mut left: Vec<(Srv, bool)>, dice: &mut (dyn FnMut(u64) -> u64 + Send)) -> Vec<(Srv, bool)> {
    // Weight 0 comes first among equals, so that it has a small chance, not none.
    left.sort_by_key(|(srv, direct)| (srv.priority, srv.weight, !direct));
    let mut ordered = Vec::with_capacity(left.len());
    while let Some(priority) = left.first().map(|(srv, _)| srv.priority) {
        let equals = || left.iter().take_while(|(srv, _)| srv.priority == priority);
        let sum = equals().map(|(srv, _)| u64::from(srv.weight)).sum();
        let draw = dice(sum);
        let mut running = 0;
        let chosen = equals().position(|(srv, _)| {
            running += u64::from(srv.weight);
            running >= draw
        });
        ordered.push(left.remove(chosen.unwrap_or(0)));
    }
    ordered
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
    use hickory_resolver::net::runtime::TokioRuntimeProvider;
    use std::collections::HashMap;

    /// Answers from a table; what isn't in it is absent.
    #[derive(Debug, Default)]
    struct Table(HashMap<&'static str, Result<Vec<Srv>, LookupError>>);

    impl Resolve for Table {
        fn srv<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Vec<Srv>, LookupError>> {
            Box::pin(async move { self.0.get(name).cloned().unwrap_or(Err(LookupError::Absent)) })
        }
        fn addresses<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Vec<IpAddr>, LookupError>> {
            Box::pin(async { Err(LookupError::Absent) })
        }
    }

    const DIRECT: &str = "_xmpps-client._tcp.example.org";
    const STARTTLS: &str = "_xmpp-client._tcp.example.org";

    fn srv(priority: u16, weight: u16, target: &str, port: u16) -> Srv {
        Srv {
            priority,
            weight,
            port,
            target: target.into(),
        }
    }

    async fn found(account: &Account, table: Table) -> Result<Vec<String>, Trouble> {
        let targets = targets(account, "example.org", &table, &mut |_| 0).await?;
        Ok(targets.iter().map(ToString::to_string).collect())
    }

    fn account() -> Account {
        Account::new("sam@example.org")
    }

    #[tokio::test]
    async fn direct_tls_and_starttls_are_one_list_in_the_order_of_their_records() {
        let table = || {
            Table(HashMap::from([
                (DIRECT, Ok(vec![srv(20, 0, "b", 5223), srv(10, 0, "a", 443)])),
                (STARTTLS, Ok(vec![srv(1, 0, "c", 5222), srv(20, 0, "b", 5222)])),
            ]))
        };
        let want = [
            "c:5222 (STARTTLS)",
            "a:443 (direct TLS)",
            "b:5223 (direct TLS)",
            "b:5222 (STARTTLS)",
        ];
        assert_eq!(found(&account(), table()).await.unwrap(), want);
        let direct = Account {
            security: Security::Direct,
            ..account()
        };
        assert_eq!(found(&direct, table()).await.unwrap(), [want[1], want[2]]);
    }

    #[tokio::test]
    async fn without_records_or_without_answer_the_domain_itself_is_tried() {
        assert_eq!(
            found(&account(), Table::default()).await.unwrap(),
            ["example.org:5222 (STARTTLS)"]
        );
        let failed = || Err(LookupError::Failed("timed out".into()));
        let table = Table(HashMap::from([(DIRECT, failed()), (STARTTLS, failed())]));
        assert_eq!(found(&account(), table).await.unwrap(), ["example.org:5222 (STARTTLS)"]);
        let direct = Account {
            security: Security::Direct,
            ..account()
        };
        assert_eq!(
            found(&direct, Table::default()).await.unwrap(),
            ["example.org:5223 (direct TLS)"]
        );
    }

    #[tokio::test]
    async fn a_service_that_is_decidedly_not_offered_is_not_tried() {
        let table = Table(HashMap::from([(STARTTLS, Ok(vec![srv(0, 0, "", 0)]))]));
        assert!(matches!(
            found(&account(), table).await,
            Err(Trouble::NotOffered { .. })
        ));
        let table = Table(HashMap::from([
            (DIRECT, Ok(vec![srv(0, 0, "", 0)])),
            (STARTTLS, Ok(vec![srv(0, 0, "c", 5222)])),
        ]));
        assert_eq!(found(&account(), table).await.unwrap(), ["c:5222 (STARTTLS)"]);
    }

    #[tokio::test]
    async fn an_explicit_host_asks_no_records() {
        let mut account = account();
        account.host = Some("[::1]".into());
        assert_eq!(
            found(&account, Table::default()).await.unwrap(),
            ["[::1]:5222 (STARTTLS)"]
        );
        account.port = Some(5223);
        assert_eq!(
            found(&account, Table::default()).await.unwrap(),
            ["[::1]:5223 (direct TLS)"]
        );
        account.security = Security::Starttls;
        assert_eq!(
            found(&account, Table::default()).await.unwrap(),
            ["[::1]:5223 (STARTTLS)"]
        );
    }

    #[tokio::test]
    async fn a_flood_of_records_is_cut() {
        let many = (0..500).map(|n| srv(n, 0, "x", n)).collect();
        let table = Table(HashMap::from([(STARTTLS, Ok(many))]));
        assert_eq!(found(&account(), table).await.unwrap().len(), MAX_TARGETS);
    }

    /// A DNS server on loopback that knows one SRV record and one address, refuses `broken.example`, and denies the rest.
    async fn loopback_dns() -> DnsResolver {
        let socket = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let at = socket.local_addr().unwrap();
        tokio::spawn(async move {
            let mut buffer = [0; 512];
            while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
                let query = &buffer[..length];
                let question = &query[12..];
                let end = question.iter().position(|b| *b == 0).unwrap();
                let (name, kind) = (&question[..end], question[end + 2]);
                const SRV: &[u8] = b"\x0c_xmpp-client\x04_tcp\x07example\x03org";
                const HOST: &[u8] = b"\x02im\x07example\x03org";
                let (code, data): (u8, Option<Vec<u8>>) = match (name, kind) {
                    (SRV, 33) => (0, Some([&[0, 5, 0, 9, 0x14, 0x66], HOST, &[0]].concat())),
                    (HOST, 1) => (0, Some(vec![192, 0, 2, 7])),
                    (HOST, _) => (0, None),
                    (name, _) if name.ends_with(b"\x06broken\x07example") => (2, None),
                    _ => (3, None),
                };
                let mut reply = vec![
                    query[0],
                    query[1],
                    0x85,
                    0x80 | code,
                    0,
                    1,
                    0,
                    data.is_some().into(),
                    0,
                    0,
                    0,
                    0,
                ];
                reply.extend_from_slice(&question[..end + 5]);
                if let Some(data) = data {
                    let length = u16::try_from(data.len()).unwrap().to_be_bytes();
                    reply.extend_from_slice(&[0xc0, 12, 0, kind, 0, 1, 0, 0, 0, 60, length[0], length[1]]);
                    reply.extend_from_slice(&data);
                }
                socket.send_to(&reply, from).await.unwrap();
            }
        });
        let mut udp = ConnectionConfig::udp();
        udp.port = at.port();
        let server = NameServerConfig::new(at.ip(), true, vec![udp]);
        let config = ResolverConfig::from_parts(None, Vec::new(), vec![server]);
        let mut builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
        builder.options_mut().attempts = 1;
        DnsResolver::new(builder.build().unwrap())
    }

    #[tokio::test]
    async fn dns_is_asked_and_no_answer_differs_from_a_denial() {
        let dns = loopback_dns().await;
        assert_eq!(dns.srv(STARTTLS).await, Ok(vec![srv(5, 9, "im.example.org", 5222)]));
        assert_eq!(
            dns.addresses("im.example.org").await,
            Ok(vec!["192.0.2.7".parse().unwrap()])
        );
        assert_eq!(dns.srv(DIRECT).await, Err(LookupError::Absent));
        assert_eq!(dns.addresses("nowhere.example").await, Err(LookupError::Absent));
        assert!(matches!(dns.srv("broken.example").await, Err(LookupError::Failed(_))));
        assert!(matches!(
            dns.addresses("broken.example").await,
            Err(LookupError::Failed(_))
        ));
        let targets = targets(&account(), "example.org", &dns, &mut |_| 0).await.unwrap();
        assert_eq!(
            targets,
            [Target {
                host: "im.example.org".into(),
                port: 5222,
                direct: false,
                rank: Some(Rank { priority: 5, weight: 9 })
            }]
        );
    }

    #[test]
    fn among_equals_the_draw_follows_the_weights_and_zero_has_a_small_chance() {
        let first = |draw: u64| {
            let records = vec![
                srv(1, 30, "c", 1),
                srv(1, 0, "a", 1),
                srv(1, 10, "b", 1),
                srv(0, 0, "z", 1),
            ];
            let mut sums = Vec::new();
            let mut rolls = vec![0, draw].into_iter();
            let records = records.into_iter().map(|srv| (srv, true)).collect();
            let ordered = order(records, &mut |sum| {
                sums.push(sum);
                rolls.next().unwrap_or(0)
            });
            assert_eq!(sums.get(1), Some(&40));
            assert_eq!((ordered.len(), ordered.first().unwrap().0.target.as_str()), (4, "z"));
            ordered.get(1).unwrap().0.target.clone()
        };
        assert_eq!((first(0), first(1), first(10)), ("a".into(), "b".into(), "b".into()));
        assert_eq!((first(11), first(40)), ("c".into(), "c".into()));
    }
}

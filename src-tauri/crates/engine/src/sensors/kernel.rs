//! The kernel's word on links, addresses and routes (rtnetlink), where no NetworkManager tells.
//!
//! What it says is taken as a hint alone: routers renew addresses all the time. What counts is whether packets to the
//! world would leave from another address than before.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket};

use rustix::io::Errno;
use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::{AddressFamily, SocketFlags, SocketType, bind, socket_with};
use tokio::net::UnixDatagram;
use tokio::sync::mpsc;

use super::Doubt;

/// `RTMGRP_LINK`, `RTMGRP_IPV4_IFADDR`, `RTMGRP_IPV4_ROUTE`, `RTMGRP_IPV6_IFADDR`, `RTMGRP_IPV6_ROUTE` of
/// `linux/rtnetlink.h`.
const GROUPS: u32 = 0x1 | 0x10 | 0x40 | 0x100 | 0x400;

/// Watches for ever, if the kernel lets it.
pub(super) async fn watch(doubts: mpsc::Sender<Doubt>) {
    if let Err(error) = follow(&doubts).await {
        tracing::debug!(%error, "the kernel doesn't tell of network changes");
    }
}

async fn follow(doubts: &mpsc::Sender<Doubt>) -> io::Result<()> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    // The default protocol, 0, is NETLINK_ROUTE.
    let socket = socket_with(AddressFamily::NETLINK, SocketType::RAW, flags, None)?;
    bind(&socket, &SocketAddrNetlink::new(0, GROUPS))?;
    // Only received from, which is the same for all sockets of datagrams.
    let socket = UnixDatagram::from_std(socket.into())?;
    let mut before = Outlook::now();
    let mut hint = [0; 4096];
    loop {
        match socket.recv(&mut hint).await {
            Ok(_) => while socket.try_recv(&mut hint).is_ok() {},
            // More came than the kernel keeps for us.
            Err(error) if Errno::from_io_error(&error) == Some(Errno::NOBUFS) => {}
            Err(error) => return Err(error),
        }
        let now = Outlook::now();
        if now != before {
            tracing::debug!(?before, ?now, "told by the kernel");
            before = now;
            doubts.send(Doubt::Network).await.ok();
        }
    }
}

/// The addresses that packets to the world would leave from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Outlook {
    v4: Option<IpAddr>,
    v6: Option<IpAddr>,
}

impl Outlook {
    /// The kernel chooses them when a datagram socket is connected; nothing is sent.
    fn now() -> Self {
        // Addresses kept for documentation (RFC 5737, RFC 3849): reached by the default route, if at all.
        Self {
            v4: source(Ipv4Addr::UNSPECIFIED.into(), Ipv4Addr::new(192, 0, 2, 1).into()),
            v6: source(
                Ipv6Addr::UNSPECIFIED.into(),
                Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).into(),
            ),
        }
    }
}

fn source(any: IpAddr, to: IpAddr) -> Option<IpAddr> {
    let socket = UdpSocket::bind((any, 0)).ok()?;
    socket.connect((to, 9)).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn packets_to_this_machine_leave_from_this_machine() {
        let local: IpAddr = Ipv4Addr::LOCALHOST.into();
        assert_eq!(source(Ipv4Addr::UNSPECIFIED.into(), local), Some(local));
    }

    #[tokio::test]
    async fn the_kernel_lets_itself_be_listened_to() {
        let (doubts, mut told) = mpsc::channel(1);
        tokio::select! {
            () = watch(doubts) => unreachable!("refused, or broken"),
            // Nothing changes here, and nothing is told.
            doubt = told.recv() => unreachable!("{doubt:?}"),
            () = tokio::task::yield_now() => {}
        }
    }
}

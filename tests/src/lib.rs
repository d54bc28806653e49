//! What tests stand on that cross a boundary: real XMPP servers, a publisher that isn't ours, the programs as they
//! are built, and a real (virtual) desktop.
//!
//! Nothing here sleeps. A fact that comes as an event (a line, an exit, a signal on the bus) is awaited; one that can
//! only be looked up is asked for by [`eventually`]. Every wait ends at [`PATIENCE`], with what was there instead.

pub mod bare;
pub mod certificate;
pub mod ctl;
pub mod debian;
pub mod desktop;
pub mod dovecot;
pub mod embedded;
pub mod figures;
pub mod footprint;
pub mod machine;
pub mod mailnag;
pub mod page;
pub mod place;
pub mod process;
pub mod provider;
pub mod proxy;
pub mod publisher;
pub mod resident;
pub mod scene;
pub mod server;
pub mod system_bus;
mod wait;

pub use scene::{Scene, scene, scene_within};
pub use wait::{PATIENCE, eventually, within};

/// The same test against each server: a function of this name that takes a [`server::Kind`].
#[macro_export]
macro_rules! on_both_servers {
    ($($name:ident),+ $(,)?) => {
        mod prosody { $(
            #[test]
            fn $name() -> anyhow::Result<()> { super::$name($crate::server::Kind::Prosody) }
        )+ }
        mod ejabberd { $(
            #[test]
            fn $name() -> anyhow::Result<()> { super::$name($crate::server::Kind::Ejabberd) }
        )+ }
    };
}

/// The same test with each notification daemon: a function of this name that takes what [`desktop::Parts::notify`] is.
#[macro_export]
macro_rules! with_both_daemons {
    ($($name:ident),+ $(,)?) => {
        mod dunst { $(
            #[test]
            fn $name() -> anyhow::Result<()> { super::$name("dunst") }
        )+ }
        mod xfce { $(
            #[test]
            fn $name() -> anyhow::Result<()> { super::$name("xfce") }
        )+ }
    };
}

//! Which tray: ksni's on Linux, Tauri's own elsewhere, and the event loop that the latter needs.

#[cfg(all(target_os = "linux", not(feature = "tauri-tray")))]
pub use by_ksni::*;
#[cfg(not(all(target_os = "linux", not(feature = "tauri-tray"))))]
pub use by_tauri::*;

#[cfg(all(target_os = "linux", not(feature = "tauri-tray")))]
mod by_ksni {
    use anyhow::Result;
    use mailwren_desktop::tray::{Tray, TrayAction, TrayHandle, TrayView};
    use tokio::runtime::Runtime;
    use tokio::sync::mpsc;

    /// Where the icon is put: the session bus, which is found anew each time.
    #[derive(Clone, Copy)]
    pub struct Place;

    /// Runs the resident to its end.
    pub fn host<F: Future<Output = Result<()>>>(runtime: &Runtime, resident: impl FnOnce(Place) -> F) -> Result<()> {
        runtime.block_on(resident(Place))
    }

    /// The icon in the tray.
    pub struct Icon(TrayHandle);

    impl Icon {
        /// Puts it there.
        pub async fn show(_: &Place, view: TrayView, actions: mpsc::Sender<TrayAction>) -> Result<Self> {
            Ok(Self(Tray::spawn(view, actions).await?))
        }

        /// Shows a new view.
        pub async fn update(&mut self, view: TrayView) {
            self.0.update(view).await;
        }
    }
}

#[cfg(not(all(target_os = "linux", not(feature = "tauri-tray"))))]
mod by_tauri {
    use anyhow::{Context, Result};
    use mailwren_desktop::tray::{TrayAction, TrayView};
    use tauri::AppHandle;
    use tokio::runtime::Runtime;
    use tokio::sync::mpsc;

    use crate::native_tray::NativeTray;
    use crate::windows;

    /// Where the icon is put: an app without a window, whose event loop drives it.
    pub type Place = AppHandle;

    /// Runs the resident to its end beside the event loop, which these systems want on the main thread.
    pub fn host<F>(runtime: &Runtime, resident: impl FnOnce(Place) -> F) -> Result<()>
    where
        F: Future<Output = Result<()>> + Send + 'static,
    {
        tauri::async_runtime::set(runtime.handle().clone());
        let app = tauri::Builder::default()
            .build(windows::context())
            .context("can't start the user interface")?;
        let handle = app.handle().clone();
        let resident = resident(handle.clone());
        let ended = runtime.spawn(async move {
            let ended = resident.await;
            handle.exit(0);
            ended
        });
        app.run_return(|_, event| {
            // Without windows it would end at once.
            if let tauri::RunEvent::ExitRequested { api, code: None, .. } = event {
                api.prevent_exit();
            }
        });
        runtime.block_on(ended)?
    }

    /// The icon in the tray.
    pub struct Icon(NativeTray);

    impl Icon {
        /// Puts it there.
        pub async fn show(place: &Place, view: TrayView, actions: mpsc::Sender<TrayAction>) -> Result<Self> {
            Ok(Self(NativeTray::show(place, view, actions)?))
        }

        /// Shows a new view.
        pub async fn update(&mut self, view: TrayView) {
            if let Err(error) = self.0.update(view) {
                tracing::warn!(%error, "the tray shows old news");
            }
        }
    }
}

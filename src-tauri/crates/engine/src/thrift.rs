//! Gives back what of the memory is only needed at times. The allocator keeps what was freed, and the code of the start stays
//! mapped: together that would be more than all that is in use while nothing happens.

#![expect(unsafe_code, reason = "no safe function asks the system for this")]

use std::fs;
use std::io;
use std::ops::Range;

/// It is quiet after so many looks round without work.
const STILL: u32 = 2;
/// So many looks round lie at least between two times at which memory is given back.
const AT_LEAST_APART: u32 = 5;

/// Whether it is time to give back what work has taken of the memory: once after it, not amid it, and not all the time.
#[derive(Debug)]
pub struct Rest {
    /// Whether there was work since it was given back last; the start is work, too.
    stirred: bool,
    /// Looks round since the last work.
    still: u32,
    /// Looks round since it was given back last.
    since: u32,
}

impl Default for Rest {
    fn default() -> Self {
        Self {
            stirred: true,
            still: 0,
            since: AT_LEAST_APART,
        }
    }
}

impl Rest {
    /// There was work.
    pub const fn stir(&mut self) {
        (self.stirred, self.still) = (true, 0);
    }

    /// To be asked at each look round.
    pub const fn is_due(&mut self) -> bool {
        self.still = self.still.saturating_add(1);
        self.since = self.since.saturating_add(1);
        let due = self.stirred && self.still >= STILL && self.since >= AT_LEAST_APART;
        if due {
            (self.stirred, self.since) = (false, 0);
        }
        due
    }
}

/// Frees what the allocator holds for later, and unmaps this program's code: what of it runs is mapped again as it is
/// reached, out of the system's cache of the file.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub fn give_back() {
    // SAFETY: it takes no pointer, and the allocator locks what it touches.
    let _ = unsafe { libc::malloc_trim(0) };
    match code() {
        Ok(code) => code.into_iter().for_each(unmap),
        Err(error) => tracing::debug!(%error, "nothing tells where the code is"),
    }
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn unmap(code: Range<usize>) {
    let start = std::ptr::with_exposed_provenance_mut(code.start);
    // SAFETY: the range is mapped from a file and can't be written, so that it reads the same afterwards.
    let _ = unsafe { libc::madvise(start, code.len(), libc::MADV_DONTNEED) };
}

/// Nothing, where nobody looked yet what it would take.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub const fn give_back() {}

/// Where this program's code is.
#[cfg(target_os = "linux")]
fn code() -> io::Result<Vec<Range<usize>>> {
    let program = fs::read_link("/proc/self/exe")?;
    let maps = fs::read_to_string("/proc/self/maps")?;
    Ok(maps
        .lines()
        .filter(|line| line.ends_with(&*program.to_string_lossy()))
        .filter_map(code_of)
        .collect())
}

/// The addresses of a line of `/proc/self/maps`, if they can be run and not be written.
#[cfg(target_os = "linux")]
fn code_of(line: &str) -> Option<Range<usize>> {
    let (addresses, rest) = line.split_once(' ')?;
    let (start, end) = addresses.split_once('-')?;
    let address = |text| usize::from_str_radix(text, 16).ok();
    rest.starts_with("r-xp ").then_some(address(start)?..address(end)?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn it_is_given_back_once_after_work() {
        let mut rest = Rest::default();
        let due = |rest: &mut Rest, looks: u32| (0..looks).filter(|_| rest.is_due()).count();
        assert_eq!(due(&mut rest, STILL - 1), 0, "the start is work");
        assert_eq!(due(&mut rest, 100), 1);
        rest.stir();
        assert_eq!(due(&mut rest, STILL), 1);
        rest.stir();
        assert_eq!(due(&mut rest, AT_LEAST_APART - 1), 0, "a moment ago");
        assert_eq!(due(&mut rest, 1), 1);
    }

    #[test]
    fn what_runs_goes_on_without_its_code_mapped() {
        let found = code().unwrap();
        let here = what_runs_goes_on_without_its_code_mapped as fn() as usize;
        assert!(found.iter().any(|code| code.contains(&here)), "{found:?}");
        give_back();
        assert_eq!(code().unwrap(), found);
    }

    #[test]
    fn only_code_is_unmapped() {
        let line = |access: &str| format!("55d0c0a1f000-55d0c0b00000 {access} 00473000 fe:00 131 /usr/bin/mailwrenctl");
        assert_eq!(code_of(&line("r-xp")), Some(0x55d0_c0a1_f000..0x55d0_c0b0_0000));
        for other in ["r--p", "rw-p", "rwxp", "r-xs"] {
            assert_eq!(code_of(&line(other)), None, "{other}");
        }
        assert_eq!(code_of(""), None);
    }
}

//! Gives back what of the memory is only needed at times. The allocator keeps what was freed, and the code of the start stays
//! mapped: together that would be more than all that is in use while nothing happens.

#[cfg(all(target_os = "linux", target_env = "gnu", target_pointer_width = "64"))]
mod glibc;

#[cfg(all(target_os = "linux", target_env = "gnu", target_pointer_width = "64"))]
pub use glibc::give_back;

/// It is quiet after so many looks round without work.
const STILL: u32 = 2;
/// So many looks round lie at least between two times at which memory is given back.
const AT_LEAST_APART: u32 = 3;

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

    /// Whether all was given back, and nothing came since.
    pub const fn is_taken(&self) -> bool {
        !self.stirred
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

/// Nothing, where nobody looked yet what it would take.
#[cfg(not(all(target_os = "linux", target_env = "gnu", target_pointer_width = "64")))]
pub const fn give_back() {}

#[cfg(test)]
mod tests {
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
}

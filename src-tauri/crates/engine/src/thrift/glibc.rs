//! With glibc, where pointers have 64 bits.

#![expect(unsafe_code, reason = "no safe function asks the system for this")]
#![expect(
    clippy::cast_possible_truncation,
    reason = "addresses have 64 bits in a file's headers, and here"
)]

use std::ffi::CStr;
use std::{ptr, slice};

use rustix::param::page_size;

/// Frees what the allocator holds for later, and unmaps code and constants of this program and its libraries: what of them
/// is reached is mapped again, out of the system's cache of the files.
pub fn give_back() {
    // SAFETY: it takes no pointer, and the allocator locks what it touches.
    let _ = unsafe { libc::malloc_trim(0) };
    // SAFETY: the callback is one of these, and takes no data.
    let _ = unsafe { libc::dl_iterate_phdr(Some(unmap), ptr::null_mut()) };
}

/// Unmaps what is never written of an object, so that it reads the same afterwards.
unsafe extern "C" fn unmap(object: *mut libc::dl_phdr_info, _: libc::size_t, _: *mut libc::c_void) -> libc::c_int {
    // SAFETY: the loader hands over an object of its, and is locked meanwhile: nothing else can come to be in its place.
    unsafe {
        let object = &*object;
        let name = CStr::from_ptr(object.dlpi_name).to_bytes();
        let segments = slice::from_raw_parts(object.dlpi_phdr, object.dlpi_phnum.into());
        // The program itself has no name there; the kernel's own object has one, and no file.
        if !(name.is_empty() || name.starts_with(b"/")) || is_relocated(object, segments) {
            return 0;
        }
        for segment in segments.iter().filter(|segment| is_never_written(segment)) {
            let at = object.dlpi_addr.wrapping_add(segment.p_vaddr);
            let before = at % page_size() as u64;
            let start = ptr::with_exposed_provenance_mut((at - before) as usize);
            let _ = libc::madvise(start, (before + segment.p_memsz) as usize, libc::MADV_DONTNEED);
        }
    }
    0
}

/// Whether a segment is mapped from the file, and can't be written. What the loader writes, and protects then, is in others.
const fn is_never_written(segment: &libc::Elf64_Phdr) -> bool {
    segment.p_type == libc::PT_LOAD && segment.p_flags & libc::PF_W == 0
}

/// Whether the loader wrote into such segments all the same (`DT_TEXTREL` and `DF_TEXTREL` of the System V ABI).
unsafe fn is_relocated(object: &libc::dl_phdr_info, segments: &[libc::Elf64_Phdr]) -> bool {
    const NULL: u64 = 0;
    const TEXTREL: u64 = 22;
    const FLAGS: u64 = 30;
    const FLAG_TEXTREL: u64 = 4;
    let Some(dynamic) = segments.iter().find(|segment| segment.p_type == libc::PT_DYNAMIC) else {
        return false;
    };
    let entries = ptr::with_exposed_provenance(object.dlpi_addr.wrapping_add(dynamic.p_vaddr) as usize);
    // SAFETY: pairs of a tag and a value, as long as the segment.
    let entries: &[[u64; 2]] = unsafe { slice::from_raw_parts(entries, dynamic.p_memsz as usize / 16) };
    let mut entries = entries.iter().take_while(|[tag, _]| *tag != NULL);
    entries.any(|[tag, value]| *tag == TEXTREL || *tag == FLAGS && value & FLAG_TEXTREL != 0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::fs;

    use super::*;

    /// What is there of files, in kB, by whether it can be written.
    fn there(written: bool) -> u64 {
        let maps = fs::read_to_string("/proc/self/smaps").unwrap();
        let mut counts = false;
        maps.lines()
            .filter_map(|line| {
                let words: Vec<_> = line.split_whitespace().collect();
                match &*words {
                    ["Rss:", kilobytes, "kB"] if counts => kilobytes.parse::<u64>().ok(),
                    [_, access, _, _, _, file, ..] => {
                        counts = file.starts_with('/') && access.contains('w') == written;
                        None
                    }
                    _ => None,
                }
            })
            .sum()
    }

    #[test]
    fn code_and_constants_go_until_they_are_reached_and_what_was_written_stays() {
        let text = "what stands in the program itself".repeat(3);
        let (before, written) = (there(false), there(true));
        give_back();
        let after = there(false);
        assert!(after < before, "{before} kB before, {after} kB after");
        assert!(there(true) >= written, "what was written is gone");
        assert_eq!(text, "what stands in the program itself".repeat(3));
        assert!("äöü".to_uppercase().contains('Ü'), "constants aren't what they were");
    }
}

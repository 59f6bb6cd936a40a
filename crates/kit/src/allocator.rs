//! The component's allocator: it uses what is left of the initial memory, and grows
//! the memory when that is used up.
//!
//! The standard library's allocator asks for more at once. A host creates an
//! instance for each call, and growing its memory is most of what such a call
//! costs.

#![allow(unsafe_code, reason = "an allocator is")]

use std::alloc::Layout;
use std::arch::wasm32::{memory_grow, memory_size};

use talc::locking::AssumeUnlockable;
use talc::{OomHandler, Span, Talc, Talck};

/// Size of a WebAssembly page, in bytes.
const PAGE: usize = 64 * 1024;

#[global_allocator]
static HEAP: Talck<AssumeUnlockable, Grow> = Talc::new(Grow { heap: Span::empty() }).lock();

unsafe extern "C" {
    /// The end of the linker's own data.
    static __heap_base: u8;
}

/// The source of memory once the allocator has none left.
struct Grow {
    heap: Span,
}

impl OomHandler for Grow {
    fn handle_oom(talc: &mut Talc<Self>, layout: Layout) -> Result<(), ()> {
        if talc.oom_handler.heap.is_empty() {
            let base = (&raw const __heap_base).cast_mut();
            let heap = Span::new(base, (memory_size::<0>() * PAGE) as *mut u8);
            // SAFETY: nobody else uses the memory behind the linker's data.
            talc.oom_handler.heap = unsafe { talc.claim(heap) }?;
            return Ok(());
        }
        let pages = (layout.size() + layout.align() + PAGE).div_ceil(PAGE);
        if memory_grow::<0>(pages) == usize::MAX {
            return Err(());
        }
        let heap = talc.oom_handler.heap;
        let (Some(base), end) = (heap.get_base_acme(), memory_size::<0>() * PAGE) else { return Err(()) };
        // SAFETY: the new pages follow the old ones, and nobody else asks for any.
        talc.oom_handler.heap = unsafe { talc.extend(heap, Span::new(base.0, end as *mut u8)) };
        Ok(())
    }
}

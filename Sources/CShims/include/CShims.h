#ifndef KITH_CSHIMS_H
#define KITH_CSHIMS_H
// Helpers for the hottest loops, inlined into Swift: selections the compiler must not turn into
// branches, prefetch, and byte-group matching, each with a portable form.

#include <stdbool.h>
#include <stdint.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "DelimitedScan.h"

#define KITH_INLINE static inline __attribute__((always_inline))

/// `c ? a : b` without a branch.
KITH_INLINE long kith_select(bool c, long a, long b) { return __builtin_unpredictable(c) ? a : b; }

/// 1 for true, 0 for false, without a branch.
KITH_INLINE long kith_bool_to_int(bool c) { return c; }

/// Asks the processor to load the cache line at `p`.
KITH_INLINE void kith_prefetch(const void *p) { __builtin_prefetch(p, 0, 3); }

#include "KithStorageShims.h"
#include "WaitShims.h"
#include "BlockShims.h"

/// The offset of the first occurrence of `needle` in `hay`, or -1; an empty needle is at 0.
///
/// Looks for the needle's first and last byte at their distance, sixteen places at once.
KITH_INLINE long kith_find_bytes(
    const uint8_t *hay, long hay_count, const uint8_t *needle, long needle_count) {
    if (needle_count == 0) return 0;
    long place = 0;
    const long last = hay_count - needle_count;
#if defined(__SSE2__)
    const __m128i first_byte = _mm_set1_epi8((char)needle[0]);
    const __m128i last_byte = _mm_set1_epi8((char)needle[needle_count - 1]);
    for (; place + 15 <= last; place += 16) {
        const __m128i firsts = _mm_loadu_si128((const __m128i *)(hay + place));
        const __m128i lasts = _mm_loadu_si128((const __m128i *)(hay + place + needle_count - 1));
        uint32_t both = (uint32_t)_mm_movemask_epi8(
            _mm_and_si128(_mm_cmpeq_epi8(firsts, first_byte), _mm_cmpeq_epi8(lasts, last_byte)));
        for (; both; both &= both - 1) {
            const long found = place + __builtin_ctz(both);
            if (__builtin_memcmp(hay + found, needle, (unsigned long)needle_count) == 0)
                return found;
        }
    }
#endif
    for (; place <= last; place++) {
        if (hay[place] == needle[0]
            && __builtin_memcmp(hay + place, needle, (unsigned long)needle_count) == 0)
            return place;
    }
    return -1;
}

/// Lets the memory that a program frees serve its next allocations: giving it back to the system and
/// getting it anew costs a page fault for every 4 KB. For programs, not for libraries.
void kith_keep_freed_memory(void);

#endif

#ifndef KITH_CSHIMS_H
#define KITH_CSHIMS_H
// Helpers for the hottest loops, inlined into Swift: selections the compiler must not turn into
// branches, prefetch, and byte-group matching, each with a portable form.

#include <stdbool.h>
#include <stdint.h>

#include "DelimitedScan.h"

#define KITH_INLINE static inline __attribute__((always_inline))

/// `c ? a : b` without a branch.
KITH_INLINE long kith_select(bool c, long a, long b) { return __builtin_unpredictable(c) ? a : b; }

/// 1 for true, 0 for false, without a branch.
KITH_INLINE long kith_bool_to_int(bool c) { return c; }

/// Asks the processor to load the cache line at `p`.
KITH_INLINE void kith_prefetch(const void *p) { __builtin_prefetch(p, 0, 3); }

#include "KithStorageShims.h"

/// The offset of the first occurrence of `needle` in `hay`, or -1; an empty needle is at 0.
KITH_INLINE long kith_find_bytes(
    const uint8_t *hay, long hay_count, const uint8_t *needle, long needle_count) {
    if (needle_count == 0) return 0;
    const uint8_t *position = hay;
    const uint8_t *last = hay + (hay_count - needle_count);
    while (position <= last) {
        position = (const uint8_t *)__builtin_memchr(
            position, needle[0], (unsigned long)(last - position + 1));
        if (!position) return -1;
        if (__builtin_memcmp(position, needle, (unsigned long)needle_count) == 0)
            return position - hay;
        position++;
    }
    return -1;
}

#endif

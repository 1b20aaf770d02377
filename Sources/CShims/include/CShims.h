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

#endif

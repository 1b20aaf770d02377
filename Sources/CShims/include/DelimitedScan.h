#ifndef KITH_DELIMITED_SCAN_H
#define KITH_DELIMITED_SCAN_H
// Byte-class scans of delimited text, 64 bytes at a time.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define KITH_SCAN_INLINE static inline __attribute__((always_inline))

/// One bit for each of the 64 bytes at `p` that equals `a`, `b` or `c`; the lowest bit is the first
/// byte. Reads all 64 bytes.
KITH_SCAN_INLINE uint64_t kith_match64(const uint8_t *p, uint8_t a, uint8_t b, uint8_t c) {
#if defined(__SSE2__)
    __m128i va = _mm_set1_epi8((char)a), vb = _mm_set1_epi8((char)b), vc = _mm_set1_epi8((char)c);
    uint64_t bits = 0;
    for (int i = 0; i < 4; i++) {
        __m128i v = _mm_loadu_si128((const __m128i *)(p + 16 * i));
        __m128i m = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(v, va), _mm_cmpeq_epi8(v, vb)),
                                 _mm_cmpeq_epi8(v, vc));
        bits |= (uint64_t)(uint32_t)_mm_movemask_epi8(m) << (16 * i);
    }
    return bits;
#else
    uint64_t bits = 0;
    for (int i = 0; i < 64; i++)
        bits |= (uint64_t)(p[i] == a || p[i] == b || p[i] == c) << i;
    return bits;
#endif
}

/// Whether none of the `n` bytes at `p` has its highest bit set.
KITH_SCAN_INLINE bool kith_is_ascii(const uint8_t *p, size_t n) {
    uint64_t seen = 0;
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        uint64_t word;
        __builtin_memcpy(&word, p + i, 8);
        seen |= word;
    }
    for (; i < n; i++) seen |= (uint64_t)p[i];
    return (seen & 0x8080808080808080ULL) == 0;
}

/// How many of the `n` bytes at `p` equal `b`.
KITH_SCAN_INLINE size_t kith_count_byte(const uint8_t *p, size_t n, uint8_t b) {
    size_t count = 0;
    for (size_t i = 0; i < n; i++) count += p[i] == b;
    return count;
}

/// The offset after the last of the `n` bytes at `p` that equals `b`; 0 if none does.
KITH_SCAN_INLINE size_t kith_after_last_byte(const uint8_t *p, size_t n, uint8_t b) {
    while (n > 0 && p[n - 1] != b) n--;
    return n;
}

#endif

#ifndef KITH_WAIT_SHIMS_H
#define KITH_WAIT_SHIMS_H
// Words by which threads wait for one another: cheaper to call and to wait for than conditions, since
// whoever is awake already costs the caller nothing.

#include <stdbool.h>
#include <stdint.h>

KITH_INLINE uint32_t kith_word_load(const uint32_t *word) {
    return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

/// Puts `value` in and returns what was there.
KITH_INLINE uint32_t kith_word_exchange(uint32_t *word, uint32_t value) {
    return __atomic_exchange_n(word, value, __ATOMIC_ACQ_REL);
}

/// Puts `value` in if `expected` is there, and says whether it was.
KITH_INLINE bool kith_word_replace(uint32_t *word, uint32_t expected, uint32_t value) {
    return __atomic_compare_exchange_n(
        word, &expected, value, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

/// Tells the processor that this thread only looks whether something has changed.
KITH_INLINE void kith_spin_pause(void) {
#if defined(__SSE2__)
    _mm_pause();
#elif defined(__aarch64__)
    __asm__ volatile("isb");
#endif
}

/// Sleeps while `value` is in the word, until it is woken; at most so many nanoseconds, or for as long
/// as it takes where that is negative. It may wake without a cause: the caller looks again.
void kith_word_sleep(const uint32_t *word, uint32_t value, int64_t nanoseconds);

/// Wakes threads that sleep on a word, `count` at most.
void kith_word_wake(const uint32_t *word, int count);

#endif

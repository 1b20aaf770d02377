#ifndef KITH_STORAGE_SHIMS_H
#define KITH_STORAGE_SHIMS_H
// What the storage engine needs from C: a checksum, the search in a slotted page, the table of page
// frames, and the steps of threads that look at frames.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifndef KITH_INLINE
#define KITH_INLINE static inline __attribute__((always_inline))
#endif

// Little-endian loads, whatever the processor.

KITH_INLINE uint64_t kith_load64(const void *p) {
    uint64_t v;
    memcpy(&v, p, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    v = __builtin_bswap64(v);
#endif
    return v;
}

KITH_INLINE uint16_t kith_load16(const void *p) {
    uint16_t v;
    memcpy(&v, p, 2);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    v = __builtin_bswap16(v);
#endif
    return v;
}

KITH_INLINE uint32_t kith_load32(const void *p) {
    uint32_t v;
    memcpy(&v, p, 4);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    v = __builtin_bswap32(v);
#endif
    return v;
}

KITH_INLINE uint64_t kith_rotate(uint64_t v, int by) { return (v << by) | (v >> (64 - by)); }

#define KITH_MIX_A 0x9E3779B97F4A7C15ull
#define KITH_MIX_B 0xC2B2AE3D27D4EB4Full
#define KITH_MIX_C 0xD6E8FEB86659FD93ull

/// The checksum of pages and extents; on disk: never change (docs/FILE_FORMAT.md).
///
/// Four lanes of 64 bits; each step is a bijection of its lane, so that a change within one word
/// always changes the lane that it falls in.
static inline uint64_t kith_checksum(const void *bytes, size_t length) {
    const uint8_t *p = (const uint8_t *)bytes;
    size_t left = length;
    uint64_t a = KITH_MIX_A, b = KITH_MIX_B, c = KITH_MIX_C, d = ~KITH_MIX_A;
    while (left >= 32) {
        a = kith_rotate(a ^ kith_load64(p), 29) * KITH_MIX_A;
        b = kith_rotate(b ^ kith_load64(p + 8), 29) * KITH_MIX_A;
        c = kith_rotate(c ^ kith_load64(p + 16), 29) * KITH_MIX_A;
        d = kith_rotate(d ^ kith_load64(p + 24), 29) * KITH_MIX_A;
        p += 32;
        left -= 32;
    }
    while (left >= 8) {
        a = kith_rotate(a ^ kith_load64(p), 29) * KITH_MIX_A;
        p += 8;
        left -= 8;
    }
    if (left > 0) {
        uint8_t last[8] = {0};
        memcpy(last, p, left);
        b = kith_rotate(b ^ kith_load64(last), 29) * KITH_MIX_B;
    }
    uint64_t h = (uint64_t)length * KITH_MIX_B;
    h = (h ^ a) * KITH_MIX_C;
    h = ((h ^ (h >> 31)) ^ kith_rotate(b, 17)) * KITH_MIX_C;
    h = ((h ^ (h >> 31)) ^ kith_rotate(c, 34)) * KITH_MIX_C;
    h = ((h ^ (h >> 31)) ^ kith_rotate(d, 51)) * KITH_MIX_C;
    return h ^ (h >> 32);
}

/// The first four bytes of a key as a number that orders as they do; shorter keys are padded with 0.
KITH_INLINE uint32_t kith_key_head(const uint8_t *key, uint32_t length) {
    uint32_t head = 0;
    if (__builtin_expect(length >= 4, 1)) {
        memcpy(&head, key, 4);
    } else {
        memcpy(&head, key, length);
    }
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    head = __builtin_bswap32(head);
#endif
    return head;
}

/// Below 0, 0 or above 0, as `a` is less than, equal to or greater than `b`, by bytes.
KITH_INLINE int kith_compare(const uint8_t *a, uint32_t lengthA, const uint8_t *b, uint32_t lengthB) {
    uint32_t common = lengthA < lengthB ? lengthA : lengthB, i = 0;
    while (common - i >= 8) {
        uint64_t wordA, wordB;
        memcpy(&wordA, a + i, 8);
        memcpy(&wordB, b + i, 8);
        if (wordA != wordB) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
            wordA = __builtin_bswap64(wordA);
            wordB = __builtin_bswap64(wordB);
#endif
            return wordA < wordB ? -1 : 1;
        }
        i += 8;
    }
    while (i < common) {
        if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
        i++;
    }
    return lengthA == lengthB ? 0 : (lengthA < lengthB ? -1 : 1);
}

/// The number of leading bytes that are the same.
KITH_INLINE uint32_t kith_common_length(
    const uint8_t *a, uint32_t lengthA, const uint8_t *b, uint32_t lengthB) {
    uint32_t common = lengthA < lengthB ? lengthA : lengthB, i = 0;
    while (i < common && a[i] == b[i]) i++;
    return i;
}

/// The first entry of [first, count) whose key is not less than `key`, times 2, plus 1 if it is equal.
///
/// `slots` are 8 bytes each: offset of the cell, length of the key, head of the key; the key begins
/// `keyOffset` bytes into the cell. The page was validated when it was loaded.
static inline uint32_t kith_lower_bound(
    const uint8_t *page, const uint8_t *slots, uint32_t first, uint32_t count, uint32_t keyOffset,
    const uint8_t *key, uint32_t keyLength) {
    uint32_t head = kith_key_head(key, keyLength);
    uint32_t low = first, n = count - first;
    while (n > 0) {
        uint32_t half = (n + 1) >> 1;
        bool less = kith_load32(slots + (size_t)(low + half - 1) * 8 + 4) < head;
        low = __builtin_unpredictable(less) ? low + half : low;
        n -= half;
    }
    if (low == count || kith_load32(slots + (size_t)low * 8 + 4) != head) return low << 1;
    // Entries with the same head: the end of their range, then a search by whole keys.
    uint32_t high = low + 1;
    if (high < count && kith_load32(slots + (size_t)high * 8 + 4) == head) {
        uint32_t end = high;
        n = count - end;
        while (n > 0) {
            uint32_t half = (n + 1) >> 1;
            bool notGreater = kith_load32(slots + (size_t)(end + half - 1) * 8 + 4) <= head;
            end = __builtin_unpredictable(notGreater) ? end + half : end;
            n -= half;
        }
        high = end;
    }
    while (low < high) {
        uint32_t middle = (low + high) >> 1;
        const uint8_t *slot = slots + (size_t)middle * 8;
        int order = kith_compare(
            page + kith_load16(slot) + keyOffset, kith_load16(slot + 2), key, keyLength);
        if (order == 0) return middle << 1 | 1;
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low << 1;
}

// The table of frames: sets of eight words, each page number << 32 | frame number + 1, or 0.

/// The frame number + 1 of `page` in its set, or 0.
KITH_INLINE uint32_t kith_find_frame(const uint64_t *set, uint32_t page) {
    uint32_t found = 0;
    for (int way = 0; way < 8; way++) {
        uint64_t entry = __atomic_load_n(&set[way], __ATOMIC_ACQUIRE);
        found |= (uint32_t)(entry >> 32) == page ? (uint32_t)entry : 0;
    }
    return found;
}

KITH_INLINE uint64_t kith_atomic_load(const uint64_t *p) { return __atomic_load_n(p, __ATOMIC_ACQUIRE); }
KITH_INLINE void kith_atomic_store(uint64_t *p, uint64_t v) { __atomic_store_n(p, v, __ATOMIC_RELEASE); }
KITH_INLINE uint32_t kith_atomic_load_flag(const uint32_t *p) {
    return __atomic_load_n(p, __ATOMIC_RELAXED);
}
KITH_INLINE void kith_atomic_store_flag(uint32_t *p, uint32_t v) {
    __atomic_store_n(p, v, __ATOMIC_RELAXED);
}

// Steps. A thread may look at a frame only within a step. A frame that is taken out of the table is
// used again only once every thread has left the step that it was in at that time.

typedef struct kith_step_slot {
    uint64_t active;  // the clock at the step's beginning, 0 outside of steps
    uint64_t depth;   // steps may nest; only the owner looks at this
    uint64_t taken;
    struct kith_step_slot *next;
    uint64_t padding[4];
} kith_step_slot;

extern _Thread_local kith_step_slot *kith_thread_step_slot;
extern uint64_t kith_step_clock;

/// Gives the calling thread a slot of its own; it is given back when the thread ends.
kith_step_slot *kith_step_register(void);

KITH_INLINE void kith_step_begin(void) {
    kith_step_slot *slot = kith_thread_step_slot;
    if (__builtin_expect(slot == NULL, 0)) slot = kith_step_register();
    if (slot->depth++ == 0) {
        uint64_t now = __atomic_load_n(&kith_step_clock, __ATOMIC_SEQ_CST);
        // A full barrier: no frame is looked up before others can see that a step has begun.
        __atomic_exchange_n(&slot->active, now, __ATOMIC_SEQ_CST);
    }
}

KITH_INLINE void kith_step_end(void) {
    kith_step_slot *slot = kith_thread_step_slot;
    if (--slot->depth == 0) __atomic_store_n(&slot->active, 0, __ATOMIC_RELEASE);
}

/// The beginning of the calling thread's running step.
KITH_INLINE uint64_t kith_step_current(void) { return kith_thread_step_slot->active; }

/// Advances the clock and returns the time before: the stamp of what was just taken out.
KITH_INLINE uint64_t kith_step_advance(void) {
    return __atomic_fetch_add(&kith_step_clock, 1, __ATOMIC_SEQ_CST);
}

/// The beginning of the oldest running step; UINT64_MAX when there is none.
uint64_t kith_step_oldest(void);

struct flock;

/// Sets or clears a lock that belongs to the open file, not to the process; does not wait.
int kith_set_lock(int descriptor, struct flock *lock);

/// Asks which lock would be in the way.
int kith_get_lock(int descriptor, struct flock *lock);

/// Which file a descriptor, or a path where `path` is not null, leads to; false when to none.
///
/// Does not ask for its times: a file system that tells them apart finely must note the next change
/// anew after each time that somebody looked.
bool kith_file_identity(
    int descriptor, const char *path, uint64_t *device, uint64_t *inode, uint16_t *mode);

/// Opens an existing file; as `open`. Reading it leaves the time of its last use as it is, where the
/// system lets this process have that: writing that down takes as long as reading a page.
int kith_open_existing(const char *path, bool writes);

/// Has the system give memory to bytes of a private mapping that have none yet, where it knows how.
void kith_obtain_memory(void *bytes, size_t count);

/// Lets the system begin to write a file's changed bytes to the disk, where it knows how; does not
/// wait, and promises nothing.
void kith_begin_sync(int descriptor);

/// Renames a file unless there is one of the new name already.
int kith_rename_without_replacing(const char *from, const char *to);

#endif

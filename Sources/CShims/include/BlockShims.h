#ifndef KITH_BLOCK_SHIMS_H
#define KITH_BLOCK_SHIMS_H
// Blocks of memory for the columns of a few thousand rows, of which each thread keeps some that were
// freed. The allocator of the process keeps only small ones for a thread: larger ones are taken from what
// threads share, given back to the system when many are freed at once, and faulted in anew, for which
// the system interrupts the processors of all other threads.

#include <stddef.h>

/// The class of blocks that hold `byte_count` bytes; -1 where none does, or the process's allocator keeps
/// such small ones itself.
static inline __attribute__((always_inline)) int kith_block_class(size_t byte_count) {
    if (byte_count <= 1024 || byte_count > 65536) return -1;
    return byte_count <= 2048 ? 0 : 53 - __builtin_clzl(byte_count - 1);
}

/// A block of a class, aligned to 16 bytes, with anything in it.
void *kith_block_take(int block_class);

/// Takes back a block of a class, on whatever thread.
void kith_block_give(void *block, int block_class);

#endif

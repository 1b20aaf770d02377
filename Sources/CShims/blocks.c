#include "BlockShims.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

enum { class_count = 6 };

// A thread keeps at most so much.
static const size_t kept_max = 256 << 10;

typedef struct spare_block {
    struct spare_block *next;
} spare_block;

typedef struct {
    spare_block *first[class_count];
    size_t kept;
    // Whether the system tells when the thread ends, which then keeps nothing more.
    enum { unknown, told, over } state;
} thread_blocks;

static _Thread_local thread_blocks mine;
static pthread_key_t end_key;
static bool has_end_key = false;
static pthread_once_t end_key_once = PTHREAD_ONCE_INIT;

static size_t block_size(int block_class) { return (size_t)2048 << block_class; }

// The end of a thread.
static void free_all(void *blocks_of_thread) {
    thread_blocks *blocks = (thread_blocks *)blocks_of_thread;
    blocks->state = over;
    for (int block_class = 0; block_class < class_count; block_class++) {
        while (blocks->first[block_class] != NULL) {
            spare_block *block = blocks->first[block_class];
            blocks->first[block_class] = block->next;
            free(block);
        }
    }
    blocks->kept = 0;
}

static void make_end_key(void) { has_end_key = pthread_key_create(&end_key, free_all) == 0; }

void *kith_block_take(int block_class) {
    spare_block *block = mine.first[block_class];
    if (block != NULL) {
        mine.first[block_class] = block->next;
        mine.kept -= block_size(block_class);
        return block;
    }
    void *made = malloc(block_size(block_class));
    if (made == NULL) abort();
    return made;
}

void kith_block_give(void *block, int block_class) {
    const size_t size = block_size(block_class);
    if (mine.state == unknown) {
        pthread_once(&end_key_once, make_end_key);
        mine.state = has_end_key && pthread_setspecific(end_key, &mine) == 0 ? told : over;
    }
    if (mine.state == over || mine.kept + size > kept_max) {
        free(block);
        return;
    }
    spare_block *spare = (spare_block *)block;
    spare->next = mine.first[block_class];
    mine.first[block_class] = spare;
    mine.kept += size;
}

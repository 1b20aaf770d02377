#define _GNU_SOURCE
#include "CShims.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

_Thread_local kith_step_slot *kith_thread_step_slot = NULL;
uint64_t kith_step_clock = 1;

// Every slot ever made, newest first; slots are reused and never freed.
static kith_step_slot *first_slot = NULL;
static pthread_key_t slot_key;
static pthread_once_t slot_key_once = PTHREAD_ONCE_INIT;

static void give_back(void *slot) {
    kith_thread_step_slot = NULL;
    __atomic_store_n(&((kith_step_slot *)slot)->taken, 0, __ATOMIC_RELEASE);
}

static void make_key(void) { pthread_key_create(&slot_key, give_back); }

kith_step_slot *kith_step_register(void) {
    pthread_once(&slot_key_once, make_key);
    kith_step_slot *slot = __atomic_load_n(&first_slot, __ATOMIC_ACQUIRE);
    for (; slot != NULL; slot = slot->next) {
        uint64_t free_slot = 0;
        if (__atomic_compare_exchange_n(
                &slot->taken, &free_slot, 1, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) {
            break;
        }
    }
    if (slot == NULL) {
        void *memory = NULL;
        if (posix_memalign(&memory, 64, sizeof(kith_step_slot)) != 0) abort();
        slot = (kith_step_slot *)memory;
        *slot = (kith_step_slot){.taken = 1};
        slot->next = __atomic_load_n(&first_slot, __ATOMIC_RELAXED);
        while (!__atomic_compare_exchange_n(
            &first_slot, &slot->next, slot, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED)) {
        }
    }
    pthread_setspecific(slot_key, slot);
    kith_thread_step_slot = slot;
    return slot;
}

uint64_t kith_step_oldest(void) {
    uint64_t oldest = UINT64_MAX;
    for (kith_step_slot *slot = __atomic_load_n(&first_slot, __ATOMIC_SEQ_CST); slot != NULL;
         slot = slot->next) {
        uint64_t active = __atomic_load_n(&slot->active, __ATOMIC_SEQ_CST);
        if (active != 0 && active < oldest) oldest = active;
    }
    return oldest;
}

#ifdef F_OFD_SETLK
int kith_set_lock(int descriptor, struct flock *lock) {
    lock->l_pid = 0;
    return fcntl(descriptor, F_OFD_SETLK, lock);
}
int kith_get_lock(int descriptor, struct flock *lock) {
    lock->l_pid = 0;
    return fcntl(descriptor, F_OFD_GETLK, lock);
}
#else
int kith_set_lock(int descriptor, struct flock *lock) {
    (void)descriptor, (void)lock;
    errno = ENOSYS;
    return -1;
}
int kith_get_lock(int descriptor, struct flock *lock) { return kith_set_lock(descriptor, lock); }
#endif

bool kith_file_identity(
    int descriptor, const char *path, uint64_t *device, uint64_t *inode, uint16_t *mode) {
#ifdef STATX_INO
    struct statx exact;
    const unsigned wanted = STATX_INO | STATX_TYPE;
    const int code = path ? statx(AT_FDCWD, path, 0, wanted, &exact)
                          : statx(descriptor, "", AT_EMPTY_PATH, wanted, &exact);
    if (code == 0) {
        *device = (uint64_t)exact.stx_dev_major << 32 | exact.stx_dev_minor;
        *inode = exact.stx_ino;
        *mode = exact.stx_mode;
        return true;
    }
#endif
    struct stat found;
    if (path ? stat(path, &found) : fstat(descriptor, &found)) return false;
    *device = (uint64_t)found.st_dev;
    *inode = (uint64_t)found.st_ino;
    *mode = (uint16_t)found.st_mode;
    return true;
}

void kith_obtain_memory(void *bytes, size_t count) {
#ifdef MADV_POPULATE_WRITE
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    const uintptr_t start = (uintptr_t)bytes & ~(page - 1);
    // Without it the memory comes page by page, when it is touched.
    (void)madvise((void *)start, (uintptr_t)bytes + count - start, MADV_POPULATE_WRITE);
#else
    (void)bytes, (void)count;
#endif
}

int kith_open_existing(const char *path, bool writes) {
    const int flags = (writes ? O_RDWR : O_RDONLY) | O_CLOEXEC;
#ifdef O_NOATIME
    const int descriptor = open(path, flags | O_NOATIME);
    // Only the owner of a file may ask for that.
    if (descriptor >= 0 || errno != EPERM) return descriptor;
#endif
    return open(path, flags);
}

void kith_begin_sync(int descriptor) {
#ifdef SYNC_FILE_RANGE_WRITE
    // Errors are told by the sync that follows.
    (void)sync_file_range(descriptor, 0, 0, SYNC_FILE_RANGE_WRITE);
#else
    (void)descriptor;
#endif
}

int kith_rename_without_replacing(const char *from, const char *to) {
#ifdef RENAME_NOREPLACE
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
#else
    (void)from, (void)to;
    errno = ENOSYS;
    return -1;
#endif
}

void kith_keep_freed_memory(void) {
#ifdef M_TRIM_THRESHOLD
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TRIM_THRESHOLD, 128 << 20);
#endif
}

void kith_word_sleep(const uint32_t *word, uint32_t value, int64_t nanoseconds) {
    struct timespec time = {nanoseconds / 1000000000, nanoseconds % 1000000000};
    syscall(
        SYS_futex, word, FUTEX_WAIT_PRIVATE, value, nanoseconds < 0 ? NULL : &time, NULL, 0);
}

void kith_word_wake(const uint32_t *word, int count) {
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0);
}

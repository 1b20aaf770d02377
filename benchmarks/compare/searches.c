// What a second thread gains in searches over a graph, in straight C: core numbers and a search by levels, over
// the same lists and with the same access to memory as Kith's, without anything else.
//
//     cc -O2 -pthread -o searches compare/searches.c && ./searches DIRECTORY/friend.csv
//
// Each thread goes over all nodes of a round and follows the edges to its own part of the nodes, so nothing is
// shared but what is read. Prints the medians and least of 15 runs on one thread and on two, in turn.
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define AHEAD 8
#define RUNS 15

typedef struct {
    long nodes, *offsets;
    uint32_t *targets;
} Lists;

static Lists lists;
static int threads;
static long bounds[3];
// The nodes of a round and those found for the next, by the part that they belong to.
static uint32_t *front[2][2];
static long counts[2][2][16], left_count[2][16];
static int turn;
static uint64_t *known;
static int32_t *degrees;
static uint32_t *cores, *left[2];

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e3 + t.tv_nsec * 1e-6;
}

static void await_all(void) {
    static atomic_int arrived, round;
    if (threads == 1) return;
    int mine = atomic_load(&round);
    if (atomic_fetch_add(&arrived, 1) + 1 == threads) {
        atomic_store(&arrived, 0);
        atomic_fetch_add(&round, 1);
    } else {
        while (atomic_load(&round) == mine) __builtin_ia32_pause();
    }
}

// Visits the edges from the round's nodes to the part of a thread.
#define FOLLOW(part, node, target, begin, visit)                                                          \
    for (int segment = 0; segment < threads; segment++) {                                                 \
        const uint32_t *nodes = front[turn][segment];                                                     \
        long count = counts[turn][segment][0];                                                            \
        for (long i = 0; i < count; i++) {                                                                \
            if (i + 2 * AHEAD < count) __builtin_prefetch(lists.offsets + nodes[i + 2 * AHEAD]);          \
            if (i + AHEAD < count)                                                                        \
                __builtin_prefetch(lists.targets + lists.offsets[nodes[i + AHEAD] + (part)] - (part));    \
            uint32_t node = nodes[i];                                                                     \
            long edge = lists.offsets[node], end = lists.offsets[node + 1];                               \
            begin;                                                                                        \
            if ((part) == 0) {                                                                            \
                for (; edge < end; edge++) {                                                              \
                    uint32_t target = lists.targets[edge];                                                \
                    if (threads > 1 && target >= bounds[1]) break;                                        \
                    visit;                                                                                \
                }                                                                                         \
            } else {                                                                                      \
                while (edge < end) {                                                                      \
                    uint32_t target = lists.targets[--end];                                               \
                    if (target < bounds[1]) break;                                                        \
                    visit;                                                                                \
                }                                                                                         \
            }                                                                                             \
        }                                                                                                 \
    }

static long found_in_all(void) {
    long sum = 0;
    for (int part = 0; part < threads; part++) sum += counts[turn][part][0];
    return sum;
}

// Ends a round: all threads go on with what was found.
static long next_round(int part, long found) {
    counts[1 - turn][part][0] = found;
    await_all();
    if (part == 0) turn = 1 - turn;
    await_all();
    return found_in_all();
}

static void levels(int part) {
    long low = bounds[part], high = bounds[part + 1];
    for (long node = low; node < high; node++) known[node] = UINT64_MAX;
    counts[turn][part][0] = 0;
    if (part == 0) {
        known[0] = UINT32_MAX;
        front[turn][0][0] = 0;
        counts[turn][0][0] = 1;
    }
    await_all();
    for (uint64_t level = 1; found_in_all() > 0; level++) {
        uint32_t *room = front[1 - turn][part];
        long found = 0;
        uint64_t way = 0;
        FOLLOW(part, node, target, way = level << 32 | node, {
            uint64_t before = known[target];
            known[target] = before < way ? before : way;
            room[found] = target;
            found += before == UINT64_MAX;
        })
        if (found > (high - low) / 32) {
            found = 0;
            for (long node = low; node < high; node++) {
                room[found] = node;
                found += known[node] >> 32 == level;
            }
        }
        next_round(part, found);
    }
}

static void peel(int part) {
    long low = bounds[part], high = bounds[part + 1];
    for (long node = low; node < high; node++) {
        degrees[node] = lists.offsets[node + 1] - lists.offsets[node];
        left[part][node - low] = node;
    }
    left_count[part][0] = high - low;
    for (int32_t core = 0;; core++) {
        uint32_t *room = front[1 - turn][part], *nodes = left[part];
        long kept = 0, found = 0;
        for (long i = 0; i < left_count[part][0]; i++) {
            uint32_t node = nodes[i];
            int32_t degree = degrees[node];
            nodes[kept] = node;
            kept += degree > core;
            room[found] = node;
            found += degree == core;
        }
        left_count[part][0] = kept;
        for (long i = 0; i < found; i++) cores[room[i]] = core;
        long all = next_round(part, found);
        while (all > 0) {
            room = front[1 - turn][part];
            found = 0;
            FOLLOW(part, node, target, , {
                int32_t degree = degrees[target];
                degrees[target] = degree - (degree > core);
                room[found] = target;
                found += degree == core + 1;
            })
            for (long i = 0; i < found; i++) cores[room[i]] = core;
            all = next_round(part, found);
        }
        if (left_count[0][0] + (threads > 1 ? left_count[1][0] : 0) == 0) return;
        await_all();
    }
}

static void (*search)(int);
static void *second(void *unused) {
    search(1);
    return unused;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static int by_number(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static void measure(const char *name, void (*body)(int)) {
    static double times[2][RUNS];
    search = body;
    for (int run = 0; run < RUNS; run++) {
        for (threads = 1; threads <= 2; threads++) {
            bounds[1] = bounds[2] = lists.nodes;
            if (threads == 2) {
                // As many edges lead to one part as to the other.
                static long *to;
                to = calloc(lists.nodes + 1, sizeof *to);
                for (long edge = 0; edge < lists.offsets[lists.nodes]; edge++) to[lists.targets[edge]]++;
                long sum = 0, node = 0;
                while (sum < lists.offsets[lists.nodes] / 2) sum += to[node++];
                bounds[1] = node;
                free(to);
            }
            double start = now();
            pthread_t thread;
            if (threads == 2) pthread_create(&thread, NULL, second, NULL);
            body(0);
            if (threads == 2) pthread_join(thread, NULL);
            times[threads - 1][run] = now() - start;
        }
    }
    for (int i = 0; i < 2; i++) qsort(times[i], RUNS, sizeof(double), ascending);
    double one = times[0][RUNS / 2], two = times[1][RUNS / 2];
    printf("%s: one thread %.2f ms, two %.2f, gain %.2f (of the least %.2f)\n", name, one, two, one / two,
           times[0][0] / times[1][0]);
}

static void load(uint32_t (*edges)[2], long count, int both_ways) {
    lists.offsets = calloc(lists.nodes + 2, sizeof *lists.offsets);
    lists.targets = malloc((both_ways ? 2 : 1) * count * sizeof *lists.targets);
    for (int way = 0; way <= both_ways; way++)
        for (long i = 0; i < count; i++) lists.offsets[edges[i][way] + 2]++;
    for (long node = 0; node < lists.nodes; node++) lists.offsets[node + 2] += lists.offsets[node + 1];
    for (int way = 0; way <= both_ways; way++)
        for (long i = 0; i < count; i++)
            lists.targets[lists.offsets[edges[i][way] + 1]++] = edges[i][1 - way];
    for (long node = 0; node < lists.nodes; node++)
        qsort(lists.targets + lists.offsets[node], lists.offsets[node + 1] - lists.offsets[node],
              sizeof *lists.targets, by_number);
}

int main(int argc, char **argv) {
    FILE *file = argc > 1 ? fopen(argv[1], "r") : NULL;
    if (!file) return fprintf(stderr, "usage: searches friend.csv\n"), 2;
    char line[256];
    long count = 0, room = 1 << 20;
    uint32_t(*edges)[2] = malloc(room * sizeof *edges);
    while (fgets(line, sizeof line, file)) {
        if (count == room) edges = realloc(edges, (room *= 2) * sizeof *edges);
        if (sscanf(line, "%u,%u", &edges[count][0], &edges[count][1]) != 2) continue;
        for (int way = 0; way < 2; way++)
            if (edges[count][way] >= lists.nodes) lists.nodes = edges[count][way] + 1;
        count++;
    }
    known = malloc(lists.nodes * sizeof *known);
    degrees = malloc(lists.nodes * sizeof *degrees);
    cores = malloc(lists.nodes * sizeof *cores);
    for (int part = 0; part < 2; part++) {
        left[part] = malloc(lists.nodes * sizeof(uint32_t));
        for (int which = 0; which < 2; which++)
            front[which][part] = malloc((lists.nodes + 1) * sizeof(uint32_t));
    }
    load(edges, count, 0);
    measure("levels", levels);
    load(edges, count, 1);
    measure("levels, both ways", levels);
    measure("core numbers", peel);
    uint64_t sum = 0;
    for (long node = 0; node < lists.nodes; node++) sum += cores[node] * (node + 1);
    printf("sum of core numbers times nodes: %lu\n", sum);
}

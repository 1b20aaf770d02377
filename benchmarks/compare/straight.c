// PageRank and components as straight C over arrays, on one thread: the practical limit that algorithms.py
// compares with. Lists lead both ways: node i has the neighbours targets[offsets[i]] to targets[offsets[i + 1] - 1].
#include <stdint.h>
#include <stdlib.h>

double page_rank(int64_t n, const int32_t *offsets, const int32_t *targets, int rounds, double damping) {
    double *score = malloc(n * sizeof *score), *given = malloc(n * sizeof *given), most = 0;
    for (int64_t i = 0; i < n; i++) score[i] = 1.0 / n;
    for (int round = 0; round < rounds; round++) {
        double stuck = 0;
        for (int64_t i = 0; i < n; i++) {
            int32_t degree = offsets[i + 1] - offsets[i];
            if (degree == 0) stuck += score[i];
            given[i] = degree ? score[i] / degree : 0;
        }
        double base = (1 - damping) / n + damping * stuck / n;
        for (int64_t i = 0; i < n; i++) {
            double sum = 0;
            for (int32_t e = offsets[i]; e < offsets[i + 1]; e++) sum += given[targets[e]];
            score[i] = base + damping * sum;
        }
    }
    for (int64_t i = 0; i < n; i++) if (score[i] > most) most = score[i];
    free(score);
    free(given);
    return most;
}

static int32_t root(int32_t *parents, int32_t node) {
    while (parents[node] != node) {
        parents[node] = parents[parents[node]];
        node = parents[node];
    }
    return node;
}

int64_t components(int64_t n, const int32_t *offsets, const int32_t *targets) {
    int32_t *parents = malloc(n * sizeof *parents);
    int64_t count = n;
    for (int32_t i = 0; i < n; i++) parents[i] = i;
    for (int32_t i = 0; i < n; i++)
        for (int32_t e = offsets[i]; e < offsets[i + 1]; e++) {
            if (targets[e] <= i) continue;
            int32_t a = root(parents, i), b = root(parents, targets[e]);
            if (a == b) continue;
            parents[a] = b;
            count--;
        }
    free(parents);
    return count;
}

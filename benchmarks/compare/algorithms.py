#!/usr/bin/env python3
"""Runs graph algorithms over the friendships of a customer graph in Kith, straight C and networkit in turn.

    algorithms.py KITH DATABASE DIRECTORY [--rounds 5] [--threads N]

KITH is the program (a release build), DATABASE what load.py's import made of DIRECTORY, and DIRECTORY has friend.csv
(from,to,...; a header row). Each round runs PageRank (20 rounds, damping 0.85), connected components and Louvain in
one engine after the other, so that what else the machine does meets them all. Kith is measured by its own clock, from
the call to the last row of an aggregate over all rows; its first call, which makes the projection, is reported apart.
Straight C (straight.c, compiled with cc -O3 -march=native) runs on one thread, the others on all processors unless
--threads says otherwise. networkit is left out where its package is not installed.
"""
import argparse, ctypes, json, os, statistics, subprocess, sys, tempfile, time

OPTIONS = "labels: 'Customer', types: 'FRIEND'"


class Kith:
    def __init__(self, program, database, threads):
        self.process = subprocess.Popen([program, "pipe", database], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)
        self.options = OPTIONS + (f", threads: {threads}" if threads else "")

    def query(self, text):
        self.process.stdin.write(json.dumps({"id": 1, "query": text}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "rows" not in answer:
            sys.exit(f"kith: {answer}")
        return answer["elapsedMs"], answer["rows"][0]

    def pagerank(self):
        return self.query(f"CALL algo.pageRank({{{self.options}, direction: 'both', iterations: 20, tolerance: 0}}) "
                          "YIELD score RETURN max(score), count(*)")

    def components(self):
        return self.query(f"CALL algo.wcc({{{self.options}}}) YIELD componentId RETURN max(componentId) + 1")

    def louvain(self):
        return self.query(f"CALL algo.louvain({{{self.options}}}) YIELD communityId, modularity "
                          "RETURN max(communityId) + 1, max(modularity)")

    def projection(self):
        return self.query(f"CALL algo.degree({{{self.options}, direction: 'both'}}) YIELD score "
                          "RETURN sum(score), count(*)")


class StraightC:
    def __init__(self, pairs, count):
        import numpy
        near = numpy.concatenate([pairs[:, 0], pairs[:, 1]])
        far = numpy.concatenate([pairs[:, 1], pairs[:, 0]])
        order = numpy.lexsort((far, near))
        self.targets = far[order].astype(numpy.int32)
        self.offsets = numpy.concatenate([[0], numpy.cumsum(numpy.bincount(near, minlength=count))]).astype(numpy.int32)
        self.count = count
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "straight.c")
        self.folder = tempfile.TemporaryDirectory()
        library = os.path.join(self.folder.name, "straight.so")
        subprocess.run(["cc", "-O3", "-march=native", "-shared", "-fPIC", "-o", library, source], check=True)
        self.library = ctypes.CDLL(library)
        self.library.page_rank.restype = ctypes.c_double
        self.library.components.restype = ctypes.c_int64

    def arguments(self):
        return (ctypes.c_int64(self.count), ctypes.c_void_p(self.offsets.ctypes.data),
                ctypes.c_void_p(self.targets.ctypes.data))

    def timed(self, run):
        start = time.perf_counter()
        value = run()
        return (time.perf_counter() - start) * 1e3, [value]

    def pagerank(self):
        return self.timed(lambda: self.library.page_rank(*self.arguments(), 20, ctypes.c_double(0.85)))

    def components(self):
        return self.timed(lambda: self.library.components(*self.arguments()))


class NetworKit:
    def __init__(self, pairs, count, threads):
        import networkit, numpy
        self.networkit = networkit
        if threads:
            networkit.setNumberOfThreads(threads)
        ends = (pairs[:, 0].astype(numpy.uint64), pairs[:, 1].astype(numpy.uint64))
        self.graph = networkit.GraphFromCoo(ends, n=count, weighted=False, directed=False)

    def timed(self, run, value):
        start = time.perf_counter()
        result = run()
        elapsed = (time.perf_counter() - start) * 1e3
        return elapsed, value(result)

    def pagerank(self):
        ranks = self.networkit.centrality.PageRank(self.graph, damp=0.85, tol=0.0)
        ranks.maxIterations = 20
        return self.timed(ranks.run, lambda _: [max(ranks.scores())])

    def components(self):
        parts = self.networkit.components.ConnectedComponents(self.graph)
        return self.timed(parts.run, lambda _: [parts.numberOfComponents()])

    def louvain(self):
        found = self.networkit.community.PLM(self.graph, refine=False)
        quality = self.networkit.community.Modularity()

        def value(_):
            partition = found.getPartition()
            return [partition.numberOfSubsets(), quality.getQuality(partition, self.graph)]
        return self.timed(found.run, value)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("database")
    parser.add_argument("folder")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int)
    options = parser.parse_args()
    import numpy
    pairs = numpy.loadtxt(os.path.join(options.folder, "friend.csv"), delimiter=",", skiprows=1, usecols=(0, 1),
                          dtype=numpy.int64)
    count = int(pairs.max()) + 1
    kith = Kith(os.path.abspath(options.program), options.database, options.threads)
    first, size = kith.projection()
    again, _ = kith.projection()
    print(f"{size[1]} nodes, {int(size[0])} edges; projection made in {first - again:.0f} ms")
    engines = [("kith", kith), ("C", StraightC(pairs, count))]
    try:
        engines.append(("networkit", NetworKit(pairs, count, options.threads)))
    except ImportError:
        print("networkit: package networkit is not installed", file=sys.stderr)
    print("%-11s %-10s %9s %9s %11s   %s" % ("algorithm", "engine", "median ms", "min ms", "time/kith", "result"))
    for name in ("pagerank", "components", "louvain"):
        found = {engine: [] for engine, _ in engines}
        values = {engine: set() for engine, _ in engines}
        for _ in range(options.rounds):
            for engine, runner in engines:
                if hasattr(runner, name):
                    elapsed, value = getattr(runner, name)()
                    found[engine].append(elapsed)
                    values[engine].add(tuple(round(v, 6) if isinstance(v, float) else v for v in value))
        base = statistics.median(found["kith"])
        for engine, _ in engines:
            if found[engine]:
                middle = statistics.median(found[engine])
                print("%-11s %-10s %9.1f %9.1f %11.2f   %s" % (
                    name, engine, middle, min(found[engine]), middle / base,
                    "; ".join(str(list(v)) for v in sorted(values[engine]))))


if __name__ == "__main__":
    main()

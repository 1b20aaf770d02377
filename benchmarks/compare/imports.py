#!/usr/bin/env python3
"""Imports one CSV file of half a million lines into Kith, Ladybug and SQLite in turn, and compares time and file size.

    imports.py KITH CSV [ROUNDS]

KITH is the program (a release build); CSV is a plain file with a header, for example the lines of the UCI Online
Retail II sheet. Ladybug needs its Python package (`pip install ladybug`); without it that column is left out. The
engines take turns, so that what else the machine does meets them all. SQLite gets the rows from Python's csv reader
in one transaction, as its users do; Ladybug by COPY; Kith by `kith import`.
"""
import csv, json, os, shutil, sqlite3, statistics, subprocess, sys, tempfile, time

try:
    import ladybug
except ImportError:
    ladybug = None


def size(path):
    if os.path.isfile(path):
        return sum(os.path.getsize(path + s) for s in ("", "-wal", ".wal") if os.path.exists(path + s))
    return sum(os.path.getsize(os.path.join(d, f)) for d, _, fs in os.walk(path) for f in fs)


def columns(source):
    with open(source, encoding="utf-8", newline="") as f:
        return next(csv.reader(f))


def kith(program, source, path):
    manifest = path + ".json"
    with open(manifest, "w") as f:
        json.dump({"nodes": [{"file": source, "labels": ["Line"]}]}, f)
    subprocess.run([program, "import", path, manifest], check=True, stdout=subprocess.DEVNULL)


def with_sqlite(_, source, path):
    names = columns(source)
    types = {"Quantity": "INTEGER", "Price": "REAL", "Customer ID": "INTEGER"}
    db = sqlite3.connect(path)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    db.execute("CREATE TABLE line (%s)" % ", ".join('"%s" %s' % (n, types.get(n, "TEXT")) for n in names))
    with open(source, encoding="utf-8", newline="") as f:
        rows = csv.reader(f)
        next(rows)
        db.executemany("INSERT INTO line VALUES (%s)" % ",".join("?" * len(names)),
                       ([v if v != "" else None for v in row] for row in rows))
    db.commit()
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()


def with_ladybug(_, source, path):
    types = {"Quantity": "INT64", "Price": "DOUBLE", "InvoiceDate": "TIMESTAMP", "Customer ID": "INT64"}
    connection = ladybug.Connection(ladybug.Database(path))
    connection.execute("CREATE NODE TABLE Line(serial SERIAL, %s, PRIMARY KEY(serial))" %
                       ", ".join("`%s` %s" % (n, types.get(n, "STRING")) for n in columns(source)))
    connection.execute('COPY Line FROM "%s" (header=true, parallel=false)' % source)
    connection.close()


def main():
    program, source = sys.argv[1:3]
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    engines = [("kith", kith), ("sqlite", with_sqlite)] + ([("ladybug", with_ladybug)] if ladybug else [])
    times, sizes = {name: [] for name, _ in engines}, {}
    for _ in range(rounds):
        for name, load in engines:
            folder = tempfile.mkdtemp(prefix="imports-")
            path = os.path.join(folder, "db")
            start = time.perf_counter()
            load(program, os.path.abspath(source), path)
            times[name].append(time.perf_counter() - start)
            sizes[name] = size(path)
            shutil.rmtree(folder)
    base = statistics.median(times["kith"])
    print("%-10s %10s %10s %12s %10s" % ("engine", "median s", "min s", "bytes", "time/kith"))
    for name, _ in engines:
        middle = statistics.median(times[name])
        print("%-10s %10.2f %10.2f %12d %10.2f" % (name, middle, min(times[name]), sizes[name], middle / base))


if __name__ == "__main__":
    main()

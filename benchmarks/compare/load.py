#!/usr/bin/env python3
"""Loads a customer graph from CSV files into Kith, DuckDB, SQLite and Ladybug in turn; compares time, file and memory.

    load.py KITH DIRECTORY [--rounds 3] [--engines kith,duckdb,duckdb-plain,sqlite,ladybug]

KITH is the program (a release build). DIRECTORY has the 16 files below, each with a header row. Every load runs in a
process of its own, from the files to a closed database that answers queries by key, and the engines take turns, so
that what else the machine does meets them all. Kith makes a unique index on each key and lists in both directions;
`duckdb` and `sqlite` get primary keys and the indexes over foreign keys that one hop needs, one-to-many relationships
folded into the many's table; `duckdb-plain` gets nothing but the tables; Ladybug makes primary keys and both
directions by itself. An engine whose Python package (duckdb, ladybug) is not installed is left out.
"""
import argparse, csv, json, os, shutil, statistics, subprocess, sys, tempfile, time

# label: file, columns (i: integer, s: text, f: float)
NODES = {
    "Customer": ("customer", "id:i name:s email:s country:s city:s segment:s birth_year:i created_ts:i"),
    "Company": ("company", "id:i name:s industry:s country:s"),
    "Supplier": ("supplier", "id:i name:s country:s"),
    "Product": ("product", "id:i name:s category:s price_cents:i"),
    "Purchase": ("order", "id:i ts:i month:i status:s total_cents:i"),
    "Interaction": ("interaction", "id:i ts:i kind:s sentiment:f"),
    "Campaign": ("campaign", "id:i name:s start_ts:i budget_cents:i"),
    "Channel": ("channel", "id:i name:s"),
}
# type, file, from, to, columns
RELATIONSHIPS = [
    ("FRIEND", "friend", "Customer", "Customer", "since_ts:i"),
    ("WORKS_AT", "works_at", "Customer", "Company", "role:s"),
    ("PLACED", "placed", "Customer", "Purchase", ""),
    ("HAS_LINE", "has_line", "Purchase", "Product", "qty:i price_cents:i"),
    ("SUPPLIES", "supplies", "Supplier", "Product", ""),
    ("HAD", "had", "Customer", "Interaction", ""),
    ("ON_CHANNEL", "on_channel", "Interaction", "Channel", ""),
    ("PART_OF", "part_of", "Interaction", "Campaign", ""),
]
# Where a node has exactly one relationship of a type, SQL keeps it as a column of the node's table.
FOREIGN_KEYS = {"purchase": [("customer_id", "placed", "to", "from")],
                "product": [("supplier_id", "supplies", "to", "from")],
                "interaction": [("customer_id", "had", "to", "from"), ("channel_id", "on_channel", "from", "to"),
                                ("campaign_id", "part_of", "from", "to")],
                "customer": [("company_id", "works_at", "from", "to")]}
INDEXES = ["friend (a)", "friend (b)", "purchase (customer_id)", "has_line (a)", "interaction (customer_id)"]
SQL_TYPES = {"i": "BIGINT", "s": "VARCHAR", "f": "DOUBLE"}
CONVERT = {"i": int, "s": str, "f": float}


def columns(text):
    return [tuple(c.split(":")) for c in text.split()]


def files():
    for label, (stem, text) in NODES.items():
        yield stem, "purchase" if stem == "order" else stem, columns(text)
    for _, stem, _, _, text in RELATIONSHIPS:
        yield stem, "r_" + stem, [("a", "i"), ("b", "i")] + columns(text)


def load_kith(program, folder, path):
    kinds = {"i": "integer", "s": "string", "f": "float"}
    manifest = {"nodes": [], "relationships": []}
    for label, (stem, text) in NODES.items():
        manifest["nodes"].append({"file": f"{folder}/{stem}.csv", "labels": [label], "key": "id",
                                  "columns": {n: kinds[t] for n, t in columns(text)}})
    for kind, stem, a, b, text in RELATIONSHIPS:
        manifest["relationships"].append({
            "file": f"{folder}/{stem}.csv", "type": kind, "columns": {n: kinds[t] for n, t in columns(text)},
            "from": {"column": "from", "label": a, "key": "id"}, "to": {"column": "to", "label": b, "key": "id"}})
    with open(path + ".json", "w") as f:
        json.dump(manifest, f)
    subprocess.run([program, "import", path, path + ".json"], check=True, stdout=subprocess.DEVNULL)


def load_duckdb(_, folder, path, plain=False):
    import duckdb
    db = duckdb.connect(path)
    for stem, table, cols in files():
        names = ", ".join(f"'{n}': '{SQL_TYPES[t]}'" for n, t in cols)
        target = f"TABLE {table}" if plain else f"TEMP TABLE {table if table.startswith('r_') else 'raw_' + table}"
        db.execute(f"CREATE {target} AS SELECT * FROM "
                   f"read_csv('{folder}/{stem}.csv', header=true, delim=',', columns={{{names}}})")
    if not plain:
        for stem, table, cols in files():
            if table.startswith("r_"):
                continue
            extra = FOREIGN_KEYS.get(table, [])
            joins = " ".join(f"LEFT JOIN r_{f} j{i} ON j{i}.{'a' if own == 'from' else 'b'} = t.id"
                             for i, (_, f, own, _) in enumerate(extra))
            picks = "".join(f", j{i}.{'a' if far == 'from' else 'b'} AS {name}"
                            for i, (name, _, _, far) in enumerate(extra))
            db.execute(f"CREATE TABLE {table} AS SELECT t.*{picks} FROM raw_{table} t {joins} ORDER BY t.id")
            db.execute(f"ALTER TABLE {table} ADD PRIMARY KEY (id)")
        for name in ("friend", "has_line"):
            db.execute(f"CREATE TABLE {name} AS SELECT * FROM r_{name}")
        for index, where in enumerate(INDEXES):
            db.execute(f"CREATE INDEX i{index} ON {where}")
    db.execute("CHECKPOINT")
    db.close()


def load_sqlite(_, folder, path):
    import sqlite3
    db = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-1000000", "temp_store=MEMORY"):
        db.execute("PRAGMA " + pragma)
    db.execute("BEGIN")
    for stem, table, cols in files():
        keyed = not table.startswith("r_")
        extra = [name for name, *_ in FOREIGN_KEYS.get(table, [])]
        definition = ", ".join(f"{n} {SQL_TYPES[t]}" if n != "id" else "id INTEGER PRIMARY KEY" for n, t in cols)
        db.execute(f"CREATE TABLE {table} ({definition}{''.join(f', {n} BIGINT' for n in extra) if keyed else ''})")
        convert = [CONVERT[t] for _, t in cols]
        with open(f"{folder}/{stem}.csv", encoding="utf-8", newline="") as f:
            rows = csv.reader(f)
            next(rows)
            names = ", ".join(n for n, _ in cols)
            db.executemany(f"INSERT INTO {table} ({names}) VALUES ({','.join('?' * len(cols))})",
                           ([c(v) for c, v in zip(convert, row)] for row in rows))
    for table, extra in FOREIGN_KEYS.items():
        for name, stem, own, far in extra:
            near, other = ("a", "b") if own == "from" else ("b", "a")
            db.execute(f"UPDATE {table} SET {name} = j.{other} FROM r_{stem} j WHERE j.{near} = {table}.id")
            db.execute(f"DROP TABLE r_{stem}")
    db.execute("ALTER TABLE r_friend RENAME TO friend")
    db.execute("ALTER TABLE r_has_line RENAME TO has_line")
    for index, where in enumerate(INDEXES):
        db.execute(f"CREATE INDEX i{index} ON {where}")
    db.execute("COMMIT")
    db.execute("VACUUM")
    db.close()


def load_ladybug(_, folder, path):
    import ladybug
    types = {"i": "INT64", "s": "STRING", "f": "DOUBLE"}
    db = ladybug.Connection(ladybug.Database(path))
    for label, (stem, text) in NODES.items():
        cols = ", ".join(f"{n} {types[t]}" for n, t in columns(text))
        db.execute(f"CREATE NODE TABLE {label}({cols}, PRIMARY KEY(id))")
        db.execute(f'COPY {label} FROM "{folder}/{stem}.csv" (header=true)')
    for kind, stem, a, b, text in RELATIONSHIPS:
        cols = "".join(f", {n} {types[t]}" for n, t in columns(text))
        db.execute(f"CREATE REL TABLE {kind}(FROM {a} TO {b}{cols})")
        db.execute(f'COPY {kind} FROM "{folder}/{stem}.csv" (header=true)')
    db.close()


ENGINES = {"kith": load_kith, "duckdb": load_duckdb,
           "duckdb-plain": lambda *a: load_duckdb(*a, plain=True), "sqlite": load_sqlite, "ladybug": load_ladybug}
PACKAGES = {"duckdb": "duckdb", "duckdb-plain": "duckdb", "ladybug": "ladybug"}


def size(path):
    if os.path.isfile(path):
        return sum(os.path.getsize(path + s) for s in ("", "-wal", ".wal") if os.path.exists(path + s))
    return sum(os.path.getsize(os.path.join(d, f)) for d, _, fs in os.walk(path) for f in fs)


def row_count(folder):
    total = 0
    for stem, _, _ in files():
        with open(f"{folder}/{stem}.csv", "rb") as f:
            total += sum(block.count(b"\n") for block in iter(lambda: f.read(1 << 20), b"")) - 1
    return total


def run_one(engine, program, folder, path):
    """Runs one load in a process of its own: seconds, of processor time too, and peak of resident memory in bytes."""
    start = time.perf_counter()
    child = os.fork()
    if child == 0:
        try:
            ENGINES[engine](program, folder, path)
            os._exit(0)
        except BaseException as error:
            print(f"{engine}: {error}", file=sys.stderr)
            os._exit(1)
    # Covers the program that the process ran, too.
    _, status, used = os.wait4(child, 0)
    seconds = time.perf_counter() - start
    return (seconds, used.ru_utime + used.ru_stime, used.ru_maxrss << 10) if status == 0 else None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("folder")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--engines", default=",".join(ENGINES))
    options = parser.parse_args()
    folder = os.path.abspath(options.folder)
    engines = []
    for name in options.engines.split(","):
        try:
            if name in PACKAGES:
                __import__(PACKAGES[name])
            engines.append(name)
        except ImportError:
            print(f"{name}: package {PACKAGES[name]} is not installed", file=sys.stderr)
    rows = row_count(folder)
    found = {name: [] for name in engines}
    for _ in range(options.rounds):
        for name in engines:
            place = tempfile.mkdtemp(prefix="load-")
            path = os.path.join(place, "db")
            result = run_one(name, os.path.abspath(options.program), folder, path)
            if result:
                found[name].append(result + (size(path),))
            shutil.rmtree(place)
    base = statistics.median(r[0] for r in found["kith"]) if found.get("kith") else None
    print(f"{rows} rows, {options.rounds} rounds")
    columns = ("engine", "median s", "min s", "rows/s", "cpu s", "file MB", "peak MB", "time/kith")
    print("%-13s %9s %9s %12s %9s %10s %9s %9s" % columns)
    for name in engines:
        if not found[name]:
            continue
        middle = statistics.median(r[0] for r in found[name])
        print("%-13s %9.2f %9.2f %12d %9.2f %10.1f %9.0f %9s" % (
            name, middle, min(r[0] for r in found[name]), rows / middle, statistics.median(r[1] for r in found[name]),
            found[name][-1][3] / 1e6, max(r[2] for r in found[name]) / 1e6,
            "%.2f" % (middle / base) if base else ""))


if __name__ == "__main__":
    main()

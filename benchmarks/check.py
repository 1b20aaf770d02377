#!/usr/bin/env python3
"""Counts the instructions of hot paths and compares them with what they took before.

    check.py [--update] [--program PATH] [--tolerance 0.03] [NAME …]

Runs `kith-benchmarks hot NAME` below valgrind's callgrind for each path and prints a table. A path that takes more than
the tolerance above its threshold fails the check; one that takes as much less is worth an update, which writes the
counts to thresholds.json. Counts depend on compiler and C library, not on what else the machine does: the file says
what they were taken with. The hash seed of Swift's dictionaries is fixed.
"""
import argparse, json, os, platform, re, shutil, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
THRESHOLDS = os.path.join(HERE, "thresholds.json")


def count(program, name):
    """The instructions of one path."""
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "callgrind.out")
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", "--collect-atstart=no", "--toggle-collect=*countedWork*",
             f"--callgrind-out-file={out}", program, "hot", name],
            env=dict(os.environ, SWIFT_DETERMINISTIC_HASHING="1"), capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"{name}: {done.stderr[-500:] or done.stdout[-500:]}")
        with open(out) as f:
            found = re.search(r"^(?:summary|totals): (\d+)", f.read(), re.M)
    if not found or int(found.group(1)) == 0:
        sys.exit(f"{name}: callgrind counted nothing")
    return int(found.group(1))


def without_debug_information(program, folder):
    """A copy that keeps the names of functions: valgrind before 3.20 gives up on what newer compilers write besides."""
    if not shutil.which("objcopy"):
        return program
    copy = os.path.join(folder, "program")
    subprocess.run(["objcopy", "--strip-debug", program, copy], check=True)
    return copy


def made_with():
    swift = subprocess.run(["swift", "--version"], capture_output=True, text=True).stdout
    version = re.search(r"Swift version \S+", swift)
    return {"compiler": version.group(0) if version else "unknown",
            "library": " ".join(platform.libc_ver()), "machine": platform.machine()}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--program", default=os.path.join(HERE, ".build/release/kith-benchmarks"))
    parser.add_argument("--tolerance", type=float, default=0.03)
    options = parser.parse_args()
    stored = {"counts": {}}
    if os.path.exists(THRESHOLDS):
        with open(THRESHOLDS) as f:
            stored = json.load(f)
    elif not options.update:
        sys.exit("no counts are noted yet: `make bench-check UPDATE=1` notes them")
    known = subprocess.run([options.program, "hot"], capture_output=True, text=True, check=True).stdout.split()
    names = options.names or known
    here = made_with()
    differing = [k for k in here if stored.get("madeWith", here).get(k) != here[k]]
    if differing and not options.update:
        print("taken with another " + ", ".join(differing) + ": differences may come from there")
    failed = []
    print(f"{'path':<18}{'instructions':>14}{'threshold':>14}{'change':>9}")
    folder = tempfile.TemporaryDirectory()
    program = without_debug_information(options.program, folder.name)
    for name in names:
        counted = count(program, name)
        before = stored["counts"].get(name)
        change = f"{(counted / before - 1) * 100:+.1f} %" if before else "new"
        mark = ""
        if not options.update and (before is None or counted > before * (1 + options.tolerance)):
            failed.append(name)
            mark = "  FAILED"
        elif before and counted < before * (1 - options.tolerance):
            mark = "  better"
        print(f"{name:<18}{counted:>14,}{before or 0:>14,}{change:>9}{mark}", flush=True)
        stored["counts"][name] = counted
    if options.update:
        stored["madeWith"] = here
        stored["counts"] = {n: stored["counts"][n] for n in known if n in stored["counts"]}
        with open(THRESHOLDS, "w") as f:
            json.dump(stored, f, indent=1)
            f.write("\n")
    elif failed:
        print(f"\nslower by more than {options.tolerance:.0%}: {', '.join(failed)}. "
              "Where that is meant, `make bench-check UPDATE=1` notes the new counts.")
        sys.exit(1)


main()

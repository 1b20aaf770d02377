# Two commands are all the set-up there is: `make demo` and `make test`.
.PHONY: demo test check format build release setup bench bench-check simulate fuzz-queries test-threads

# Installs the system packages that are missing; does nothing where all are there.
setup:
	@sh .ci/setup

# The Swift library is linked into the program where the toolchain has it in that form: it then starts in less time.
TOOLCHAIN = $(dir $(realpath $(shell command -v swiftc)))
LINKED = $(if $(wildcard $(TOOLCHAIN)../lib/swift_static/linux),--static-swift-stdlib -Xswiftc -use-ld=lld)

demo: release
	.build/release/kith demo

test: setup
	swift build --build-tests
	swift test --skip-build

build: setup
	swift build --build-tests

release: setup
	swift build -c release --product kith $(LINKED)

format:
	swift format --in-place --recursive Sources Tests Package.swift

check: setup
	swift format lint --strict --recursive Sources Tests Package.swift
	$(MAKE) test

# Builds the benchmarks, a package of its own; `benchmarks/README.md` says how to run them.
bench: setup
	cd benchmarks && swift build -c release

# Counts the instructions of hot paths (needs valgrind) and fails where one takes more than before;
# UPDATE=1 notes the new counts.
bench-check: bench
	benchmarks/check.py $(if $(UPDATE),--update)

# Crashes commits at random for SECONDS seconds, from a seed that it prints.
SECONDS ?= 60
simulate: setup
	swift build --build-tests
	KITH_SIMULATE_SECONDS=$(SECONDS) swift test --skip-build --filter SimulationTests

# Compares random queries with the reference evaluator for SECONDS seconds, from a seed that it prints.
fuzz-queries: setup
	swift build --build-tests
	KITH_FUZZ_SECONDS=$(SECONDS) KITH_FUZZ_SEED=$(SEED) swift test --skip-build --filter QueryModelTests

# One writer and eight readers at once, on storage, graph and library, under the thread sanitizer.
test-threads: setup
	swift build --build-tests --sanitize=thread --scratch-path .build-threads
	swift test --skip-build --sanitize=thread --scratch-path .build-threads \
		--filter 'ThreadTests|ConcurrencyTests|SharedCommitTests'

#!/bin/sh
# Feeds random texts to the lexer and parser: fuzz-parser.sh [RUNS] [more options of libFuzzer].
# Needs nothing but the Swift toolchain. Inputs that were of interest stay in .build/fuzz/corpus; one
# that crashes is written there as well, and its name printed.
set -e
cd "$(dirname "$0")/../.."
runs=${1:-1000000}
[ $# -gt 0 ] && shift
work=.build/fuzz
mkdir -p "$work/corpus"
swiftc -O -parse-as-library -swift-version 6 -sanitize=fuzzer,address \
    -module-name FuzzParser -o "$work/fuzz-parser" \
    $(find Sources/KithLanguage -name '*.swift') Tests/Fuzz/FuzzParser.swift
# Each example of the grammar is one seed; each keyword and sign is one word of the dictionary.
for file in grammar/examples/*.cypher; do
    grep -v -e '^//' -e '^$' "$file" | awk -v name="$work/corpus/seed-$(basename "$file")" \
        '{ print > (name "-" NR) }'
done
grep -v '^#' grammar/keywords.txt | awk '{ print "\"" $1 "\"" }' > "$work/words"
export SWIFT_BACKTRACE=enable=no
exec "$work/fuzz-parser" -runs="$runs" -max_len=2048 -dict="$work/words" -timeout=20 \
    -artifact_prefix="$work/" -print_final_stats=1 "$@" "$work/corpus"

#!/usr/bin/env bash
# The kept inputs of every fuzz target, once each: seeds, and inputs that once broke something. TFL_RUN, a list of words, runs
# the targets that are not for this machine, or not to be run bare.
# shellcheck source=tests/cli/lib.sh
. "${TFL_SRCDIR:?run the tests with make check}/tests/cli/lib.sh" || exit 1

for folder in "$TFL_SRCDIR"/tests/fuzz/corpus/*; do
    target=$(basename "$folder")
    [[ -x $TFL_BUILDDIR/tests/fuzz/$target ]] || fail "tests/fuzz/corpus/$target: there is no target of that name"
    # shellcheck disable=SC2086 # a list of words
    run ${TFL_RUN-} "$TFL_BUILDDIR/tests/fuzz/$target" "$folder"/*
    [[ $status -eq 0 ]] || fail "status $status: $target: $(tail -n 30 "$work/err")"
done
for source in "$TFL_SRCDIR"/tests/fuzz/fuzz_*.c; do
    target=$(basename "$source" .c)
    [[ -n $(ls "$TFL_SRCDIR/tests/fuzz/corpus/$target" 2>/dev/null) ]] || fail "$target: no inputs in tests/fuzz/corpus/$target"
done
finish

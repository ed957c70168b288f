#!/usr/bin/env bash
# Valgrind finds nothing in any unit test, nor in the programs while the tests of the command line run them, nor in what fuzzers once found.
# shellcheck disable=SC2317 # `one` is called by name
# shellcheck source=tests/cli/lib.sh
. "${TFL_SRCDIR:?run the tests with make check}/tests/cli/lib.sh" || exit 1
[[ -n ${TFL_SLOW-} ]] || { echo "skipped: takes half an hour; set TFL_SLOW" && exit 77; }
command -v valgrind >/dev/null || { echo "skipped: valgrind is not there" && exit 77; }
(ulimit -v 2097152 && tfmodel --version) >/dev/null 2>&1 || { echo "skipped: sanitizers and valgrind do not go together" && exit 77; }
[[ $(head -c 2 "$TFL_BUILDDIR/tfscan") != '#!' ]] || { echo "skipped: programs need libtool to be run; configure with --disable-shared" && exit 77; }
export CK_DEFAULT_TIMEOUT=60 CK_TIMEOUT_MULTIPLIER=50
# Valgrind says itself which processor it is, so that kernels it cannot run are not chosen.
valgrind="valgrind --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite --show-leak-kinds=definite --suppressions=$TFL_SRCDIR/tests/support/valgrind.supp"

one() { # one PROGRAM: its log is kept where it fails
    local log=$work/${1##*/}.log CK_FORK=no
    # Each process has all code translated anew, so that one for all tests of a program takes a tenth of the time. Those that change what belongs to
    # the process (limits, signals, the environment, the allocator) keep one for each.
    ! grep -qE 'setrlimit|raise_signal|exit_test|setenv|setlocale|fork\(|test_memory_arm' "$TFL_SRCDIR/${1#"$TFL_BUILDDIR"/}.c" || CK_FORK=yes
    export CK_FORK
    cd "$TFL_BUILDDIR" || return 1
    # shellcheck disable=SC2086 # a list of words
    $valgrind --quiet --log-file="$log.%p" "$1" >"$log" 2>&1 || echo "${1#"$TFL_BUILDDIR"/}"
}
export -f one
export valgrind work
jobs=$(getconf _NPROCESSORS_ONLN)
find "$TFL_BUILDDIR/tests/unit" "$TFL_BUILDDIR/tests/golden" -maxdepth 1 -type f -name 'test_*' -not -name '*.*' -perm -u+x | sort >tests
[[ $(wc -l <tests) -gt 40 ]] || fail "only $(wc -l <tests) tests are there"
# shellcheck disable=SC2016 # for the inner shell
xargs -P "$jobs" -I{} bash -c 'one "$1"' one {} <tests >wrong
while read -r test; do
    fail "$test: $(grep -hE '%|:[FE]:' "${test##*/}.log" | head -n 5) $(find . -name "${test##*/}.log.*" -size +0 -exec head -n 20 {} \; | head -n 40)"
done <wrong

mkdir bin
# Where standard output is closed, valgrind's own file would take its place: then the program runs alone.
for program in "$TFL_BUILDDIR"/tf{model,plot,scan,score,sim,track,train}; do
    # shellcheck disable=SC2016 # for the script that is written
    printf '#!/bin/sh\n{ true 3>&1; } 2>&- || exec "%s" "$@"\nexec %s --log-file="%s/cli.%%q{TFL_SCRIPT}.%%p" "%s" "$@"\n' "$program" "$valgrind" "$work" "$program" >"bin/${program##*/}"
done
chmod +x bin/*
scripts_with "$work/bin" tfscore bad tfscan tftrack tfscore_regions onnx paths tfmodel tfplot tfsim options
[[ $(find . -name 'cli.*' | wc -l) -gt 1000 ]] || fail "only $(find . -name 'cli.*' | wc -l) programs were run"
# What a test has stopped has given nothing back.
find . -name 'cli.*' -exec grep -lZ 'ERROR SUMMARY: [1-9]' {} + | xargs -0r grep -L 'default action of signal \(1\|2\|13\|15\) ' >wrong
while read -r log; do
    fail "${log##*/}: $(head -n 30 "$log")"
done < <(head -n 5 wrong)

run env TFL_RUN="$valgrind --quiet" bash "$TFL_SRCDIR/tests/fuzz/replay.sh"
[[ $status -eq 0 ]] || fail "tests/fuzz/replay.sh: $(head -n 60 out)"
finish

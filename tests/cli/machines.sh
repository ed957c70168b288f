#!/usr/bin/env bash
# Other machines, under qemu: 64-bit ARM with its own kernels, 32 bits, and bytes in the other order. What is built for them passes the unit tests, agrees
# with the golden data, the tests of the command line, and what fuzzers once found. TFL_MACHINES names those to try; each that has a compiler here has to be built.
# shellcheck source=tests/cli/lib.sh
. "${TFL_SRCDIR:?run the tests with make check}/tests/cli/lib.sh" || exit 1
[[ -n ${TFL_SLOW-} ]] || { echo "skipped: builds for other machines, which takes half an hour; set TFL_SLOW" && exit 77; }
[[ ! -f $TFL_SRCDIR/config.status ]] || { echo "skipped: the tree is configured in place" && exit 77; }
scripts=(tfscore bad tfscan tftrack tfscore_regions onnx tfmodel tfplot tfsim options paths) # the long ones first
jobs=$(getconf _NPROCESSORS_ONLN)

# unit_tests ARCH BUILD
unit_tests() {
    local tests test
    read -r -a tests <<<"$(cd "$2" && find tests/unit tests/golden -type f -name 'test_*' -not -name '*.*' | sort | xargs)"
    [[ ${#tests[@]} -gt 40 ]] || fail "$1: only ${#tests[@]} tests are there"
    # what make calls them puts the long ones first
    run env -u TFL_SLOW CK_TIMEOUT_MULTIPLIER=50 make -k -j"$jobs" -C "$2" check TESTS="\$(unit_tests) \$(golden_programs)" LOG_COMPILER="$2/run"
    grep -E '^# (PASS|SKIP|FAIL): ' out | sed "s/^#/$1:/"
    for test in "${tests[@]}"; do
        grep -qsE '^:test-result: (PASS|SKIP)' "$2/$test.trs" || fail "$1: $test: $(tail -n 5 "$2/$test.log")"
    done
}

# command_line ARCH BUILD: the programs of that machine, among the helpers of this one.
command_line() {
    local program
    mkdir "$1"
    for program in "$2"/tf{model,plot,scan,score,sim,track,train}; do
        printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$2/run" "$program" >"$1/${program##*/}"
    done
    chmod +x "$1"/*
    TFL_SIZE_BITS=$([[ $1 == i386 ]] && echo 32) scripts_with "$work/$1" "${scripts[@]}"
}

# fuzzed ARCH BUILD: the kept inputs of the fuzz targets.
fuzzed() {
    run env TFL_BUILDDIR="$2" TFL_RUN="$2/run" bash "$TFL_SRCDIR/tests/fuzz/replay.sh"
    [[ $status -eq 0 ]] || fail "$1: tests/fuzz/replay.sh: $(tail -n 20 out)"
}

for arch in ${TFL_MACHINES-arm64 i386 s390x}; do
    build=$TFL_BUILDDIR/machines/$arch
    run env -u CFLAGS "$TFL_SRCDIR/scripts/build-for" "$arch" "$build"
    if [[ $status -eq 77 && -z ${TFL_MACHINES-} ]]; then
        untested "$arch ($(tail -n 1 out))"
        continue
    fi
    [[ $status -eq 0 ]] || { fail "$arch: building: $(tail -n 20 out err)" && continue; }
    unit_tests "$arch" "$build"
    command_line "$arch" "$build"
    fuzzed "$arch" "$build"
    echo "$arch: $SECONDS seconds from the start"
done
finish

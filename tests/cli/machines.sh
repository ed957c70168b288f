#!/usr/bin/env bash
# Other machines, under qemu: 64-bit ARM with its own kernels, 32 bits, and bytes in the other order. What is built for them passes the unit tests, agrees
# with the golden data, and the tests of the command line. TFL_MACHINES names those to try.
# shellcheck source=tests/cli/lib.sh
. "${TFL_SRCDIR:?run the tests with make check}/tests/cli/lib.sh" || exit 1
[[ -n ${TFL_SLOW-} ]] || { echo "skipped: builds for other machines, which takes some ten minutes for each; set TFL_SLOW" && exit 77; }
[[ ! -f $TFL_SRCDIR/config.status ]] || { echo "skipped: the tree is configured in place" && exit 77; }
scripts=(bad options tfmodel tfscan tfscore tfscore_regions tfsim tftrack)
tried=0
for arch in ${TFL_MACHINES-arm64 i386 s390x}; do
    build=$TFL_BUILDDIR/machines/$arch
    run env -u CFLAGS "$TFL_SRCDIR/scripts/build-for" "$arch" "$build"
    if [[ $status -eq 77 ]]; then
        echo "$arch: $(tail -n 1 out)"
        continue
    fi
    [[ $status -eq 0 ]] || { fail "$arch: building: $(tail -n 20 out err)" && continue; }
    tried=$((tried + 1))
    read -r -a tests <<<"$(cd "$build" && find tests/unit tests/golden -type f -name 'test_*' -not -name '*.*' | sort | xargs)"
    [[ ${#tests[@]} -gt 40 ]] || fail "$arch: only ${#tests[@]} tests are there"
    run env CK_TIMEOUT_MULTIPLIER=50 make -k -C "$build" check TESTS="${tests[*]}" LOG_COMPILER="$build/run"
    grep -E '^# (PASS|SKIP|FAIL): ' out | sed "s/^#/$arch:/"
    for test in "${tests[@]}"; do
        grep -qsE '^:test-result: (PASS|SKIP)' "$build/$test.trs" || fail "$arch: $test: $(tail -n 5 "$build/$test.log")"
    done
    # the programs of that machine, among the helpers of this one
    mkdir "$arch"
    for program in "$build"/tf{model,plot,scan,score,sim,track,train}; do
        printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$build/run" "$program" >"$arch/${program##*/}"
    done
    chmod +x "$arch"/*
    for script in "${scripts[@]}"; do
        PATH=$work/$arch:$PATH run env -u TFL_SLOW bash "$TFL_SRCDIR/tests/cli/$script.sh"
        [[ $status -eq 0 || $status -eq 77 ]] || fail "$arch: tests/cli/$script.sh: $(grep FAILED out | head -n 5)"
    done
done
[[ $tried -gt 0 || $failures -gt 0 ]] || { echo "skipped: no other machine can be built for; see scripts/build-for --help" && exit 77; }
finish

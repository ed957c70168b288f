# What the command-line tests share; sourced. A test runs in a folder of its own, counts its failures and ends with `finish`.
# shellcheck shell=bash
set -u
export LC_ALL=C
# Signals that were ignored when we were started (nohup, a script's background) would be by all that we start and stop.
if [[ -z ${TFL_SIGNALS-} ]] && env --default-signal true 2>/dev/null; then
    exec env --default-signal TFL_SIGNALS=default bash "$0" "$@"
fi
# What make was told (TESTS=…, TFL_SLOW=1) is not for the makes that a test runs: one that is named would run itself, over and over.
unset MAKEFLAGS MFLAGS MAKELEVEL
work=$(mktemp -d) || exit 1
# A process that is stopped before it has become a program is still this script, trap and all: it must not clean up.
trap '[[ ${BASHPID:-$$} -ne $$ ]] || rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0
untested=
# Before a command that is cut off: the counters of a coverage build are files too, and must not spoil those of the others.
# shellcheck disable=SC2034 # for those that source this
apart=(env GCOV_PREFIX="$work/gcov" GCOV_ERROR_FILE=/dev/null)

fail() {
    echo "FAILED: $*"
    failures=$((failures + 1))
}

# run COMMAND...: its status, what it said and what it wrote, in $status, out and err.
run() {
    "$@" >"$work/out" 2>"$work/err"
    status=$?
}

# good COMMAND...: succeeds.
good() {
    run "$@"
    [[ $status -eq 0 ]] || fail "status $status: $*: $(<"$work/err")"
}

# bad STATUS MESSAGE COMMAND...: fails with this status and this one line on stderr, and nothing on stdout.
bad() {
    local expected=$1 message=$2
    shift 2
    run "$@"
    [[ $status -eq $expected ]] || fail "status $status, not $expected: $*"
    [[ $(<"$work/err") == "$message" ]] || fail "$*"$'\n'"  said     $(<"$work/err")"$'\n'"  expected $message"
    [[ ! -s $work/out ]] || fail "$*: wrote on standard output: $(head -c 200 "$work/out")"
}

# same FILE FILE WHAT: equal bytes.
same() {
    cmp -s "$1" "$2" || fail "$3: $(cmp "$1" "$2" 2>&1)"
}

# equal GOT EXPECTED WHAT
equal() {
    [[ $1 == "$2" ]] || fail "$3: got \"$1\", expected \"$2\""
}

# untested WHAT: a part that cannot be tried here, and why. The rest is tried all the same, and the test is then no passed one but a skipped one.
untested() {
    untested+="${untested:+; }$*"
}

# empty DIR: nothing at all is in it, hidden files included, or it is not there.
empty() {
    [[ -z $(ls -A "$1" 2>/dev/null) ]] || fail "$1 is not empty: $(ls -A "$1")"
}

# one_script DIR SCRIPT: says its name and why where it fails; on standard error, where it is skipped.
one_script() {
    local log=$work/${1##*/}.$2.log status=0
    PATH=$1:$PATH TFL_SCRIPT=$2 env -u TFL_SLOW bash "$TFL_SRCDIR/tests/cli/$2.sh" >"$log" 2>&1 || status=$?
    [[ $status -ne 77 ]] || printf '%s: %s: %s\n' "${1##*/}" "$2" "$(tail -n 1 "$log")" >&2
    [[ $status -eq 0 || $status -eq 77 ]] || printf '%s: status %s: %s\n' "$2" "$status" "$(grep -A 3 FAILED "$log" | head -n 20 | tr '\n' ' ')"
}

# scripts_with DIR SCRIPT...: tests of the command line with the programs of DIR, as many at once as there are processors. Each that fails is a failure here.
scripts_with() {
    local dir=$1 line
    shift
    export -f one_script
    # shellcheck disable=SC2016 # for the inner shell
    printf '%s\n' "$@" | work=$work xargs -P "$(getconf _NPROCESSORS_ONLN)" -I{} bash -c 'one_script "$1" "$2"' one "$dir" {} >"$work/wrong"
    while read -r line; do
        fail "${dir##*/}: tests/cli/$line"
    done <"$work/wrong"
}

# Whether the programs are built with a sanitizer that wants to be there before anything else.
is_sanitized() {
    grep -qE -e '-fsanitize=[a-z,]*(address|thread)' "$TFL_BUILDDIR/Makefile"
}

# find_faults: $faults, to be preloaded, lets calls of the operating system fail (tests/support/faults.c); empty where that cannot be: under
# sanitizers, and where one_script runs the programs in something else. Elsewhere it has to work.
find_faults() {
    faults=$TFL_BUILDDIR/tests/support/faults.so
    LD_PRELOAD=$faults run tfsim --version
    [[ $status -ne 0 || -s err ]] || return 0
    echo "calls do not fail here: $(head -n 1 err)"
    [[ -n ${TFL_SCRIPT-} ]] || is_sanitized || fail "$faults cannot be preloaded: $(head -n 1 err)"
    faults=
}

# Permissions do not stop root.
is_root() {
    [[ $(id -u) -eq 0 ]]
}

finish() {
    [[ $failures -eq 0 ]] || { echo "$failures failures" && exit 1; }
    [[ -z $untested ]] || { echo "skipped in part: $untested" && exit 77; }
    exit 0
}

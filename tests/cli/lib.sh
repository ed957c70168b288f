# What the command-line tests share; sourced. A test runs in a folder of its own, counts its failures and ends with `finish`.
# shellcheck shell=bash
set -u
export LC_ALL=C
# Signals that were ignored when we were started (nohup, a script's background) would be by all that we start and stop.
if [[ -z ${TFL_SIGNALS-} ]] && env --default-signal true 2>/dev/null; then
    exec env --default-signal TFL_SIGNALS=default bash "$0" "$@"
fi
work=$(mktemp -d) || exit 1
# A process that is stopped before it has become a program is still this script, trap and all: it must not clean up.
trap '[[ ${BASHPID:-$$} -ne $$ ]] || rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0
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

# empty DIR: nothing at all is in it, hidden files included, or it is not there.
empty() {
    [[ -z $(ls -A "$1" 2>/dev/null) ]] || fail "$1 is not empty: $(ls -A "$1")"
}

# Permissions do not stop root.
is_root() {
    [[ $(id -u) -eq 0 ]]
}

finish() {
    [[ $failures -eq 0 ]] || echo "$failures failures"
    [[ $failures -eq 0 ]]
    exit
}

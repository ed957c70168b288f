#!/usr/bin/env bash
# The examples of CONTRIBUTING.md are complete: in a copy of the tree, each is done as it says, all is built with warnings
# as errors, and the tests that it names pass.
# shellcheck source=tests/cli/lib.sh
. "${TFL_SRCDIR:?run the tests with make check}/tests/cli/lib.sh" || exit 1
[[ -n ${TFL_SLOW-} ]] || { echo "skipped: slow; set TFL_SLOW" && exit 77; }
[[ -f $TFL_SRCDIR/configure.ac && -d $TFL_SRCDIR/m4 ]] && command -v autoreconf >/dev/null || { echo "skipped: autoreconf is needed" && exit 77; }
mkdir tree && cd "$TFL_SRCDIR" && tar -c --exclude=./build --exclude=./.git --exclude=./autom4te.cache . | tar -x -C "$work/tree" || exit 1
cd "$work/tree" && chmod -R u+w . || exit 1

# What CONTRIBUTING.md says to do: A new file `F`: / In `F`, behind|before `TEXT`: and a block of code. Each step ends up in
# steps/N, with F, behind or before or new, and TEXT in steps/N.what.
mkdir "$work/steps"
awk -v steps="$work/steps" '
    /^A new file `[^`]*`:$/ { split($0, part, "`"); what = part[2] "\nnew\n"; next }
    /^In `[^`]*`, (behind|before) `.*`:$/ { split($0, part, "`"); what = part[2] "\n" (part[3] ~ /behind/ ? "behind" : "before") "\n" part[4]; next }
    /^```c$/ && what != "" { n++; name = sprintf("%s/%02d", steps, n); print what >(name ".what"); inside = 1; next }
    /^```$/ && inside { inside = 0; what = ""; close(name); next }
    inside { print >name }
    /^Covered by: / { n++; gsub(/Covered by: |`/, ""); print >sprintf("%s/%02d.tests", steps, n) }
' CONTRIBUTING.md
steps=("$work"/steps/*.what)
[[ ${#steps[@]} -gt 12 ]] || fail "only ${#steps[@]} steps are found in CONTRIBUTING.md"

# take WHAT: one step.
take() {
    local file how text block=${1%.what}
    { read -r file && read -r how && IFS= read -r text; } <"$1"
    if [[ $how == new ]]; then
        cp "$block" "$file"
    elif ! grep -qF -- "$text" "$file"; then
        fail "$file has no line with: $text"
    else
        awk -v how="$how" -v block="$block" -v text="$text" '
            function put(line) { while ((getline line <block) > 0) print line }
            !done && index($0, text) { done = 1; if (how == "before") put(); print; if (how == "behind") put(); next }
            { print }' "$file" >"$work/changed" && cat "$work/changed" >"$file"
    fi
}

good autoreconf -fi
mkdir -p build/example && cd build/example || exit 1
good ../../configure -q --enable-werror CFLAGS=-O1
jobs=$(getconf _NPROCESSORS_ONLN)
for step in "$work"/steps/*.{what,tests}; do echo "$step"; done | sort >"$work/order"
while read -r step; do
    if [[ $step == *.what ]]; then
        (cd ../.. && take "$step" && [[ $failures -eq 0 ]]) || fail "$(<"$step")"
    else
        good make -s -j "$jobs"
        good env -u TFL_SLOW make -s -j "$jobs" check TESTS="$(<"$step")"
        [[ $failures -eq 0 ]] || break
    fi
done <"$work/order"
# shellcheck disable=SC2046 # a list of files
[[ $failures -eq 0 ]] || tail -n 40 "$work/out" $(grep -lE '^:test-result: FAIL' tests/*/*.trs 2>/dev/null | sed 's/trs$/log/')
grep -q "inverted" <(./tfscore --help) || fail "tfscore --help does not know the method"
printf '>chr1:100-140\nACGTACGTACGTGATAAGACGTACGTACGTACGTACGTAC\n' >s.fa
good ./tfscore -q --ref zeros -t 0 --method inverted s.fa -o s.wig
equal "$(sed -n '2p;3s/ .*//p' s.wig | xargs)" "variableStep chrom=chr1 101" "the new format"
finish

#!/usr/bin/env bash
# Every row of the table in tests/bad/README.md: the command fails with status 1, says exactly what is written there and
# no more, writes nothing on standard output, and neither makes nor changes a file.
# shellcheck source=tests/cli/lib.sh
. "${TFL_SRCDIR:?run the tests with make check}/tests/cli/lib.sh" || exit 1
bad=$TFL_SRCDIR/tests/bad
mkdir files named && cp -- "$bad"/* files && chmod -R u+w files && rm files/README.md && cd files || exit 1

listing() {
    ls -A
    cksum -- *
}
before=$(listing)
rows=0
# What a file asks for is refused, not asked of the system: 2 GB do for any of them (sanitizers want more for themselves).
limit="ulimit -v 2097152"
(ulimit -v 2097152 && tfmodel --version) >/dev/null 2>&1 || limit=:
while IFS= read -r row; do
    [[ $row =~ ^\|\ \`([^\`]+)\`\ \|\ \`([^\`]+)\`\ \|\ \`(.+)\`\ \|$ ]] || { fail "no row of the table: $row" && continue; }
    file=${BASH_REMATCH[1]} command=${BASH_REMATCH[2]} message=${BASH_REMATCH[3]}
    rows=$((rows + 1))
    [[ -e $file ]] || fail "tests/bad/$file is not there"
    : >"../named/$file"
    # Where sizes have 32 bits, which TFL_SIZE_BITS tells, a larger one is named as the largest.
    [[ ${TFL_SIZE_BITS:-64} -eq 64 ]] || message=$(sed -E 's/(arrays of |sequences of |dimensions \(| need )[0-9]{11,}/\14294967295/g' <<<"$message")
    bad 1 "$message" bash -c "$limit; $command"
    after=$(listing)
    if [[ $after != "$before" ]]; then
        fail "$command: it made or changed files:"$'\n'"$(diff <(echo "$before") <(echo "$after"))"
        before=$after
    fi
done < <(grep '^| `' "$bad/README.md")
[[ $rows -gt 240 ]] || fail "only $rows rows in tests/bad/README.md"

# every file is in the table, or beside one that is
for file in *; do
    [[ $file == genome.* || $file == good* || -e ../named/$file || -e ../named/$file.fai || -e ../named/$file.gzi || -e ../named/${file%.fai} || -e ../named/${file%.fai}.gzi ]] ||
        fail "tests/bad/$file is in no row of tests/bad/README.md"
done

# the networks are what their generator makes
mkdir ../made && "$TFL_BUILDDIR/tests/support/write_bad_models" ../made
for file in ../made/*; do
    same "$file" "${file##*/}" "$file"
done
echo "$rows bad files"
finish

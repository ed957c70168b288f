#!/usr/bin/env bash
# Every file that Makefile.am should name is named there, and scripts/check-lists notices one that is not.
set -u
"$TFL_SRCDIR/scripts/check-lists" "$TFL_SRCDIR" || exit 1

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{src/seq,include/tflift,tests/unit,scripts}
printf 'seq_sources += src/seq/fasta.c\nunit_tests += tests/unit/test_fasta\n' >"$work/Makefile.am"
touch "$work/src/seq/fasta.c" "$work/tests/unit/test_fasta.c"
"$TFL_SRCDIR/scripts/check-lists" "$work" || exit 1
for file in src/seq/region.c src/seq/fast.c include/tflift/fasta.h tests/unit/test_fast.c scripts/demo; do
    touch "$work/$file"
    if said=$("$TFL_SRCDIR/scripts/check-lists" "$work"); then
        echo "$file is in no list, and that passed"
        exit 1
    fi
    [[ $said == "$file: "* ]] || { echo "$file is in no list, and it said: $said" && exit 1; }
    rm "$work/$file"
done
echo 'static const unsigned threads = 2;' >"$work/tests/unit/test_fasta.c"
if "$TFL_SRCDIR/scripts/check-lists" "$work"; then
    echo "a test starts threads out of the thread sanitizer's sight, and that passed"
    exit 1
fi
echo 'threaded_programs += tests/unit/test_fasta' >>"$work/Makefile.am"
"$TFL_SRCDIR/scripts/check-lists" "$work" || exit 1
echo '/* threads */' >"$work/tests/unit/test_fasta.c"
"$TFL_SRCDIR/scripts/check-lists" "$work" || exit 1
echo 'seq_sources += src/seq/fasta.c' >>"$work/Makefile.am"
if "$TFL_SRCDIR/scripts/check-lists" "$work"; then
    echo "a file is named twice, and that passed"
    exit 1
fi

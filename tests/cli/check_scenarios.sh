#!/usr/bin/env bash
# Every public function that can fail is run out of memory, and scripts/check-scenarios notices one that is not.
set -u
"$TFL_SRCDIR/scripts/check-scenarios" "$TFL_SRCDIR" || exit 1

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{include/tflift,tests/unit}
cat >"$work/include/tflift/one.h" <<'END'
/* tfl_one_told(tfl_error *err) in a comment is none. */
typedef struct tfl_one tfl_one;
size_t tfl_one_size(const tfl_one *one);
/* One. */
tfl_status tfl_one_create(const char *path, tfl_one **out,
                          tfl_error *err) TFL_MUST_USE;
END
echo 'tfl_one_create(path, &one, err);' >"$work/tests/unit/test_out_of_memory.c"
"$TFL_SRCDIR/scripts/check-scenarios" "$work" || exit 1
echo 'tfl_status tfl_one_read(tfl_one *one, tfl_error *err) TFL_MUST_USE;' >>"$work/include/tflift/one.h"
if said=$("$TFL_SRCDIR/scripts/check-scenarios" "$work"); then
    echo "a function is called by no scenario, and that passed"
    exit 1
fi
[[ $said == "tfl_one_read: is called by no scenario"* ]] || { echo "it said: $said" && exit 1; }

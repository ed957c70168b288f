#!/usr/bin/env bash
# What write_bigwig writes, read by pyBigWig (libBigWig) and taken apart by hand. TFL_SLOW=1 adds the large ones.
set -u -o pipefail
python=
for candidate in python3 /usr/bin/python3; do
    if "$candidate" -c 'import numpy, pyBigWig' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [[ -z $python ]]; then
    echo "skipped: python3 with pyBigWig and numpy is not there (Debian: python3-pybigwig)"
    exit 77
fi
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
"$python" "$TFL_SRCDIR/tests/support/check_bigwig.py" "$TFL_BUILDDIR/tests/support/write_bigwig" "$folder" ${TFL_SLOW:+slow}

#!/usr/bin/env bash
# Tracks as numpy and pyBigWig read and write them, compared with ours.
set -u -o pipefail
python=
for modules in 'numpy, pyBigWig' numpy; do
    for candidate in python3 /usr/bin/python3; do
        if [[ -z $python ]] && "$candidate" -c "import $modules" 2>/dev/null; then
            python=$candidate
        fi
    done
done
if [[ -z $python ]]; then
    echo "skipped: python3 with numpy is not there (Debian: python3-numpy)"
    exit 77
fi
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
"$python" "$TFL_SRCDIR/tests/support/check_tracks.py" "$TFL_BUILDDIR/tests/support" "$folder"

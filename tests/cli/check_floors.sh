#!/usr/bin/env bash
# scripts/check-floors lets a proper tree pass and names each kind of trespass.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
status=0

# A tree of three floors: base, seq on it, attr on seq and nn.
make_tree() {
    rm -rf "$work/tree"
    mkdir -p "$work/tree/include/tflift" "$work"/tree/src/{base,seq,nn,attr}
    cd "$work/tree" || exit 1
    echo >include/tflift/error.h
    echo '#include "tflift/error.h"' >include/tflift/fasta.h
    printf '#include "config.h"\n#include "tflift/error.h"\n#include <stdio.h>\n' >src/base/error.c
    printf '#include "config.h"\n#include "tflift/fasta.h"\n#include "seq_internal.h"\n#include "seq/seq_internal.h"\n' >src/seq/fasta.c
    echo '#include "tflift/error.h"' >src/seq/seq_internal.h
}

# expect WHAT PATTERN: the tree as it is now fails, with a line that matches PATTERN.
expect() {
    local said
    if said=$("$TFL_SRCDIR/scripts/check-floors" "$work/tree"); then
        echo "passed, though $1"
        status=1
    elif ! grep -q -- "$2" <<<"$said"; then
        echo "no line like \"$2\" where $1: $said"
        status=1
    fi
}

make_tree
"$TFL_SRCDIR/scripts/check-floors" "$work/tree" || { echo "a proper tree fails" && status=1; }

make_tree
echo '#include "tflift/fasta.h"' >>src/base/error.c
expect "base includes seq" '^src/base/error.c:4: src/base may not include tflift/fasta.h'

make_tree
echo '#  include <tflift/fasta.h>' >>src/base/error.c
expect "base includes seq with <>" '^src/base/error.c:4:'

make_tree
echo '#include "tflift/fasta.h"' >>include/tflift/error.h
expect "the header of base includes seq" '^include/tflift/error.h:2:'

make_tree
echo '#include "seq/seq_internal.h"' >src/attr/walk.c
expect "attr includes a private header of seq" '^src/attr/walk.c:1: .*private'

make_tree
echo '#include "../seq/seq_internal.h"' >src/attr/walk.c
expect "attr includes a private header of seq by way of .." '^src/attr/walk.c:1: .*private'

make_tree
echo '#include "seq_internal.h"' >>include/tflift/fasta.h
expect "a public header includes a private one" '^include/tflift/fasta.h:2: '

make_tree
echo >include/tflift/nobody.h
expect "a public header has no source" '^include/tflift/nobody.h:1: belongs to no folder'

make_tree
echo '#include "tflift/error.h"' >src/nn/error.c
expect "two folders have the source of one header" 'belongs to src/'

make_tree
mkdir src/attic
echo '#include "tflift/error.h"' >src/attic/old.c
expect "a folder is not in the table" '^src/attic/old.c:1: src/attic is not in the table'

exit $status

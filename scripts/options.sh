# What scripts share; sourced.
# shellcheck shell=bash

# read_options VALUES FLAGS ARGUMENT...: sets a variable for each option among the arguments. Of VALUES, `--name` takes a value into $name, and
# `-o=name` is its short form; of FLAGS, `--name` sets $name to yes, `--no-name` sets it to no. -h and --help call usage.
read_options() {
    local values=" $1 " flags=" $2 " name
    shift 2
    while [[ $# -gt 0 ]]; do
        name=${1##*-}
        if [[ $1 == -h || $1 == --help ]]; then
            usage
            exit 0
        elif [[ $1 == -? && $values == *" $1="* ]]; then
            name=${values#*" $1="}
            name=${name%% *}
        elif [[ $values != *" $1 "* && $flags != *" $1 "* || $1 != --* ]]; then
            echo "${0##*/}: $1: not an option; see --help" >&2
            exit 2
        fi
        if [[ $flags == *" $1 "* ]]; then
            if [[ $1 == --no-* ]]; then printf -v "$name" no; else printf -v "$name" yes; fi
        else
            [[ $# -gt 1 ]] || { echo "${0##*/}: $1 needs a value; see --help" >&2 && exit 2; }
            printf -v "$name" %s "$2"
            shift
        fi
        shift
    done
}

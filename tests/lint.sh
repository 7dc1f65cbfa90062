#!/bin/bash
# make lint: floors, sizes, format, warnings of two compilers, clang-tidy and
# cppcheck over every C file, the tests' too. Exit status 1 when any of them
# has something to say.
#
#	tests/lint.sh [FILE]...		only these files
#
# clang-tidy remembers in build/lint/ which preprocessed files were clean.

cd "$(dirname "$0")/.." || exit 2
export LC_ALL=C.UTF-8
cache=build/lint
mkdir -p "$cache/cppcheck"
jobs=$(nproc 2>/dev/null || echo 2)
bad=0

if [ $# -gt 0 ]; then
	files=$*
else
	files=$(ls exsync.c src/*/*.[ch] tests/*/*.[ch] tests/*.[ch] \
	    2>/dev/null)
fi
sources=$(echo "$files" | tr ' ' '\n' | grep '\.c$')

warn="-Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes
-Wmissing-prototypes -Wwrite-strings -Wpointer-arith -Wvla -Wformat=2"
base="-std=c11 -D_GNU_SOURCE -DEXSYNC_VERSION=\"0\" -pthread"
sim=$(pkg-config --cflags libmicrohttpd gnutls libxml-2.0 gmime-3.0 \
    2>/dev/null)

# flags FILE: what that file is compiled with
flags() {
	case $1 in
	tests/sim/*) echo "$base $warn -Itests/sim $sim" ;;
	*) echo "$base $warn -Isrc -I$(dirname "$1")" ;;
	esac
}

heading() {
	printf -- '-- %s\n' "$*"
}

# compile COMPILER FILE
compile() {
	# shellcheck disable=SC2046
	"$1" $(flags "$2") -O2 -Werror -c -o /dev/null "$2"
}

tidy() {
	local key checks=
	case $1 in
	# cmocka's assertions end a test without the analyzer knowing it
	tests/unit/*) checks=--checks=-clang-analyzer-core.* ;;
	esac
	# shellcheck disable=SC2046
	key=$({ clang $(flags "$1") -E "$1"; cat .clang-tidy; } 2>/dev/null |
	    sha256sum | cut -c1-40)
	if [ -e "$cache/$key" ]; then
		return 0
	fi
	# shellcheck disable=SC2046,SC2086
	if clang-tidy --quiet $checks "$1" -- $(flags "$1") >"$cache/$key.out" \
	    2>"$cache/$key.err"; then
		rm -f "$cache/$key.out" "$cache/$key.err"
		touch "$cache/$key"
		return 0
	fi
	cat "$cache/$key.out"
	grep -E 'error:' "$cache/$key.err"
	rm -f "$cache/$key.out" "$cache/$key.err"
	return 1
}

export -f compile tidy flags
export warn base sim cache

# each FUNCTION [WORD]...: runs it on every source, several at once
each() {
	echo "$sources" | xargs -P "$jobs" -I{} bash -c '"$@"' _ "$@" {} ||
	    bad=1
}

heading "floors and sizes"
# shellcheck disable=SC2086
/usr/bin/python3 tests/lint.py $files || bad=1
heading "clang-format"
# shellcheck disable=SC2086
clang-format --dry-run -Werror $files 2>&1 | grep error: && bad=1
heading "gcc -Werror"
each compile gcc
heading "clang -Werror"
each compile clang
heading "clang-tidy"
each tidy
heading "cppcheck"
# shellcheck disable=SC2086
cppcheck -q -j "$jobs" --std=c11 --error-exitcode=1 --inline-suppr \
    --cppcheck-build-dir="$cache/cppcheck" \
    --enable=warning,performance,portability \
    --suppress=missingIncludeSystem --suppress=missingInclude \
    --suppress=ctuuninitvar \
    -D_GNU_SOURCE -Isrc $sources || bad=1

if [ $bad -ne 0 ]; then
	echo "lint: not clean"
	exit 1
fi
echo "lint: clean"

#!/bin/bash
# make lint: floors, sizes, format, warnings of two compilers, clang-tidy and
# cppcheck over every C file, the tests' too. Exit status 1 when any of them
# has something to say.
#
#	tests/lint.sh [FILE]...		only these files
#
# What was clean is remembered in build/lint/ by its preprocessed text.

cd "$(dirname "$0")/.." || exit 2
export LC_ALL=C.UTF-8
cache=build/lint
mkdir -p "$cache/cppcheck"
jobs=$(nproc 2>/dev/null || echo 2)
bad=0

if [ $# -gt 0 ]; then
	files=$*
else
	files=$(ls exsync.c src/*/*.[ch] tests/*/*.[ch] tests/sim/*/*.[ch] \
	    tests/*.[ch] 2>/dev/null)
fi
sources=$(echo "$files" | tr ' ' '\n' | grep '\.c$')

warn="-Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes
-Wmissing-prototypes -Wwrite-strings -Wpointer-arith -Wvla -Wformat=2"
base="-std=c11 -D_GNU_SOURCE -DEXSYNC_VERSION=\"0\" -pthread"
sim=$(pkg-config --cflags libmicrohttpd gnutls libxml-2.0 gmime-3.0 \
    krb5-gssapi zlib jansson 2>/dev/null)

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

# The compilers and clang-tidy on one file, unless it was clean before.
check() {
	local key checks=
	# shellcheck disable=SC2046
	key=$({ clang $(flags "$1") -E "$1" && flags "$1" &&
	    cat .clang-tidy; } 2>/dev/null | sha256sum | cut -c1-40)
	if [ -e "$cache/$key" ]; then
		return 0
	fi
	case $1 in
	# cmocka's assertions end a test without the analyzer knowing it
	tests/unit/*) checks=--checks=-clang-analyzer-core.* ;;
	esac
	# shellcheck disable=SC2046,SC2086
	if gcc $(flags "$1") -O2 -Werror -c -o /dev/null "$1" &&
	    clang $(flags "$1") -Werror -fsyntax-only "$1" &&
	    clang-tidy --quiet $checks "$1" -- $(flags "$1") \
		2>"$cache/$key.err"; then
		rm -f "$cache/$key.err"
		touch "$cache/$key"
		return 0
	fi
	grep -E 'error:' "$cache/$key.err" 2>/dev/null
	rm -f "$cache/$key.err"
	return 1
}

export -f check flags
export warn base sim cache

heading "floors and sizes"
# shellcheck disable=SC2086
/usr/bin/python3 tests/lint.py $files || bad=1
heading "clang-format"
# shellcheck disable=SC2086
clang-format --dry-run -Werror $files 2>&1 | grep error: && bad=1
heading "gcc, clang (warnings are errors), clang-tidy"
echo "$sources" | xargs -P "$jobs" -I{} bash -c 'check "$1"' _ {} || bad=1
heading "cppcheck"
# The simulator's files are found by the same names as the product's.
cpp_check() {
	if [ $# -gt 1 ]; then
		cppcheck -q -j "$jobs" --std=c11 --error-exitcode=1 \
		    --inline-suppr --cppcheck-build-dir="$cache/cppcheck" \
		    --enable=warning,performance,portability \
		    --suppress=missingIncludeSystem --suppress=missingInclude \
		    --suppress=ctuuninitvar -D_GNU_SOURCE "$@"
	fi
}
# shellcheck disable=SC2046
cpp_check -Isrc $(echo "$sources" | grep -v '^tests/sim/') || bad=1
# shellcheck disable=SC2046
cpp_check -Itests/sim $(echo "$sources" | grep '^tests/sim/') || bad=1

if [ $bad -ne 0 ]; then
	echo "lint: not clean"
	exit 1
fi
echo "lint: clean"

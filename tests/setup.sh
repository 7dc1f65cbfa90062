#!/bin/sh
# Installs the packages that building and testing need: only what is missing,
# without a question asked.
#
#	tests/setup.sh GROUP...		build, sim, test, samba, lint, demo, bench
#
# Works as root or with sudo. On a machine without apt it says what is needed
# and leaves the rest to the build.

set -u

build="gcc make libc6-dev libbearssl-dev libexpat1-dev libsqlite3-dev
libinih-dev pkg-config"
sim="libmicrohttpd-dev libgnutls28-dev libxml2-dev libgmime-3.0-dev
libkrb5-dev"
test="libcmocka-dev libxml2-utils python3 python3-pytest python3-exchangelib
sqlite3 ca-certificates openssl valgrind gss-ntlmssp python3-gssapi
apache2-bin libapache2-mod-auth-gssapi"
# Not in test: winbind brings a service, which Debian starts by itself.
samba="winbind samba-common-bin libnss-wrapper"
lint="clang clang-format clang-tidy cppcheck libclang-rt-14-dev python3
libcmocka-dev"
demo="sqlite3 curl"
bench="python3 python3-exchangelib"

say() {
	echo "setup: $*" >&2
}

want=
for group in "$@"; do
	case $group in
	build) want="$want $build" ;;
	sim) want="$want $sim" ;;
	test) want="$want $test" ;;
	samba) want="$want $samba" ;;
	lint) want="$want $lint" ;;
	demo) want="$want $demo" ;;
	bench) want="$want $bench" ;;
	*)
		say "no group $group (build, sim, test, samba, lint, demo, bench)"
		exit 2
		;;
	esac
done

if ! command -v apt-get >/dev/null 2>&1 ||
    ! command -v dpkg-query >/dev/null 2>&1; then
	say "no apt here; these Debian packages, or what this system calls" \
	    "them, must be installed:"
	# shellcheck disable=SC2086
	printf '\t%s\n' $want >&2
	exit 0
fi

missing=
for package in $want; do
	case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) in
	*" installed") continue ;;
	esac
	case " $missing " in
	*" $package "*) ;;
	*) missing="$missing $package" ;;
	esac
done
if [ -z "$missing" ]; then
	exit 0
fi

sudo=
if [ "$(id -u)" -ne 0 ]; then
	if ! command -v sudo >/dev/null 2>&1; then
		say "run this as root: apt-get install$missing"
		exit 1
	fi
	sudo="sudo"
	if [ ! -t 0 ]; then
		sudo="sudo -n"
	fi
fi

say "installing$missing"
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
apt="$sudo env DEBIAN_FRONTEND=noninteractive apt-get -q
-o DPkg::Lock::Timeout=300"
# shellcheck disable=SC2086
if $apt update >"$log" 2>&1 </dev/null &&
    $apt install -y --no-install-recommends $missing >>"$log" 2>&1 </dev/null
then
	exit 0
fi
tail -n 20 "$log" >&2
say "could not install; as root: apt-get install$missing"
exit 1

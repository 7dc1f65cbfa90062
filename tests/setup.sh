#!/bin/sh
# Installs the packages that building and testing need: only what is missing,
# without a question asked.
#
#	tests/setup.sh GROUP...		build, sim, test, samba, oauth, lint, demo,
#					bench
#
# Works as root or with sudo. On a machine without apt it says what is needed
# and leaves the rest to the build.

set -u

build="gcc make libc6-dev libbearssl-dev libexpat1-dev libsqlite3-dev
libinih-dev pkg-config"
sim="libmicrohttpd-dev libgnutls28-dev libxml2-dev libgmime-3.0-dev
libkrb5-dev zlib1g-dev libjansson-dev"
test="libcmocka-dev zlib1g-dev libxml2-utils python3 python3-pytest
python3-exchangelib sqlite3 ca-certificates openssl valgrind gss-ntlmssp python3-gssapi
apache2-bin libapache2-mod-auth-gssapi"
# Not in test: winbind brings a service, which Debian starts by itself.
samba="winbind samba-common-bin libnss-wrapper"
# Not in test: node, and packages of npm below build/oauth.
oauth="nodejs npm"
lint="clang clang-format clang-tidy cppcheck libclang-rt-14-dev python3
libcmocka-dev zlib1g-dev"
demo="sqlite3 curl"
bench="python3 python3-exchangelib strace"

say() {
	echo "setup: $*" >&2
}

# A node that came from elsewhere is good as well.
needed_for_node() {
	if ! command -v node >/dev/null 2>&1 ||
	    ! command -v npm >/dev/null 2>&1; then
		echo "$oauth"
	fi
}

# What tests/proof/test_logins.py and test_oauth.py drive.
npm_packages() {
	dir=$(dirname "$0")/../build/oauth
	if [ -d "$dir/node_modules/oidc-provider" ] &&
	    [ -d "$dir/node_modules/@azure/msal-node" ] &&
	    [ -d "$dir/node_modules/oauth2-mock-server" ] &&
	    [ -d "$dir/node_modules/jose" ]; then
		return 0
	fi
	mkdir -p "$dir" && echo '{"private": true}' >"$dir/package.json"
	say "installing packages of npm in build/oauth"
	(cd "$dir" && npm install --ignore-scripts --no-audit --no-fund \
	    oidc-provider@9.13.3 @azure/msal-node@7.2.3 jose@6.2.18 \
	    oauth2-mock-server@8.2.3 \
	    >npm.log 2>&1 </dev/null) && return 0
	tail -n 20 "$dir/npm.log" >&2
	say "could not install the packages of npm"
	return 1
}

npm=
want=
for group in "$@"; do
	case $group in
	build) want="$want $build" ;;
	sim) want="$want $sim" ;;
	test) want="$want $test" ;;
	samba) want="$want $samba" ;;
	oauth) want="$want $(needed_for_node)" npm=1 ;;
	lint) want="$want $lint" ;;
	demo) want="$want $demo" ;;
	bench) want="$want $bench" ;;
	*)
		say "no group $group (build, sim, test, samba, oauth, lint, demo," \
		    "bench)"
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
	test -z "$npm" || npm_packages
	exit
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
	test -z "$npm" || npm_packages
	exit
fi
tail -n 20 "$log" >&2
say "could not install; as root: apt-get install$missing"
exit 1

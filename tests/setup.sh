#!/bin/sh
# Installs the packages that building and testing need: only what is missing,
# without a question asked.
#
#	tests/setup.sh GROUP...		build, sim, test, samba, oauth, graph, lint,
#					demo, bench
#
# Works as root or with sudo. On a machine without apt it says what is needed
# and leaves the rest to the build.

set -u

build="gcc make libc6-dev libbearssl-dev libexpat1-dev libsqlite3-dev
libinih-dev pkg-config"
sim="libmicrohttpd-dev libgnutls28-dev libxml2-dev libgmime-3.0-dev
libkrb5-dev zlib1g-dev libjansson-dev"
test="libcmocka-dev zlib1g-dev libxml2-utils python3 python3-pytest
python3-pytest-xdist python3-exchangelib sqlite3 ca-certificates openssl valgrind gss-ntlmssp python3-gssapi
apache2-bin libapache2-mod-auth-gssapi"
# Not in test: winbind brings a service, which Debian starts by itself.
samba="winbind samba-common-bin libnss-wrapper"
# Not in test: node, and packages of npm below build/oauth and build/graph.
oauth="nodejs npm"
lint="clang clang-format clang-tidy cppcheck libclang-rt-14-dev python3
libcmocka-dev zlib1g-dev libjansson-dev"
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

# npm_into GROUP PACKAGE@VERSION...: into build/GROUP, unless all are there.
npm_into() {
	dir=$(dirname "$0")/../build/$1
	group=$1
	shift
	have=1
	for package in "$@"; do
		test -d "$dir/node_modules/${package%@*}" || have=
	done
	test -z "$have" || return 0
	mkdir -p "$dir" && echo '{"private": true}' >"$dir/package.json"
	say "installing packages of npm in build/$group"
	(cd "$dir" && npm install --ignore-scripts --no-audit --no-fund "$@" \
	    >npm.log 2>&1 </dev/null) && return 0
	tail -n 20 "$dir/npm.log" >&2
	say "could not install the packages of npm"
	return 1
}

npm_packages() {
	result=0
	for group in $npm; do
		case $group in
		oauth) # what tests/proof/test_logins.py and test_oauth.py drive
			npm_into oauth oidc-provider@9.13.3 \
			    @azure/msal-node@7.2.3 jose@6.2.18 \
			    oauth2-mock-server@8.2.3 || result=1 ;;
		graph) # likewise tests/proof/test_graph.py
			npm_into graph @microsoft/microsoft-graph-client@3.0.7 \
			    @microsoft/msgraph-sdk@1.0.0-preview.90 \
			    @microsoft/msgraph-sdk-users@1.0.0-preview.90 ||
			    result=1 ;;
		esac
	done
	return $result
}

npm=
want=
for group in "$@"; do
	case $group in
	build) want="$want $build" ;;
	sim) want="$want $sim" ;;
	test) want="$want $test" ;;
	samba) want="$want $samba" ;;
	oauth | graph) want="$want $(needed_for_node)" npm="$npm $group" ;;
	lint) want="$want $lint" ;;
	demo) want="$want $demo" ;;
	bench) want="$want $bench" ;;
	*)
		say "no group $group (build, sim, test, samba, oauth, graph, lint," \
		    "demo, bench)"
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

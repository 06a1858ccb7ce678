#!/bin/sh
# Installs what `make yardsticks` compares with: other load generators. Run it again at
# will: what is there stays. It ends with a line for each, and with 0 even if some could
# not be had; the comparison leaves those out and says so.
set -u
cd "$(dirname "$0")/.."
peers=bin/peers
mkdir -p "$peers"

have() { command -v "$1" >/dev/null 2>&1; }

# from_packages COMMAND PACKAGE installs a Debian package that brings the command.
from_packages() {
	have "$1" && return
	if ! have apt-get; then
		echo "yardsticks: $1: no apt-get here; install the package that brings it ($2 on Debian)" >&2
		return
	fi
	sudo=
	[ "$(id -u)" = 0 ] || sudo=sudo
	[ -n "${updated:-}" ] || $sudo apt-get update -qq >&2 || true
	updated=yes
	$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$2" >&2 ||
		echo "yardsticks: $1: apt-get install $2 failed" >&2
}

# from_modules COMMAND MODULE VERSION builds a Go program of exactly that version. A module
# of its own with a require line, because `go install module@version` first asks for the
# list of all versions, which not every proxy has.
from_modules() {
	[ -x "$peers/$1" ] && return
	module=$(mktemp -d)
	printf 'module yardstick\n\ngo 1.26\n\nrequire %s %s\n' "$2" "$3" >"$module/go.mod"
	(cd "$module" && GOFLAGS=-mod=mod go build -o "$OLDPWD/$peers/$1" "$2") >&2 ||
		echo "yardsticks: $1: building $2 $3 failed" >&2
	rm -rf "$module"
}

from_packages wrk wrk
from_packages ab apache2-utils
from_packages hey hey
from_modules vegeta github.com/tsenart/vegeta/v12 v12.12.0
from_modules bombardier github.com/codesenberg/bombardier v1.2.6
from_modules fortio fortio.org/fortio v1.66.5

for peer in wrk ab hey vegeta bombardier fortio; do
	if [ -x "$peers/$peer" ]; then
		echo "$peer	$peers/$peer"
	elif have "$peer"; then
		echo "$peer	$(command -v "$peer")"
	else
		echo "$peer	not to be had here: it is left out of the comparison"
	fi
done

#!/bin/sh
# Installs what the browser tests need: Chromium, and a font so that it has text to draw.
# Run it again at will: what is there stays. It fails if there is no browser at its end.
set -u

have() { command -v "$1" >/dev/null 2>&1; }

browser() { have chromium || have chromium-browser || have google-chrome; }

# fonts are looked for where Debian puts them: Chromium without any draws empty boxes.
fonts() { [ -n "$(find /usr/share/fonts -name '*.ttf' -o -name '*.otf' 2>/dev/null | head -n 1)" ]; }

missing=
browser || missing=chromium
fonts || missing="$missing fonts-dejavu-core"
if [ -n "$missing" ]; then
	if ! have apt-get; then
		echo "browser: no apt-get here; install chromium and a font" >&2
		exit 1
	fi
	sudo=
	[ "$(id -u)" = 0 ] || sudo=sudo
	$sudo apt-get update -qq >&2 || true
	# shellcheck disable=SC2086 # two packages are two words
	$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >&2
fi
browser || { echo "browser: Chromium could not be installed" >&2; exit 1; }

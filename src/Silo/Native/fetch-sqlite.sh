#!/usr/bin/env bash
# Fetches Debian's SQLite for another architecture, to link it in where the device edition is cross-compiled:
#   src/Silo/Native/fetch-sqlite.sh arm64 DIRECTORY
# leaves DIRECTORY/libsqlite3.a. apt works on lists of its own there, so no root is needed and this machine's packages stay as they are.
set -euo pipefail
architecture=$1
mkdir -p "$2"
directory=$(realpath "$2")
if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
  echo "SQLite for $architecture comes from Debian, and there is no apt-get here: give its static library by -p:DeviceSqlite=/path/to/libsqlite3.a." >&2
  exit 1
fi

work=$(mktemp -d "$directory/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial"
touch "$work/status"
apt=(apt-get -qq
  -o "APT::Architecture=$architecture" -o "APT::Architectures=$architecture"
  -o "Dir::State=$work/state" -o "Dir::State::status=$work/status" -o "Dir::Cache=$work/cache"
  # As the user who calls: apt's own may not write here.
  -o APT::Sandbox::User= -o Acquire::Languages=none)
"${apt[@]}" update
(cd "$work" && "${apt[@]}" download libsqlite3-dev)
dpkg-deb -x "$work"/libsqlite3-dev_*.deb "$work/package"
mv "$work"/package/usr/lib/*/libsqlite3.a "$directory/libsqlite3.a"

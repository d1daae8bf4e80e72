#!/usr/bin/env bash
# Fetches what an arm64 program runs with on another machine: an emulator without libraries of its own, and Debian's C library and OpenSSL.
#   fetch-emulation.sh DIRECTORY     leaves DIRECTORY/qemu-aarch64-static, DIRECTORY/libraries, and with what .NET itself needs besides,
#                                    the C++ library, DIRECTORY/libraries-dotnet
# apt works on lists of its own there: no root is needed, and this machine's packages stay as they are.
set -euo pipefail
mkdir -p "$1"
directory=$(realpath "$1")
# What an earlier version of this script has fetched may be less.
! cmp -s "$0" "$directory/complete" || exit 0

work=$(mktemp -d "$directory/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT
fetch() {
  local architecture=$1
  mkdir -p "$work/$architecture/"{state/lists/partial,cache/archives/partial,packages}
  touch "$work/$architecture/status"
  local apt=(apt-get -qq
    -o "APT::Architecture=$architecture" -o "APT::Architectures=$architecture"
    -o "Dir::State=$work/$architecture/state" -o "Dir::State::status=$work/$architecture/status" -o "Dir::Cache=$work/$architecture/cache"
    -o APT::Sandbox::User= -o Acquire::Languages=none)
  "${apt[@]}" update
  (cd "$work/$architecture/packages" && "${apt[@]}" download "${@:2}")
}

fetch "$(dpkg --print-architecture)" qemu-user-static
dpkg-deb --fsys-tarfile "$work"/*/packages/qemu-user-static_*.deb | tar -x -C "$directory" --strip-components=3 ./usr/bin/qemu-aarch64-static
fetch arm64 libc6 libssl3 libgcc-s1 libstdc++6
rm -rf "$directory/libraries" "$directory/libraries-dotnet"
for package in "$work"/arm64/packages/*.deb; do
  dpkg-deb -x "$package" "$directory/libraries-dotnet"
  case $(basename "$package") in libc6_* | libssl3_*) dpkg-deb -x "$package" "$directory/libraries" ;; esac
done
cp "$0" "$directory/complete"

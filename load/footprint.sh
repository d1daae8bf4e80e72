#!/usr/bin/env bash
# Prints one row of the table in docs/footprint.md: size, start, memory.
#   load/footprint.sh BINARY [SERVICE-OPTION...]        needs wrk and curl
# Start: from exec to the answer of a GET of a stored key, median of 5. Memory: a second after the start, and after 10 s of GET and
# 10 s of SET from 16 connections each; anonymous is what is no file's page.
set -euo pipefail
binary=$(realpath "$1"); shift
options=("$@")
here=$(cd "$(dirname "$0")" && pwd)
seconds=${SECONDS_PER_RUN:-10}; port=${PORT:-18081}; url=http://127.0.0.1:$port
work=$(mktemp -d); pid=
data=$work/data
. "$here/service.sh"
trap 'stop; rm -rf "$work"' EXIT
megabytes() { awk -v key="$1" '$1 == key":" {printf "%.1f", $2 / 1024}' "/proc/$pid/status"; }
drive() { wrk -t1 -c16 -d"${seconds}s" -s "$here/$1.lua" "$url" >/dev/null; }

start /health/live
curl -sf -d '{"value":"first"}' "$url/api/v1/kv/default/figures/1" >/dev/null; stop
for _ in 1 2 3 4 5; do start /api/v1/kv/default/figures/1; echo "$started_ms"; stop; done | sort -n | sed -n 3p >"$work/start"
start /api/v1/kv/default/figures/1; sleep 1
idle=$(megabytes VmRSS); idle_anonymous=$(megabytes RssAnon)
drive get; drive set; sleep 1
size=$(stat -c %s "$binary")
printf '| %.2f MB | %s ms | %s MB (%s) | %s MB (%s) |\n' "$(awk -v b="$size" 'BEGIN {print b / 1e6}')" "$(cat "$work/start")" \
  "$idle" "$idle_anonymous" "$(megabytes VmRSS)" "$(megabytes RssAnon)"

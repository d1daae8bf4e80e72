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
stop() { [ -n "$pid" ] || return 0; kill -TERM "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; pid=; }
trap 'stop; rm -rf "$work"' EXIT
start() { # sets started_ms: from exec to the answer of the GET of $1
  local t0 t1; t0=$(date +%s%N)
  "$binary" --Http:Listen="$url" --Data:Path="$work/data" "${options[@]+"${options[@]}"}" >"$work/log" 2>&1 & pid=$!
  while :; do
    if exec 3<>"/dev/tcp/127.0.0.1/$port"; then
      printf 'GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' "$1" >&3
      read -r line <&3 || line=; exec 3>&-
      case "$line" in *" 200"*) break ;; esac
    fi
    kill -0 "$pid" || { cat "$work/log" >&2; exit 1; }
  done 2>/dev/null
  t1=$(date +%s%N); started_ms=$(( (t1 - t0) / 1000000 ))
}
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

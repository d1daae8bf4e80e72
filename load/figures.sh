#!/usr/bin/env bash
# Prints the service's figures: start, memory, throughput, latency and bytes to the block device.
#   load/figures.sh BINARY [ROUNDS]        needs root (a loop device of its own), wrk, curl, mkfs.ext4
# Each figure is the median of ROUNDS (3) runs. /proc/PID/io misleads about bytes written, so they come from the loop device.
set -euo pipefail
binary=$(realpath "$1"); rounds=${2:-3}; here=$(cd "$(dirname "$0")" && pwd)
seconds=${SECONDS_PER_RUN:-5}; port=${PORT:-18080}; url=http://127.0.0.1:$port
work=$(mktemp -d); pid=
data=$work/disk/data options=()
. "$here/service.sh"
cleanup() { stop; mountpoint -q "$work/disk" && umount "$work/disk"; [ -n "${loop:-}" ] && losetup -d "$loop"; rm -rf "$work"; }
trap cleanup EXIT
truncate -s 1G "$work/image"; mkfs.ext4 -q "$work/image"; mkdir "$work/disk"
loop=$(losetup --find --show "$work/image"); mount "$loop" "$work/disk"
stat_of() { awk -v f="$1" '{print $f}' "/sys/block/$(basename "$loop")/stat"; }
sectors() { stat_of 7; }
flushes() { stat_of 16; }
median() { sort -g | awk '{a[NR]=$1} END {print (NR%2) ? a[(NR+1)/2] : (a[NR/2]+a[NR/2+1])/2}'; }
cold() { # prints the start with nothing of the binary and the data in the page cache
  for _ in 1 2 3; do sync; echo 3 >/proc/sys/vm/drop_caches; start "$1"; echo "$started_ms"; stop; done >"$work/starts"
  printf 'the same with a cold page cache: %s ms\n' "$(median <"$work/starts")"
}
rss() { awk '/^VmRSS/ {printf "%.1f", $2/1024}' "/proc/$pid/status"; }
drive() { # script connections -> rate p50 p99 errors
  wrk -t1 -c"$2" -d"${seconds}s" --latency -s "$here/$1.lua" "$url" | awk '/^RESULT/ {print $2, $3, $4, $5}'
}
measure() { # title script connections
  local r; : >"$work/runs"
  for _ in $(seq "$rounds"); do
    local s0 f0; sync -f "$work/disk"; s0=$(sectors); f0=$(flushes)
    r=$(drive "$2" "$3"); sync -f "$work/disk"
    echo "$r $(( ($(sectors) - s0) * 512 )) $(( $(flushes) - f0 ))" >>"$work/runs"
  done
  awk -v s="$seconds" '{print $0, $5/($1*s), $6/($1*s)}' "$work/runs" >"$work/runs2"
  printf '%-26s %9.0f /s   p50 %7.2f ms   p99 %7.2f ms   %6.0f device bytes and %.2f flushes each   errors %s\n' "$1" \
    "$(cut -d' ' -f1 "$work/runs2" | median)" "$(cut -d' ' -f2 "$work/runs2" | median)" "$(cut -d' ' -f3 "$work/runs2" | median)" \
    "$(cut -d' ' -f7 "$work/runs2" | median)" "$(cut -d' ' -f8 "$work/runs2" | median)" "$(cut -d' ' -f4 "$work/runs2" | paste -sd+ | bc)"
}
printf 'binary %s, %s MB, %s rounds of %s s\n' "$(basename "$binary")" "$(awk -v b="$(stat -c %s "$binary")" 'BEGIN {printf "%.1f", b/1e6}')" "$rounds" "$seconds"

start /health/live
curl -sf -d '{"value":"first"}' "$url/api/v1/kv/default/figures/1" >/dev/null; stop
for _ in 1 2 3 4 5; do start /api/v1/kv/default/figures/1; echo "$started_ms"; stop; done >"$work/starts"
start /api/v1/kv/default/figures/1; sleep 1
printf 'start to first served GET  %s ms; RSS idle %s MB\n' "$(median <"$work/starts")" "$(rss)"
stop; cold /api/v1/kv/default/figures/1; start /api/v1/kv/default/figures/1
echo "warm-up"; for c in 1 16 64; do drive set $c; done >/dev/null; drive get 16 >/dev/null
for c in 1 16 64; do measure "SET, $c connections" set $c; done
measure 'GET hit, 16 connections' get 16
measure 'batch of 1000, 1 connection' batch 1
printf 'RSS after load %s MB\n' "$(rss)"
sleep 5; sync -f "$work/disk"; s0=$(sectors); sleep "${IDLE_SECONDS:-60}"; sync -f "$work/disk"
printf 'idle for %s s: %s device bytes\n' "${IDLE_SECONDS:-60}" "$(( ($(sectors) - s0) * 512 ))"

for b in $(seq 0 99); do
  { printf '{"operations":['; for i in $(seq 1 1000); do [ "$i" = 1 ] || printf ','
    printf '{"collection":"many","key":"key-%06d","value":"%098d"}' $((b * 1000 + i)) "$i"; done; printf ']}'; } >"$work/body"
  curl -sf --data-binary "@$work/body" "$url/api/v1/kv/batch" >/dev/null
done
measure 'page of 1000 of 100,000' list 1
printf 'RSS with 100,000 keys of 100 bytes %s MB\n' "$(rss)"
stop
for _ in 1 2 3 4 5; do start /api/v1/kv/default/many/key-050000; echo "$started_ms"; stop; done >"$work/starts"
printf 'restart with 100,000 keys to a served GET of one: %s ms (after SIGTERM)\n' "$(median <"$work/starts")"
for _ in 1 2 3; do start /api/v1/kv/default/many/key-050000; echo "$started_ms"; kill -KILL "$pid"; wait "$pid" 2>/dev/null || true; pid=; done >"$work/starts"
printf 'the same after SIGKILL: %s ms\n' "$(median <"$work/starts")"
cold /api/v1/kv/default/many/key-050000

# Sourced by figures.sh and footprint.sh, which set binary, url, port, data (its directory), options, and work (where its log goes).
# Starts and stops one service; pid is empty while none runs.
stop() { [ -n "$pid" ] || return 0; kill -TERM "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; pid=; }
start() { # sets started_ms: from exec to the answer of the GET of $1
  local t0 t1; t0=$(date +%s%N)
  "$binary" --Http:Listen="$url" --Data:Path="$data" "${options[@]+"${options[@]}"}" >"$work/log" 2>&1 & pid=$!
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

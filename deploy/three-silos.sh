#!/usr/bin/env bash
# A site of three members on this machine, to try out what a cluster does; nothing of it is meant to last.
#   deploy/three-silos.sh [DIRECTORY of the site edition]
# builds the service when no directory is given, starts Debian's Redis and PostgreSQL as processes of its own on free ports with their
# data in a temporary directory, then three members, and prints how to reach them. Ctrl-C ends all that it started and nothing else.
# As root, PostgreSQL runs as user postgres, which its package makes. Needs the packages redis-server and postgresql.
set -euo pipefail
repository=$(dirname "$(dirname "$(realpath "${BASH_SOURCE[0]}")")")

for folder in /usr/lib/postgresql/*/bin; do PATH=$PATH:$folder; done
for program in redis-server postgres initdb psql; do
  command -v "$program" >/dev/null || { echo "$program is missing: apt-get install redis-server postgresql" >&2; exit 1; }
done
if [ $# -gt 0 ]; then
  binary=$(realpath "$1")/edgeorleans
else
  echo "Building"
  dotnet build -c Release "$repository/src/Silo" >/dev/null
  binary=$repository/src/Silo/bin/Release/net10.0/edgeorleans
fi
[ -x "$binary" ] || { echo "$binary is not there." >&2; exit 1; }

work=$(mktemp -d) silos=() servers=() used=" "
as_postgres=()
if [ "$(id -u)" -eq 0 ]; then
  chmod 0711 "$work"
  as_postgres=(setpriv --reuid=postgres --regid=postgres --clear-groups)
fi

# Ends processes, which may be none, and waits for them.
finish() {
  local signal=$1
  shift
  [ $# -gt 0 ] || return 0
  kill "-$signal" "$@" 2>/dev/null || true
  wait "$@" 2>/dev/null || true
}

# Members first: they hand over what they have while Redis and PostgreSQL are there. Not by SIGINT, which a script's background
# processes ignore unless they ask for it; PostgreSQL asks for it, and would wait for its clients at SIGTERM.
end() {
  trap - EXIT INT TERM
  finish TERM "${silos[@]+"${silos[@]}"}"
  finish INT "${servers[@]+"${servers[@]}"}"
  rm -rf "$work"
}
trap end EXIT
trap 'echo; echo "Stopping"; exit 0' INT TERM

free_port() {
  while :; do
    port=$((20000 + RANDOM % 12000))
    [[ $used != *" $port "* ]] || continue
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
  done
  used+="$port "
}

# In sessions of their own: Ctrl-C at the terminal is for this script alone, which ends them in order.
free_port; redis=$port
setsid redis-server --bind 127.0.0.1 --port "$redis" --dir "$work" --appendonly yes --appendfsync always --save "" \
  --maxmemory-policy noeviction --daemonize no >"$work/redis.log" 2>&1 & servers+=($!)

free_port; postgres=$port
install -d -m 0700 "$work/postgres"
[ ${#as_postgres[@]} -eq 0 ] || chown postgres "$work/postgres"
(cd "$work/postgres" && "${as_postgres[@]}" initdb -D "$work/postgres/data" -A trust -U edge -E UTF8 --locale=C >/dev/null)
(cd "$work/postgres" && exec setsid "${as_postgres[@]}" postgres -D "$work/postgres/data" -p "$postgres" -k "$work/postgres" \
  -c listen_addresses=127.0.0.1) >"$work/postgres.log" 2>&1 & servers+=($!)
until psql -q -h 127.0.0.1 -p "$postgres" -U edge -d postgres -c 'CREATE DATABASE site TEMPLATE template0' 2>/dev/null; do
  kill -0 "${servers[1]}" 2>/dev/null || { cat "$work/postgres.log" >&2; exit 1; }
  sleep 0.2
done

cluster=(
  --Cluster:Redis="127.0.0.1:$redis"
  --Cluster:Storage="Host=127.0.0.1;Port=$postgres;Database=site;Username=edge"
  --Cluster:CreateSchema=true
)
for i in 1 2 3; do
  mkdir "$work/$i"
  free_port; silo=$port
  free_port; gateway=$port
  free_port; http=$port
  (cd "$work/$i" && exec setsid "$binary" --Http:Listen="http://127.0.0.1:$http" --Cluster:Port="$silo" --Gateway:Port="$gateway" \
    "${cluster[@]}") >"$work/$i/log" 2>&1 & silos+=($!)
  until grep -qs ' listens on ' "$work/$i/log"; do
    kill -0 "${silos[-1]}" 2>/dev/null || { cat "$work/$i/log" >&2; exit 1; }
    sleep 0.1
  done
  echo "Member $i: http://127.0.0.1:$http (process ${silos[-1]}, log $work/$i/log)"
  urls[i]=http://127.0.0.1:$http
done

cat <<TEXT

Redis at 127.0.0.1:$redis, PostgreSQL at 127.0.0.1:$postgres (database site, user edge). Write to one, read from another:
  curl -d '{"value":21.5}' ${urls[1]}/api/v1/kv/default/sensors/kitchen
  curl ${urls[2]}/api/v1/kv/default/sensors/kitchen
Then kill one (kill -9 ${silos[0]}) and ask the others. Ctrl-C ends them all.
TEXT
wait "${servers[0]}"
echo "Redis ended." >&2
exit 1

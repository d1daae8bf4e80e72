#!/usr/bin/env bash
# Runs every test: ./test.sh, or those of one project: ./test.sh Silo.
#
# Installs the Debian packages that are missing, builds in Release, publishes the native device edition, then runs each
# tests project, two at a time. A project says in its .csproj how it wants to be run:
#   <RunsAlone>true</RunsAlone>                        nothing beside it, because it measures time or loads the machine
#   <RunsOnDeviceEdition>true</RunsOnDeviceEdition>    once more with EDGEORLEANS_BINARY naming the native binary
#   <NeedsDeviceEdition>true</NeedsDeviceEdition>      it takes the native binary from artifacts/device
# The last line is 'N passed, N failed', with ', N skipped' when some were; skipped tests are listed above it.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 TESTINGPLATFORM_TELEMETRY_OPTOUT=1 MSBUILDDISABLENODEREUSE=1

results=artifacts/test-results
device=artifacts/device
# No project may take longer than this, in seconds: a test that hangs must not hold up the rest.
limit=${TEST_LIMIT_SECONDS:-$((900 + 30 * ${KILL_ROUNDS:-0} + 600 * ${CLUSTER_ROUNDS:-0}))}

install_packages() {
  local missing=()
  command -v clang >/dev/null || missing+=(clang)
  command -v sqlite3 >/dev/null || missing+=(sqlite3)
  [ -e /usr/include/zlib.h ] || missing+=(zlib1g-dev)
  [ -n "${EDGEORLEANS_POSTGRES:-}$(command -v postgres || ls -d /usr/lib/postgresql/*/bin 2>/dev/null)" ] || missing+=(postgresql)
  [ -n "${EDGEORLEANS_REDIS:-}$(command -v redis-server)" ] || missing+=(redis-server)
  command -v faketime >/dev/null || missing+=(faketime)
  [ -n "$(find /usr/lib -name libsqlite3.a -print -quit 2>/dev/null)" ] || missing+=(libsqlite3-dev)
  command -v curl >/dev/null || missing+=(curl)
  command -v ip >/dev/null || missing+=(iproute2)
  command -v openssl >/dev/null || missing+=(openssl)
  [ -x /usr/sbin/adduser ] || missing+=(adduser)
  command -v systemd-analyze >/dev/null || missing+=(systemd)
  [ -e /usr/bin/ld.lld-16 ] || missing+=(lld-16)
  [ "$(uname -m)" = aarch64 ] || command -v aarch64-linux-gnu-gcc >/dev/null || missing+=(gcc-aarch64-linux-gnu)
  [ ${#missing[@]} -eq 0 ] && return
  if ! command -v apt-get >/dev/null; then
    echo "The tests need ${missing[*]}, by the names of Debian packages, and there is no apt-get to install them." >&2
    exit 1
  fi
  local sudo=()
  [ "$(id -u)" -eq 0 ] || sudo=(sudo)
  echo "Installing ${missing[*]}"
  "${sudo[@]}" apt-get update -qq >/dev/null &&
    DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -qq -y "${missing[@]}" >/dev/null || exit 1
}

# Prints why a step failed, and only then: a build that works says nothing of interest.
quietly() {
  local what=$1 log=$results/$2.log
  shift 2
  echo "$what"
  "$@" >"$log" 2>&1 && return
  cat "$log"
  echo "$what: failed" >&2
  exit 1
}

says() { grep -q "<$2>true</$2>" "$1"; }

run_project() {
  local project=$1 edition=$2 name run
  name=$(basename "$(dirname "$project")")
  run=$name$edition
  local binary=tests/$name/bin/Release/net10.0/EdgeOrleans.$name
  local command=(timeout --kill-after=10 "$limit" "$binary" -noColor -noLogo -result-xml "$results/$run.xml")
  [ -z "$edition" ] || command=(env EDGEORLEANS_BINARY="$PWD/$device/edgeorleans" "${command[@]}")
  local begin=$SECONDS
  "${command[@]}" >"$results/$run.log" 2>&1 </dev/null
  echo $? >"$results/$run.exit"
  echo $((SECONDS - begin)) >"$results/$run.seconds"
}

# One attribute of the result's <assembly> element.
count_of() { sed -n "s/.*<assembly [^>]*\b$2=\"\([0-9]*\)\".*/\1/p" "$1" | head -n 1; }

# 'name: reason' of each skipped test.
skips_of() {
  tr '\n' ' ' <"$1" | sed 's/<test /\n<test /g' |
    sed -n 's/^<test [^>]*\bname="\([^"]*\)"[^>]*result="Skip".*<reason>\(<!\[CDATA\[\)\{0,1\}\([^]<]*\).*/  \1: \3/p' |
    sed 's/\\&quot;/"/g; s/\\"/"/g; s/&quot;/"/g; s/&lt;/</g; s/&gt;/>/g; s/&amp;/\&/g'
}

install_packages
rm -rf "$results" && mkdir -p "$results" || exit 1

projects=()
for project in tests/*/*.csproj; do
  # A library, what tests share, is none.
  ! grep -q '<OutputType>Library<' "$project" || continue
  [ $# -eq 0 ] || [[ $(basename "$(dirname "$project")" .Tests) == "${1%.Tests}" ]] || continue
  projects+=("$project")
done
if [ ${#projects[@]} -eq 0 ]; then
  echo "There is no test project tests/${1:-}.Tests or tests/${1:-}." >&2
  exit 1
fi

if [ $# -eq 0 ]; then
  quietly "Building" build dotnet build EdgeOrleans.sln -c Release
else
  quietly "Building" build dotnet build "${projects[0]}" -c Release
fi

together=() alone=() needs_device=
for project in "${projects[@]}"; do
  editions=("")
  if says "$project" RunsOnDeviceEdition; then
    editions+=(".device")
    needs_device=1
  fi
  ! says "$project" NeedsDeviceEdition || needs_device=1
  for edition in "${editions[@]}"; do
    if says "$project" RunsAlone; then alone+=("$project $edition"); else together+=("$project $edition"); fi
  done
done

if [ $# -eq 0 ] || [ -n "$needs_device" ]; then
  quietly "Publishing the device edition" publish \
    dotnet publish src/Silo -c Release -r "linux-$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')" -p:PublishProfile=device -o "$device"
  echo "  $(stat -c %s "$device/edgeorleans") bytes"
fi

for job in "${together[@]+"${together[@]}"}"; do
  while [ "$(jobs -rp | wc -l)" -ge 2 ]; do wait -n; done
  run_project $job "" &
done
wait
for job in "${alone[@]+"${alone[@]}"}"; do
  run_project $job ""
done

passed=0 failed=0 skipped=0 skips=""
for exit_file in "$results"/*.exit; do
  run=$(basename "$exit_file" .exit)
  code=$(cat "$exit_file")
  xml=$results/$run.xml
  total=$([ -s "$xml" ] && count_of "$xml" total)
  if [ -z "$total" ] || [ "$total" -eq 0 ] || { [ "$code" -ne 0 ] && [ "$(count_of "$xml" failed)" -eq 0 ]; }; then
    # Crashed, timed out, failed outside a test, or ran none: the counts would hide it.
    cat "$results/$run.log"
    echo "$run: ended with exit code $code and ${total:-no} test results"
    failed=$((failed + 1))
    [ -n "$total" ] || continue
  elif [ "$code" -ne 0 ]; then
    cat "$results/$run.log"
  fi
  echo "$run: $(count_of "$xml" passed) passed, $(count_of "$xml" failed) failed, $(count_of "$xml" skipped) skipped in $(cat "$results/$run.seconds") s"
  passed=$((passed + $(count_of "$xml" passed)))
  failed=$((failed + $(count_of "$xml" failed)))
  skipped=$((skipped + $(count_of "$xml" skipped)))
  skips+=$(skips_of "$xml" | sed "s/^  /  $run /")
  [ "$(count_of "$xml" skipped)" -eq 0 ] || skips+=$'\n'
done

if [ "$skipped" -gt 0 ]; then
  echo "Skipped:"
  printf '%s' "$skips"
  echo "$passed passed, $failed failed, $skipped skipped"
else
  echo "$passed passed, $failed failed"
fi
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]

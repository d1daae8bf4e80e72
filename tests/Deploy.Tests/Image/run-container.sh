#!/usr/bin/env bash
# Runs a command as a container would: in a root of its own that is read-only, one volume to write to, own processes and network, as a
# user without rights, as process 1.
#   run-container.sh ROOT VOLUME USER DIRECTORY COMMAND…     VOLUME is shown as /data; the environment is the caller's
set -euo pipefail
root=$1 volume=$2
if [ "${EDGEORLEANS_INSIDE:-}" = "" ]; then
  EDGEORLEANS_INSIDE=1 exec unshare --mount --pid --fork --kill-child --net "$0" "$@"
fi

unset EDGEORLEANS_INSIDE
mount --make-rprivate /
mount --bind "$root" "$root"
mkdir -p "$root/proc" "$root/dev" "$root/etc"
echo '127.0.0.1 localhost' >"$root/etc/hosts"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for node in "null 1 3" "zero 1 5" "random 1 8" "urandom 1 9"; do
  read -r name major minor <<<"$node"
  mknod -m 666 "$root/dev/$name" c "$major" "$minor"
done
mount --bind "$volume" "$root/data"
mount -o remount,bind,ro "$root"
ip link set lo up
exec setpriv --no-new-privs unshare --root "$root" --wd "$4" --setgid "${3#*:}" --setuid "${3%:*}" "${@:5}"

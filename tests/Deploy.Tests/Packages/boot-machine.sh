#!/usr/bin/env bash
# A machine of its own: this one's file system with a layer in memory over it, own processes, mounts, network and control groups, and
# systemd as process 1. Nothing that happens in it reaches this one, and it ends with this script.
#   boot-machine.sh DIRECTORY     DIRECTORY/files is shown as /files
set -euo pipefail
directory=$1

if [ "${2:-}" != inside ]; then
  # A control group of its own first, which it then takes for the root of all.
  groups=$(findmnt --noheadings --first-only --types cgroup2 --output TARGET)
  group=$groups/$(basename "$directory")
  mkdir "$group"
  echo $$ >"$group/cgroup.procs"
  exec unshare --mount --pid --fork --kill-child --net --cgroup "$0" "$directory" inside
fi

mount --make-rprivate /
mount -t tmpfs -o size=1g machine "$directory/layer"
mkdir "$directory"/layer/{upper,work}
mount -t overlay -o "lowerdir=/,upperdir=$directory/layer/upper,workdir=$directory/layer/work" machine "$directory/root"
mkdir -p "$directory/root/files"
mount --bind "$directory/files" "$directory/root/files"
cd "$directory/root"
# Container images keep services from being started by their packages.
rm -f usr/sbin/policy-rc.d
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs tmpfs run
mount -t tmpfs tmpfs tmp
mount -t tmpfs -o mode=755 tmpfs dev
for node in "null 1 3" "zero 1 5" "full 1 7" "random 1 8" "urandom 1 9" "tty 5 0"; do
  read -r name major minor <<<"$node"
  mknod -m 666 "dev/$name" c "$major" "$minor"
done
ln -s pts/ptmx dev/ptmx
mkdir dev/pts dev/shm
ip link set lo up
mkdir run/outside
pivot_root . run/outside
umount -l /run/outside
exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --system --unit=basic.target --log-target=journal

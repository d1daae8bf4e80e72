#!/usr/bin/env bash
# Packs a published device edition as a Debian package:
#   deploy/build-deb.sh arm64 artifacts/device-arm64/edgeorleans [DIRECTORY]
# leaves DIRECTORY/edgeorleans_VERSION_ARCHITECTURE.deb, in artifacts when no directory is given, and prints its path. Needs no root.
set -euo pipefail
repository=$(dirname "$(dirname "$(realpath "${BASH_SOURCE[0]}")")")
if [ $# -lt 2 ] || { [ "$1" != arm64 ] && [ "$1" != amd64 ]; } || [ ! -f "$2" ]; then
  echo "usage: deploy/build-deb.sh arm64|amd64 BINARY [DIRECTORY]" >&2
  exit 2
fi
architecture=$1 binary=$2 directory=${3:-$repository/artifacts}
version=${VERSION:-$(sed -n 's/.*<VersionPrefix>\(.*\)<.*/\1/p' "$repository/Directory.Build.props")}

# A package for one machine with the other's binary would install and never start. At byte 18 ELF names the machine.
machine=$(od -An -tu2 -j18 -N2 "$binary" | tr -d ' ')
case $architecture-$machine in
  arm64-183 | amd64-62) ;;
  *) echo "$binary is no program for $architecture." >&2; exit 2 ;;
esac

tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
install -D -m 0755 "$binary" "$tree/usr/bin/edgeorleans"
install -D -m 0644 "$repository/deploy/edgeorleans.service" "$tree/usr/lib/systemd/system/edgeorleans.service"
install -D -m 0644 "$repository/deploy/appsettings.json" "$tree/etc/edgeorleans/appsettings.json"
install -D -m 0644 "$repository/docs/install.md" "$tree/usr/share/doc/edgeorleans/install.md"
install -d -m 0755 "$tree/DEBIAN"
size=$(du -sk "$tree" | cut -f1)
sed "s/@VERSION@/$version/; s/@ARCHITECTURE@/$architecture/; s/@SIZE@/$size/" "$repository/deploy/debian/control" >"$tree/DEBIAN/control"
install -m 0644 "$repository/deploy/debian/conffiles" "$tree/DEBIAN/conffiles"
install -m 0755 "$repository"/deploy/debian/{postinst,prerm,postrm} "$tree/DEBIAN"

mkdir -p "$directory"
package=$directory/edgeorleans_${version}_$architecture.deb
chmod 0755 "$tree"
dpkg-deb --root-owner-group -Zxz --build "$tree" "$package" >/dev/null
echo "$package"

#!/usr/bin/env bash
# Makes a release of the commit that is checked out: an archive of its files, the list of its packages (CycloneDX), checksums, and a signature
# of these. The same commit gives the same archive, byte for byte.
#
#   deploy/release.sh KEY [FOLDER]    KEY: private OpenSSH key of who signs; FOLDER: ./release by default
set -euo pipefail

usage="usage: deploy/release.sh KEY [FOLDER]"
key=$(realpath "${1:?$usage}")
folder=$(realpath -m "${2:-release}")
cd "$(dirname "$0")/.."
if [ -n "$(git status --porcelain)" ]; then
  echo "There are changes that no commit has. Commit or stash them first." >&2
  exit 1
fi
version=$(node -p "require('./package.json').version")
name="agenda-$version"
mkdir -p "$folder"
git archive --format=tar --prefix="$name/" HEAD | gzip -9 -n > "$folder/$name.tar.gz"
node deploy/list-packages.mjs > "$folder/$name.cdx.json"
git rev-parse HEAD > "$folder/$name.commit"
cd "$folder"
rm -f SHA256SUMS.sig
sha256sum "$name.tar.gz" "$name.cdx.json" "$name.commit" > SHA256SUMS
ssh-keygen -q -Y sign -f "$key" -n agenda-release SHA256SUMS
echo "$folder: $name, signed by $(ssh-keygen -l -f "$key" | cut -d' ' -f2)"

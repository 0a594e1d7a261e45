#!/usr/bin/env bash
# Puts a release of regsecret on the PATH of the job. What runs is the program of an archive whose sum is in SHA256SUMS beside this
# file, so whoever pins the Action to a commit has pinned the program: a mirror and the runner's tool cache can only keep it from
# running. It has to work in bash 3.2, which macOS has, and in the bash of Git for Windows.
set -euo pipefail

# The archives of each release, which a commit adds after the release: an archive holds its commit, so its sum cannot be in it.
listed=$(dirname "$0")/SHA256SUMS
newer='pin the Action to a newer commit: https://github.com/regsecret/regsecret/commits/main/action/SHA256SUMS'

# A runner without access to github.com can name a mirror with the same paths.
releases=${REGSECRET_RELEASES:-https://github.com/regsecret/regsecret/releases}

# An annotation; what would end it or begin another command of the workflow is escaped.
fail() { # TEXT
  local text=$1
  text=${text//'%'/%25}
  text=${text//$'\r'/%0D}
  text=${text//$'\n'/%0A}
  printf '::error title=regsecret::%s\n' "$text"
  exit 1
}

fetch() { # URL FILE
  local status
  status=$(curl --silent --show-error --location --retry 3 --connect-timeout 30 \
    --proto "=${releases%%:*}" --proto-redir "=${releases%%:*}" \
    --write-out '%{http_code}' --output "$2" -- "$1") || fail "cannot download $1; the log has the error of curl"
  [ "$status" = 200 ] || fail "cannot download $1 (HTTP $status); released versions: $releases"
}

# Variables of a runner on Windows hold paths such as D:\a\_temp, which are not what every program of Git for Windows takes.
posix_path() { # PATH
  if command -v cygpath >/dev/null; then cygpath -u "$1"; else printf '%s\n' "$1"; fi
}

native_path() { # PATH
  if command -v cygpath >/dev/null; then cygpath -w "$1"; else printf '%s\n' "$1"; fi
}

sum_of() { # FILE
  if command -v sha256sum >/dev/null; then sha256sum <"$1"; else shasum -a 256 <"$1"; fi | cut -d ' ' -f 1
}

# The newest listed version by default; one before a release only if nothing else is listed.
choose_version() {
  local versions newest asked=${INPUT_VERSION:-}
  versions=$(sed -n 's/^[0-9a-f]\{64\}  regsecret_\([^_]*\)_.*/\1/p' "$listed" | sort -u -t . -k 1,1n -k 2,2n -k 3,3n -k 3)
  [ -n "$versions" ] || fail "this commit of the Action lists no release; $newer"
  newest=$({ grep -v -e - || true; } <<<"$versions")
  newest=${newest:-$versions}
  newest=${newest##*$'\n'}
  [ "$asked" != latest ] ||
    fail "the input version cannot be latest: this commit of the Action installs only what it lists, and its newest is $newest; leave version out for that one, or $newer"
  version=${asked:-$newest}
  version=${version#v}
  local release='^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$'
  [[ $version =~ $release ]] || fail "the input version must be a release such as 0.1.0, but it is: $version"
  case $'\n'$versions$'\n' in
    *$'\n'"$version"$'\n'*) ;;
    *) fail "this commit of the Action does not list regsecret $version, and its newest is $newest; $newer" ;;
  esac
}

choose_platform() {
  local musl=''
  if [ "$RUNNER_OS" = Linux ]; then
    case "$(ldd --version 2>&1 || true)" in *musl*) musl=_musl ;; esac
  fi
  case "$RUNNER_OS-$RUNNER_ARCH$musl" in
    Linux-X64) platform=linux_amd64 ;;
    Linux-X64_musl) platform=linux_amd64_musl ;;
    Linux-ARM64) platform=linux_arm64 ;;
    macOS-X64) platform=darwin_amd64 ;;
    macOS-ARM64) platform=darwin_arm64 ;;
    Windows-X64) platform=windows_amd64 ;;
    *) fail "there is no executable for $RUNNER_OS on $RUNNER_ARCH${musl:+ with musl}; npm install --global regsecret works wherever Node does" ;;
  esac
  program=regsecret
  kind=tar.gz
  if [ "$RUNNER_OS" = Windows ]; then
    program=regsecret.exe
    kind=zip
  fi
}

choose_archive() {
  local sum name
  archive=regsecret_${version}_$platform.$kind
  expected=''
  while read -r sum name; do
    [ "$name" != "$archive" ] || expected=$sum
  done <"$listed"
  [ -n "$expected" ] || fail "regsecret $version has no archive $archive"
}

is_listed() { # FILE
  [ "$(sum_of "$1")" = "$expected" ]
}

# Puts the archive into the new folder, from the tool cache or the network. It is checked here, where no other job writes. What the
# tool cache has under its name is nothing but a guess.
get_archive() {
  local kept=''
  if [ -n "${RUNNER_TOOL_CACHE:-}" ]; then kept=$(posix_path "$RUNNER_TOOL_CACHE")/regsecret/$archive; fi
  if [ -f "$kept" ] && cp -- "$kept" "$folder/$archive" && is_listed "$folder/$archive"; then return; fi
  fetch "$releases/download/v$version/$archive" "$folder/$archive"
  is_listed "$folder/$archive" ||
    fail "$archive is not the file that this commit of the Action lists: its SHA-256 is $(sum_of "$folder/$archive"), not $expected; nothing was installed"
  # Without a tool cache, or with one that this user may not write, the next job downloads it again.
  if [ -n "$kept" ]; then keep_archive "$kept" 2>/dev/null || true; fi
}

# Renamed into place when it is whole: several runners of a machine can share a tool cache.
keep_archive() { # FILE
  local part
  mkdir -p "${1%/*}" && part=$(mktemp "$1.XXXXXX") && cp -- "$folder/$archive" "$part" && mv -f -- "$part" "$1"
}

unpack_archive() {
  if [ "$kind" = zip ]; then
    unzip -q "$folder/$archive" "$program" -d "$folder"
  else
    tar -xzf "$folder/$archive" -C "$folder" "$program"
  fi
  rm -f -- "$folder/$archive"
}

choose_version
choose_platform
choose_archive
# A folder of this job: in the tool cache, another job could change the program after it was checked.
folder=$(mktemp -d "$(posix_path "$RUNNER_TEMP")/regsecret.XXXXXX")
installed=''
trap '[ -n "$installed" ] || rm -rf -- "$folder"' EXIT
get_archive
unpack_archive
said=$("$folder/$program" --version 2>&1) || fail "regsecret $version does not run here: $said"
installed=yes
printf 'regsecret %s, in %s\n' "$said" "$folder"
printf 'version=%s\n' "$version" >>"$GITHUB_OUTPUT"
native_path "$folder" >>"$GITHUB_PATH"

#!/usr/bin/env bash
# Puts a release of regsecret on the PATH of the job: downloads the archive for this runner, checks its sum, and keeps the program in
# the runner's tool cache. It has to work in bash 3.2, which macOS has, and in the bash of Git for Windows.
set -euo pipefail

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

# By default the version that this action is part of: pinning the action to a commit pins the program, too.
choose_version() {
  version=${INPUT_VERSION:-}
  if [ -z "$version" ]; then
    version=$(sed -n 's/^  "version": "\(.*\)",$/\1/p' "$(dirname "$0")/../package.json")
  fi
  version=${version#v}
  local release='^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$'
  [ "$version" = latest ] || [[ $version =~ $release ]] ||
    fail "the input version must be a release such as 0.1.0, or latest, but it is: $version"
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

find_latest() {
  fetch "$releases/latest/download/SHA256SUMS" "$work/SHA256SUMS"
  version=$(sed -n "s/^[0-9a-f]*  regsecret_\(.*\)_$platform\.$kind\$/\1/p" "$work/SHA256SUMS")
  [ -n "$version" ] || fail "the latest release has no archive for $platform: $releases"
}

# Renamed into place when it is whole: several runners of a machine can share a tool cache.
install_into() { # FOLDER
  local archive=regsecret_${version}_$platform.$kind expected actual
  fetch "$releases/download/v$version/SHA256SUMS" "$work/SHA256SUMS"
  expected=$(sed -n "s/^\([0-9a-f]*\)  $archive\$/\1/p" "$work/SHA256SUMS")
  [ -n "$expected" ] || fail "regsecret $version has no archive $archive"
  fetch "$releases/download/v$version/$archive" "$work/$archive"
  actual=$(sum_of "$work/$archive")
  [ "$actual" = "$expected" ] ||
    fail "$archive does not match SHA256SUMS: its SHA-256 is $actual, not $expected; nothing was installed"
  mkdir -p "$1"
  local unpacked
  unpacked=$(mktemp -d "$1/.unpacked.XXXXXX")
  if [ "$kind" = zip ]; then
    unzip -q "$work/$archive" "$program" -d "$unpacked"
  else
    tar -xzf "$work/$archive" -C "$unpacked" "$program"
  fi
  mv -f "$unpacked/$program" "$1/$program"
  rmdir "$unpacked"
}

choose_version
choose_platform
temp=$(posix_path "$RUNNER_TEMP")
work=$(mktemp -d "$temp/regsecret.XXXXXX")
trap 'rm -rf "$work"' EXIT
[ "$version" != latest ] || find_latest
folder=$(posix_path "${RUNNER_TOOL_CACHE:-$RUNNER_TEMP}")/regsecret/$version/$platform
[ -x "$folder/$program" ] || install_into "$folder"
said=$("$folder/$program" --version 2>&1) || fail "regsecret $version does not run here: $said"
printf 'regsecret %s, in %s\n' "$said" "$folder"
printf 'version=%s\n' "$version" >>"$GITHUB_OUTPUT"
native_path "$folder" >>"$GITHUB_PATH"

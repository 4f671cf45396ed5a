# Shared functions of the scripts beside this file; source it, do not run it.
# shellcheck shell=bash

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# Debian 12's packages, by what they are for.
BUILD_PACKAGES=(build-essential cmake ninja-build ccache pkg-config python3 nlohmann-json3-dev
  libsqlite3-dev libcli11-dev libssl-dev libxxhash-dev libzstd-dev librdkafka-dev libspdlog-dev
  prometheus-cpp-dev libcpp-httplib-dev libcurl4-openssl-dev libjemalloc-dev
  libsimdjson-dev)
TEST_PACKAGES=(libgtest-dev libgmock-dev libvalijson-dev python3-jsonschema openjdk-17-jdk-headless maven
  kcat python3-confluent-kafka python3-yaml clang-16 libclang-rt-16-dev
  zsh fish mandoc groff-base)
LINT_PACKAGES=(git clang-format-14 clang-tidy-16 python3-yaml)
# Node.js from elsewhere than Debian brings npm along, and then Debian's cannot be installed.
command -v npm >/dev/null || TEST_PACKAGES+=(npm)
command -v go >/dev/null || TEST_PACKAGES+=(golang-go)

say() {
  printf '\n== %s\n' "$*"
}

die() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

is_installed() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# install_packages WHY NAME...: installs what is missing; touches neither network nor system otherwise.
install_packages() {
  local why=$1 name missing=() as_root=()
  shift
  if ! command -v dpkg-query >/dev/null; then
    echo "This is not Debian, so nothing is installed. Needed $why: $*"
    return 0
  fi
  for name in "$@"; do
    is_installed "$name" || missing+=("$name")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  say "Installing ${missing[*]}: needed $why, missing here"
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || die "run as root: apt-get install ${missing[*]}"
    as_root=(sudo)
  fi
  if [ -z "${PACKAGE_LISTS_UPDATED:-}" ]; then
    "${as_root[@]}" apt-get update -q </dev/null || die "apt-get update failed"
    PACKAGE_LISTS_UPDATED=1
  fi
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -q --no-install-recommends "${missing[@]}" </dev/null ||
    die "apt-get could not install ${missing[*]}"
}

# source_files PATTERN...: those under version control or soon to be, and not deleted.
source_files() {
  local name
  git -C "$ROOT" ls-files --cached --others --exclude-standard -- "$@" | sort -u |
    while IFS= read -r name; do
      [ ! -f "$ROOT/$name" ] || printf '%s\n' "$name"
    done
}

# configure PRESET: makes build/PRESET ready to build.
configure() {
  local output
  output=$(cd "$ROOT" && cmake --preset "$1" 2>&1) || { echo "$output" >&2; return 1; }
}

# build PRESET [TARGET...]: configures, then builds everything or the targets.
build() {
  local preset=$1
  shift
  configure "$preset" || return
  cmake --build "$ROOT/build/$preset" -j "$(nproc)" ${1:+--target "$@"}
}

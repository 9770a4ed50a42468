#!/usr/bin/env bash
# See that the programs the tests drive are there: Chromium, PostgreSQL and STILTS.
# As root on Debian what is missing is installed; elsewhere it is named, and the
# tests that need it are skipped.
set -euo pipefail

has_chromium() {
  command -v chromium chromium-browser google-chrome >/dev/null
}

has_postgresql() {
  command -v pg_ctl >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/pg_ctl' >/dev/null
}

has_stilts() {
  command -v stilts >/dev/null
}

echo "== programs"
missing=()
has_chromium || missing+=(chromium)
has_postgresql || missing+=(postgresql)
has_stilts || missing+=(stilts)

if [ ${#missing[@]} -eq 0 ]; then
  echo "Chromium, PostgreSQL and STILTS are there."
elif [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
  packages=()
  for program in "${missing[@]}"; do
    packages+=("$program")
    # Chromium draws text with whatever fonts there are.
    if [ "$program" = chromium ]; then packages+=(fonts-dejavu-core); fi
  done
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
  echo "Installed with apt-get: ${packages[*]}"
else
  for program in "${missing[@]}"; do
    case $program in
      chromium) echo "Missing: Chromium (marker 'browser')." ;;
      stilts) echo "Missing: STILTS (marker 'stilts')." ;;
      postgresql) echo "Missing: PostgreSQL's server (marker 'postgres')." ;;
    esac
  done
  echo "The tests that need them will be skipped. To run them, install:"
  echo "  Debian, Ubuntu: sudo apt-get install ${missing[*]}"
  echo "  macOS:          brew install ${missing[*]}"
fi

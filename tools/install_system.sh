#!/usr/bin/env bash
# Installs what the tests need beside Python packages. Does nothing where it is there already.
set -euo pipefail
if command -v chromium >/dev/null && command -v chromedriver >/dev/null; then exit 0; fi
if ! command -v apt-get >/dev/null; then
  echo "Please install Chromium and its driver (commands: chromium, chromedriver); no apt-get here." >&2
  exit 1
fi
run=""; [ "$(id -u)" = 0 ] || run="sudo"
$run apt-get update -qq
DEBIAN_FRONTEND=noninteractive $run apt-get install -y -qq chromium chromium-driver >/dev/null

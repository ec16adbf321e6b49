#!/usr/bin/env bash
# Makes sure that there is a Chromium for the browser tests. Playwright's own download is not used.
set -euo pipefail
cd "$(dirname "$0")/../.."
. deploy/toolchain/apt.sh
for name in chromium chromium-browser google-chrome google-chrome-stable; do
    if command -v "$name" >/dev/null 2>&1; then exit 0; fi
done
install_packages chromium fonts-liberation

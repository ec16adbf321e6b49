#!/usr/bin/env bash
# Makes .tools/node/bin hold a node that is new enough for the console, and its npm.
set -euo pipefail
cd "$(dirname "$0")/../.."
. deploy/toolchain/apt.sh
bin=.tools/node/bin
least=22
mkdir -p .tools/node
if command -v flock >/dev/null 2>&1; then
    exec 9>.tools/node.lock
    flock 9
fi
if [ -x "$bin/node" ] && [ -x "$bin/npm" ]; then exit 0; fi
mkdir -p "$bin"

if node -e "process.exit(Number(process.versions.node.split('.')[0]) < $least)" 2>/dev/null &&
    command -v npm >/dev/null 2>&1; then
    ln -sfn "$(command -v node)" "$bin/node"
    ln -sfn "$(command -v npm)" "$bin/npm"
    ln -sfn "$(command -v npx)" "$bin/npx"
    exit 0
fi
command -v npm >/dev/null 2>&1 || install_packages nodejs npm
echo "… installing Node 24 into .tools/ (the system's is older than $least)"
npm install --prefix .tools/node --no-save --no-package-lock --no-audit --no-fund --loglevel=error \
    node@24.21.0 npm@11.19.1 >/dev/null
for name in npm npx node; do ln -sfn "../node_modules/.bin/$name" "$bin/$name"; done
"$bin/node" --version >/dev/null

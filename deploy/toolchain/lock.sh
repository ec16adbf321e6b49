#!/usr/bin/env bash
# Compiles the locks from pyproject.toml: exact versions and hashes for every system, no registry address.
# UPGRADE=1 takes newer versions; without it only what pyproject.toml asks for changes.
set -euo pipefail
cd "$(dirname "$0")/../.."
uv=$(command -v uv || echo .tools/uv/bin/uv)
upgrade=(${UPGRADE:+--upgrade})
compile() {
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
        --no-header --annotation-style=line "${upgrade[@]}" "$@"
}
for lock in runtime dev uv; do echo "… deploy/locks/$lock.txt"; case $lock in
    runtime) compile pyproject.toml --extra all --output-file deploy/locks/runtime.txt ;;
    # What runs and what tests it must be the same versions: the runtime lock constrains the other.
    dev) compile pyproject.toml --extra all --extra dev --constraint deploy/locks/runtime.txt \
        --output-file deploy/locks/dev.txt ;;
    uv) echo "uv==$("$uv" --version | cut -d' ' -f2)" | compile - --output-file deploy/locks/uv.txt ;;
esac; done

#!/usr/bin/env bash
# Makes .venv from the hashed lock: uv first (into .tools/ when it is missing), then everything else by uv.
# Two of these at the same time wait for each other; a second one finds the work done.
set -euo pipefail
cd "$(dirname "$0")/../.."
. deploy/toolchain/apt.sh
stamp=.venv/.installed
lock=deploy/locks/dev.txt
mkdir -p .tools
if command -v flock >/dev/null 2>&1; then
    exec 9>.tools/python.lock
    flock 9
fi
if [ "$stamp" -nt "$lock" ] && [ "$stamp" -nt pyproject.toml ]; then exit 0; fi

# Newest first would be tempting; the version that the locks and CI are tested with comes first.
find_python() {
    for name in python3.11 python3.12 python3.13 python3.14 python3; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
}
python=$(find_python)
if [ -z "$python" ]; then
    install_packages python3 python3-pip
    python=$(find_python)
    [ -n "$python" ] || { echo "PromptPilot needs Python 3.11 or newer; this system offers an older one." >&2; exit 1; }
fi

uv=$(command -v uv || true)
if [ -z "$uv" ] || ! "$uv" --version >/dev/null 2>&1; then
    uv=.tools/uv/bin/uv
    if [ ! -x "$uv" ]; then
        "$python" -m pip --version >/dev/null 2>&1 || install_packages python3-pip
        echo "… installing uv into .tools/"
        # --target also works where the system's Python is marked as externally managed.
        "$python" -m pip install --quiet --disable-pip-version-check --root-user-action ignore \
            --require-hashes --target .tools/uv -r deploy/locks/uv.txt
    fi
fi

if [ ! -x .venv/bin/python ]; then "$uv" venv --quiet --python "$python" .venv; fi
echo "… installing the Python packages of $lock"
"$uv" pip sync --quiet --python .venv/bin/python --require-hashes "$lock"
# The project itself, from the lock's own build backend: nothing is fetched without a hash.
"$uv" pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation -e .
touch "$stamp"

#!/usr/bin/env bash
# All rooms, with the coverage of every process that they start. Arguments: pytest's options.
#
# Each folder runs in a process of its own: when the suites of all services shared one event loop, stopping a gRPC server
# under load brought the interpreter down (segmentation fault in grpc.aio's Server.stop).
set -uo pipefail
cd "$(dirname "$0")/../.."
parts=()
for part in tests/unit tests/contract/* tests/integration/* tests/e2e; do
    compgen -G "$part/test_*.py" >/dev/null || compgen -G "$part/*/test_*.py" >/dev/null && parts+=("$part")
done
mkdir -p .tools/coverage
coverage erase
failed=()
for part in "${parts[@]}"; do
    echo "… $part"
    coverage run -m pytest "$part" -q --no-header "$@" || failed+=("$part")
done
coverage combine --quiet
coverage report || failed+=("coverage under its bound")
if [ "${#failed[@]}" != 0 ]; then
    echo "failed: ${failed[*]}"
    exit 1
fi
echo "all ${#parts[@]} parts passed"

#!/usr/bin/env bash
# All rooms, with the coverage of every process that they start. Arguments: pytest's options.
#
# Each folder runs in a process of its own: when the suites of all services shared one event loop, stopping a gRPC server
# under load brought the interpreter down (segmentation fault in grpc.aio's Server.stop).
#
# Tests run in an order drawn by chance: SEED=number repeats one.
set -uo pipefail
SEED=${SEED:-$RANDOM}
LONGEST_S=900
cd "$(dirname "$0")/../.."
parts=()
for part in tests/unit tests/contract/* tests/integration/* tests/e2e; do
    compgen -G "$part/test_*.py" >/dev/null || compgen -G "$part/*/test_*.py" >/dev/null && parts+=("$part")
done
echo "… the order of the tests: SEED=$SEED"
mkdir -p .tools/coverage
coverage erase
failed=()
for part in "${parts[@]}"; do
    echo "… $part"
    # A part that hangs where no test's own limit reaches it says where (the signal prints all stacks), and ends.
    timeout --signal=ABRT --kill-after=10 "$LONGEST_S" \
        coverage run -m pytest "$part" -q --no-header --randomly-seed="$SEED" "$@" || failed+=("$part")
done
coverage combine --quiet
coverage report || failed+=("coverage under its bound")
if [ "${#failed[@]}" != 0 ]; then
    echo "failed: ${failed[*]}"
    exit 1
fi
echo "all ${#parts[@]} parts passed"

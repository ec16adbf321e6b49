#!/usr/bin/env bash
# Writes everything that is generated and checked in: generate.sh write
# With `check` it generates beside, and fails on a difference, naming the files: generate.sh check
set -euo pipefail
cd "$(dirname "$0")/../.."
mode=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
stale=0

# settle MADE TARGET: puts what was made in its place, or says how it differs from what is there.
settle() {
    if [ "$mode" = write ]; then
        rm -rf "$2"
        mkdir -p "$(dirname "$2")"
        cp -R "$1" "$2"
    elif ! diff -rq --exclude=__pycache__ "$1" "$2" >"$work/diff" 2>&1; then
        echo "generated files are out of date: $2"
        sed -n '1,20s/^/    /p' "$work/diff"
        stale=1
    fi
}

# 1. Python from the contracts. events and options declare no service, so their _grpc files would be empty.
mkdir -p "$work/gen"
mapfile -t protos < <(find proto/promptpilot -name '*.proto' | sort)
python -m grpc_tools.protoc -I proto "${protos[@]}" \
    --python_out="$work/gen" --grpc_python_out="$work/gen" \
    --mypy_out="quiet:$work/gen" --mypy_grpc_out="quiet:$work/gen"
find "$work/gen" \( -name 'events_pb2_grpc.*' -o -name 'options_pb2_grpc.*' \) -delete
settle "$work/gen/promptpilot" proto/gen/promptpilot

# 2. OpenAPI from the gateway's routes, and the console's client from OpenAPI.
if [ -f gateway/openapi.py ]; then
    if [ "$mode" = write ]; then python -m gateway.openapi; else python -m gateway.openapi --check || stale=1; fi
fi
if [ -f console/openapi-ts.config.ts ]; then
    # Beside the real one, so that relative imports come out the same.
    beside=src/api/.generated-$$
    trap 'rm -rf "$work" "console/$beside"' EXIT
    (cd console && npx --no-install openapi-ts --output "$beside" >"$work/openapi-ts.log" 2>&1) || {
        cat "$work/openapi-ts.log"
        exit 1
    }
    settle "console/$beside" console/src/api/generated
fi

# 3. A golden file for each event: those that are there only gain fields.
if [ -f tests/support/house/goldens.py ]; then
    python -m tests.support.house.goldens "$mode" || stale=1
fi

[ "$stale" = 0 ] || { echo "Type \`make gen\` and commit what it writes."; exit 1; }

#!/usr/bin/env bash
# Contracts only grow: compares proto/ with main's, or with the commit before where main is checked out.
set -euo pipefail
cd "$(dirname "$0")/../.."
head=$(git rev-parse HEAD 2>/dev/null) || { echo "proto: no commit yet, so nothing to compare with"; exit 0; }
baseline=""
for name in origin/main main HEAD~1; do
    commit=$(git rev-parse --quiet --verify "$name^{commit}") || continue
    if [ "$commit" != "$head" ]; then baseline=$name; break; fi
done
if [ -z "$baseline" ] || ! git cat-file -e "$baseline:proto/buf.yaml" 2>/dev/null; then
    echo "proto: no earlier contracts to compare with"
    exit 0
fi
before=$(mktemp -d)
trap 'rm -rf "$before"' EXIT
git archive "$baseline" proto | tar -x -C "$before"
buf breaking proto --against "$before/proto"
echo "proto: nothing broken since $baseline"

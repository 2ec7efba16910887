#!/bin/sh
# Writes what is installed beside a Python into a CycloneDX file, checked against its schema.
# Usage: sbom.sh <cyclonedx-py> <python of the environment> <file>
set -eu
"$1" environment --pyproject pyproject.toml --spec-version 1.6 \
    --output-format JSON --output-reproducible --validate --output-file "$3" "$2"

#!/bin/sh
# Every golden page must pass promtool's checks. The pages leave HELP out (docs/metrics.md has it),
# so that each family gets one here.
set -eu
cd "$(dirname "$0")/golden"

promtool check metrics <page.prom
count=0
for page in */*.prom; do
  sed 's/^# TYPE \([^ ]*\) .*/# HELP \1 Stands in docs\/metrics.md.\n&/' "$page" |
    promtool check metrics || { echo "in tests/golden/$page" >&2; exit 1; }
  count=$((count + 1))
done
test "$count" -ge 50

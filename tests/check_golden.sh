#!/bin/sh
# Every golden page must pass promtool's checks, also those of which only a difference is kept: check_golden.sh UNIT_TESTS
# The pages leave HELP out (docs/metrics.md has it), so that each family gets one here.
set -eu
pages=$(mktemp -d)
trap 'rm -r "$pages"' EXIT
PAGES_INTO=$pages "$1" "the metrics of every captured server are the expected ones (make golden)" >"$pages/log" ||
  { cat "$pages/log"; exit 1; }

for page in page client; do
  promtool check metrics <"$(dirname "$0")/golden/$page.prom"
done
cd "$pages"
count=0
for page in */*.prom; do
  sed 's/^# TYPE \([^ ]*\) .*/# HELP \1 Stands in docs\/metrics.md.\n&/' "$page" |
    promtool check metrics || { echo "in $page" >&2; exit 1; }
  count=$((count + 1))
done
test "$count" -ge 50

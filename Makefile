# What a developer types. CMakePresets.json holds the builds, scripts/ the work.
.DEFAULT_GOAL := help
.PHONY: run test bench golden dashboards pictures format help

EXPORTER := build/release/exporter/zookeeper-exporter
BUILD = cmake --preset $(1) && cmake --build --preset $(1) --parallel $$(nproc)

run: ## build the exporter and run it over a demo ensemble (LISTEN=:9141, ZOOKEEPER_SERVERS=host:port,...)
	@scripts/install-packages run
	@$(call BUILD,release) --target zookeeper-exporter
	@exec scripts/run.py $(EXPORTER)

test: ## build and run every test but the long ones, also under sanitizers
	@scripts/install-packages test
	@exec scripts/test

test-%: ## test-alerts, test-dashboards, test-kubernetes: that folder's tests with the long ones, and what they measured
	@scripts/install-packages test
	@$(call BUILD,release) --target zookeeper-exporter --target zk-health
	@EXPORTER=$(CURDIR)/$(EXPORTER) PYTHONDONTWRITEBYTECODE=1 \
	  exec /usr/bin/python3 -m pytest -q -rs -s tests/$*

bench: ## measure the exporter against its budgets
	@scripts/install-packages bench
	@$(call BUILD,release)
	@exec ctest --preset release --label-regex '^bench$$' --no-tests=error --verbose

golden: ## rewrite the golden files from what the code does now; read the diff before you commit it
	@scripts/install-packages test
	@$(call BUILD,dev)
	@UPDATE_GOLDEN=1 ctest --preset dev --label-regex '^unit$$' --no-tests=error --output-on-failure

dashboards: ## write the dashboards, and the Kubernetes objects made of them and of the alert rules
	@scripts/install-packages run
	@/usr/bin/python3 dashboards/generate.py

pictures: ## draw the dashboards over a real ensemble, healthy and without its quorum, into docs/img (5 minutes)
	@scripts/install-packages test
	@$(call BUILD,release) --target zookeeper-exporter
	@EXPORTER=$(CURDIR)/$(EXPORTER) /usr/bin/python3 tests/dashboards/pictures.py

format: ## format all C++
	git ls-files --cached --others --exclude-standard '*.cpp' '*.hpp' | xargs -r clang-format -i

help: ## this list
	@awk -F ':.*## ' '/^[a-z%-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

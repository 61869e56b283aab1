# What a developer types. CMakePresets.json holds the builds, scripts/ the work.
.DEFAULT_GOAL := help
.PHONY: run unit test test-versions test-fresh bench install uninstall golden dashboards pictures format help

EXPORTER := build/release/exporter/zookeeper-exporter
PROGRAMS := zookeeper-exporter zk-health
PREFIX ?= /usr/local
SUITES ?= bookworm trixie

run: ## build both programs, and run the exporter over a demo ensemble (LISTEN=:9141, ZOOKEEPER_SERVERS=host:port,...)
	@scripts/install-packages run
	@scripts/build release $(PROGRAMS)
	@exec scripts/run.py $(EXPORTER)

unit: ## build and run the unit tests but those of the whole App ([faults]): seconds after a change
	@scripts/install-packages unit
	@scripts/build dev unit_tests
	@exec ctest --preset dev --label-regex '^unit$$' --parallel 4 --no-tests=error

test: ## build and run every test but the long ones, also under sanitizers
	@scripts/install-packages test
	@exec scripts/test

test-%: ## test-alerts, test-dashboards, test-kubernetes, test-integration: that folder's tests with the long ones, and what they measured
	@scripts/install-packages test
	@scripts/build release $(PROGRAMS)
	@EXPORTER="$$PWD/$(EXPORTER)" PYTHONDONTWRITEBYTECODE=1 \
	  exec /usr/bin/python3 -m pytest -q -rs -s tests/$*

test-versions: ## poll real servers of ZooKeeper 3.5 to 3.9, plain and over TLS (their jars come by Maven)
	@scripts/install-packages versions
	@scripts/build release $(PROGRAMS)
	@EXPORTER="$$PWD/$(EXPORTER)" PYTHONDONTWRITEBYTECODE=1 \
	  exec /usr/bin/python3 -m pytest -q -rs tests/versions

test-fresh: ## run, install and test in bare roots of Debian 12 and 13 (SUITES="bookworm trixie", STEPS="run install test"; root)
	@scripts/install-packages fresh
	@exec scripts/test-fresh $(SUITES)

bench: ## measure the exporter against its budgets
	@scripts/install-packages bench
	@scripts/build bench
	@exec ctest --preset bench --label-regex '^bench$$' --no-tests=error --verbose

install: ## build and install both programs with all that belongs to them (PREFIX=/usr/local, DESTDIR=)
	@scripts/install-packages build
	@scripts/build release $(PROGRAMS)
	@exec scripts/install "$(PREFIX)" "$(DESTDIR)"

uninstall: ## remove what the last install put there (DESTDIR= as then)
	@exec scripts/uninstall "$(DESTDIR)"

golden: ## rewrite the golden files from what the code does now; read the diff before you commit it
	@scripts/install-packages test
	@scripts/build dev
	@UPDATE_GOLDEN=1 ctest --preset dev --label-regex '^unit$$' --no-tests=error --output-on-failure

dashboards: ## write the dashboards, and what is made of them and of the alert rules (Kubernetes objects, mixin, Grafana's alerts)
	@scripts/install-packages run
	@/usr/bin/python3 dashboards/generate.py

pictures: ## draw the dashboards over a real ensemble with Grafana's own components, into docs/img (15 minutes; npm)
	@scripts/install-packages pictures
	@scripts/build release $(PROGRAMS)
	@EXPORTER="$$PWD/$(EXPORTER)" PYTHONDONTWRITEBYTECODE=1 UPDATE_GOLDEN=1 \
	  exec /usr/bin/python3 -m pytest -q -rs -s tests/dashboards/test_pictures.py

format: ## format all C++
	@find exporter tests -name '*.[hc]pp' -print0 | xargs -0 clang-format -i

help: ## this list
	@awk -F ':.*## ' '/^[a-z%-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

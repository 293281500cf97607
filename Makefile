# Everything from a clean clone: needs python3 (3.11 or newer) and make, nothing else. Bare `make` lists the targets.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PY     := $(BIN)/python
PIP    := $(PY) -m pip --disable-pip-version-check --quiet
# Start-up is a good part of a small evaluation, and some environments forbid Python to write bytecode when it runs.
PRECOMPILE := $(PY) -m compileall -q cocokit eval migrations
# Half of the time of the tests is one process waiting for another: two workers, also on bigger machines.
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help demo shots test test-all lint types wheel bench bench-baselines bench-datasets bench-tools clean postgres chromium

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.demo  ## install, and open a running campaign on real photographs
	@$(BIN)/cocokit demo

shots: $(VENV)/.test chromium  ## pictures of every page, light, dark and small, into shots/
	@$(PY) -m tests.e2e.shots

test: $(VENV)/.test lint postgres chromium  ## install what the tests need and run all but the slow ones
	$(PY) -m pytest -n $(WORKERS)

test-all: $(VENV)/.test lint postgres chromium  ## the slow tests too
	$(PY) -m pytest -n $(WORKERS) -m "slow or not slow"

lint: $(VENV)/.test  ## ruff
	$(PY) -m ruff check .

types: $(VENV)/.test  ## mypy --strict over the package as installed
	$(PY) -m pytest -q tests/test_types.py

# The tests start a server of their own, as an unprivileged user, in a temporary folder; only the programs are needed.
# Debian keeps initdb out of PATH.
HAVE_POSTGRES = [ -n "$$COCOKIT_TEST_POSTGRES" ] || command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1
APT = DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=120

postgres:  ## PostgreSQL's programs for the tests, where apt can install them
	@$(HAVE_POSTGRES) && exit; \
	if ! command -v apt-get >/dev/null; then get=; \
	elif [ "$$(id -u)" = 0 ]; then get=env; \
	elif sudo -n true 2>/dev/null; then get='sudo -n env'; fi; \
	if [ -n "$$get" ]; then \
	    echo "installing the package postgresql, which the tests of the database need"; \
	    { $$get $(APT) update && $$get $(APT) install -y --no-install-recommends postgresql; } >/dev/null; \
	fi; \
	$(HAVE_POSTGRES) || { \
	    echo "************************************************************************"; \
	    echo "** NO POSTGRESQL: the tests of the database run on SQLite alone.      **"; \
	    echo "** Install the package postgresql, or set COCOKIT_TEST_POSTGRES=url.  **"; \
	    echo "************************************************************************"; } >&2

HAVE_CHROMIUM = [ -n "$$COCOKIT_CHROMIUM" ] || command -v chromium >/dev/null || command -v chromium-browser >/dev/null

chromium:  ## Chromium and node for the tests of the pages, where apt can install them
	@$(HAVE_CHROMIUM) && command -v node >/dev/null && exit; \
	if ! command -v apt-get >/dev/null; then get=; \
	elif [ "$$(id -u)" = 0 ]; then get=env; \
	elif sudo -n true 2>/dev/null; then get='sudo -n env'; fi; \
	if [ -n "$$get" ]; then \
	    echo "installing the packages chromium and nodejs, which the tests of the pages need"; \
	    { $$get $(APT) update && $$get $(APT) install -y --no-install-recommends chromium nodejs; } >/dev/null; \
	fi; \
	$(HAVE_CHROMIUM) || { \
	    echo "************************************************************************"; \
	    echo "** NO CHROMIUM: the pages are not tested in a browser.                **"; \
	    echo "** Install the package chromium, or set COCOKIT_CHROMIUM=path.        **"; \
	    echo "************************************************************************"; } >&2

wheel: $(VENV)/.test  ## a wheel with the compiled kernels of this platform, in dist/
	@rm -rf build/lib build/bdist.* && trap 'rm -rf build/lib build/bdist.* cocokit/kernels/*.o' EXIT && \
	$(PY) -c 'from cocokit.compiled import ship; ship()' && \
	$(PY) -m pip --disable-pip-version-check --quiet wheel . --no-deps --no-build-isolation --wheel-dir dist \
	    --config-settings=--build-option=--plat-name=$$($(PY) -c 'import sysconfig; print(sysconfig.get_platform())') && \
	ls -l dist/*.whl

bench-tools: $(VENV)/.test  ## a robot draws real masks with the drawing tools: clicks and seconds per tool (needs node)
	$(PY) -m tests.benchmarks.drawing_robot

bench: $(VENV)/.bench  ## cocokit beside pycocotools and the fastest peers, each in a fresh process
	$(PY) -m tests.benchmarks.evaluators

bench-baselines: $(VENV)/.test  ## the detectors' images a second, on the CPU and on a GPU, beside torchvision's
	$(PY) -m tests.benchmarks.baselines

bench-datasets: $(VENV)/.peers  ## cocokit beside Datumaro, globox, supervision: what files cost, what is left of them
	$(PY) -m tests.benchmarks.datasets --peers $(VENV)/peers --size val train

clean:  ## remove everything that make has made
	rm -rf $(VENV) build dist demo cocokit-demo shots *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
	find cocokit annotate_ui baselines eval migrations tests -name __pycache__ -type d -prune -exec rm -rf {} +

# ---------------------------------------------------------------- the environment; a second run finds it ready

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "cocokit needs Python 3.11 or newer: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	    { echo "this python3 lacks venv and pip: on Debian and Ubuntu, apt install python3-venv" >&2; exit 1; }
	@echo "creating $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.demo: $(VENV)/.python setup.cfg pyproject.toml
	@echo "installing cocokit and its dependencies into $(VENV)"
	@$(PIP) install --editable . && $(PRECOMPILE)
	@touch $@

$(VENV)/.test: $(VENV)/.python setup.cfg pyproject.toml
	@echo "installing cocokit and what its tests need into $(VENV)"
	@$(PIP) install --editable '.[test]' && $(PIP) install --no-deps 'crowd-kit==1.4.2' && $(PRECOMPILE)
	@touch $@ $(VENV)/.demo

$(VENV)/.bench: $(VENV)/.python setup.cfg pyproject.toml
	@echo "installing cocokit and the evaluators it is compared with into $(VENV)"
	@$(PIP) install --editable '.[bench]' && $(PRECOMPILE)
	@touch $@ $(VENV)/.demo

$(VENV)/.peers: $(VENV)/.bench
	@echo "installing the dataset tools that cocokit is compared with into $(VENV)/peers, each for itself"
	@for peer in datumaro==1.13.12 globox==2.9.0 supervision==0.31.2; do \
	    $(PIP) install --target $(VENV)/peers/$${peer%%=*} $$peer || exit; done
	@touch $@

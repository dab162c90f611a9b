# Two commands matter: `make up` and `make test`.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PYTHONDONTWRITEBYTECODE ?=

.PHONY: up install install-test test quick check lock clean

up: install
	@$(BIN)/gongzhi up

# Our own source is compiled once here: where the environment forbids writing bytecode, as many
# containers do, each process would compile all of it again.
install: $(VENV)/installed
install-test: $(VENV)/installed-test

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Gongzhi needs Python 3.11 or newer; found " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: requirements/runtime.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/runtime.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q src/gongzhi
	@touch $@

$(VENV)/installed-test: requirements/test.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/test.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q src/gongzhi
	@touch $(VENV)/installed $@

# Everything static: style, floors, types, migrations.
check: install-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/mypy
	$(BIN)/python -m django makemigrations --check --dry-run --settings gongzhi.config.settings.test

# The whole suite: SQLite first, then what touches the database again on PostgreSQL.
test: check
	$(BIN)/python -m pytest -n 2 --dist loadgroup
	$(BIN)/python -m gongzhi.config.postgres_for_tests $(BIN)/python -m pytest -n 2 --dist loadgroup -m "database and not browser"

quick: install-test
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not slow and not browser and not realdata"

# Recompile the pins after a change of the dependencies in pyproject.toml.
lock:
	$(PYTHON) -m venv $(VENV)-lock && $(VENV)-lock/bin/pip install --quiet uv
	for set in runtime test bench; do \
	  extra=$$([ $$set = runtime ] || echo --extra $$set); [ $$set = bench ] && extra="--extra test --extra bench"; \
	  $(VENV)-lock/bin/uv pip compile --quiet --python-version 3.11 --generate-hashes --no-header \
	    $$extra requirements/build.in pyproject.toml -o requirements/$$set.txt || exit 1; done
	rm -rf $(VENV)-lock

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache

# Everything a person types. `make` alone lists it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help install serve test test-mutations check fmt bench bench-large requirements db-up db-down db-migrate-local test-db-local

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

install: $(STAMP)  ## fill .venv with the pinned, hashed requirements

$(STAMP): requirements.txt requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "interna needs Python 3.11 or later (PYTHON=... picks one)"; exit 2; }
	@echo "install: creating $(VENV) and filling it from requirements-dev.txt (about a minute, once)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $(STAMP)
	@echo "install: done"

serve: $(STAMP)  ## start everything on http://127.0.0.1:8000
	@exec $(BIN)/python -m app serve

test: $(STAMP)  ## the whole suite on a real PostgreSQL
	@exec $(BIN)/python -m pytest -q -n auto

test-mutations: $(STAMP)  ## loosen each policy of the database in turn: some test must fail (about 5 minutes)
	@exec $(BIN)/python -m scripts.mutations

check: $(STAMP)  ## ruff, strict types, import rules, migration drift, contract drift
	@$(BIN)/ruff format --check --quiet . && $(BIN)/ruff check --quiet . && echo "ruff: clean"
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m scripts.contracts check
	@$(BIN)/python -m scripts.migrate check

fmt: $(STAMP)  ## format and fix what can be fixed
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

COMPOSE_SERVER := 127.0.0.1:5433
COMPOSE_ADMIN := postgresql://postgres:development-only@$(COMPOSE_SERVER)/postgres

db-up: $(STAMP)  ## a PostgreSQL 18 in a container, on port 5433
	@exec $(BIN)/python -m scripts.compose up

db-down: $(STAMP)  ## stop it; the data stay
	@exec $(BIN)/python -m scripts.compose down

db-migrate-local: export DB_DRIVER := postgres
db-migrate-local: export DATABASE_ADMIN_URL := $(COMPOSE_ADMIN)
db-migrate-local: export DATABASE_OWNER_URL := postgresql://interna_owner:development-only@$(COMPOSE_SERVER)/interna
db-migrate-local: export DATABASE_URL := postgresql://interna_app:development-only@$(COMPOSE_SERVER)/interna
db-migrate-local: $(STAMP)  ## roles, migrations and seeds in it
	@$(BIN)/python -m app setup && $(BIN)/python -m scripts.migrate dev && exec $(BIN)/python -m scripts.seed

test-db-local: $(STAMP)  ## the whole suite against it
	@TEST_DATABASE_URL=$(COMPOSE_ADMIN) exec $(BIN)/python -m pytest -q -n auto

bench: .venv-bench/.installed  ## measure, side by side with peers, into docs/benchmarks.md
	@exec .venv-bench/bin/python -m scripts.bench

bench-large: $(STAMP)  ## a month's totals over ten million usage events (under 10 minutes, 4 GiB of disk)
	@exec $(BIN)/python -m scripts.bench usage-large

.venv-bench/.installed: scripts/bench/requirements.txt
	@echo "bench: filling .venv-bench with the peers (once)"
	@$(PYTHON) -m venv .venv-bench
	@.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r scripts/bench/requirements.txt
	@touch $@

requirements:  ## pin pyproject.toml's dependencies again (needs uv)
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --upgrade pyproject.toml -o requirements.txt
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --upgrade -c requirements.txt pyproject.toml --group dev -o requirements-dev.txt
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --upgrade -c requirements-dev.txt pyproject.toml --group bench -o scripts/bench/requirements.txt

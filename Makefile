# Everything one does here, one verb each. `make` alone lists them.
PYTHON ?= python3
VENV ?= .venv
# Each may have some 13 connections to a PostgreSQL, which takes 100 as it comes.
WORKERS ?= 6
PY := $(VENV)/bin/python
RUN := $(VENV)/.run-installed
DEV := $(VENV)/.dev-installed
# What is compiled is kept, whatever the shell says: every worker and every bot would compile it anew.
unexport PYTHONDONTWRITEBYTECODE
INSTALL := $(PY) -m pip install --quiet --disable-pip-version-check --no-input --require-hashes

.DEFAULT_GOAL := help
.PHONY: help demo run test check types style manners cover mutants audit crash faults bench lock clean sandbox

help: ## List the verbs
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

demo: $(DEV) sandbox ## From a sentence to running code, on this machine, with no account (REPO=path for your own)
	@$(PY) -m standins.demo $(if $(REPO),--repo "$$REPO") $(ARGS)

run: $(RUN) ## Start the bot with the settings of the environment
	@$(PY) -m bot run $(ARGS)

test: $(DEV) ## Run the tests; PostgreSQL and Redis too where TEST_POSTGRES_URL, TEST_REDIS_URL name them
	@TMPDIR=$$(.ci/scratch) $(PY) -m pytest -n $(WORKERS) --maxschedchunk 1 -m "not crash" $(ARGS)

check: cover types style manners ## Format, lint, types, layers, manners, security lint, and cover

types: $(DEV)
	@$(PY) -m mypy
	@$(VENV)/bin/lint-imports

style: $(DEV)
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@$(PY) .ci/security_lint.py bot handlers standins

manners: $(DEV)
	@$(PY) -m pytest tests/manners

cover: $(DEV) ## Every branch of the domain is taken by a unit test
	@$(PY) -m pytest tests/unit --cov=bot/domain --cov-branch \
		--cov-report=term-missing:skip-covered --cov-fail-under=100

mutants: $(DEV) ## Change the code that guards, one spot at a time: the tests must notice
	@$(PY) .ci/mutants.py $(WORKERS)

audit: $(DEV) ## Ask whether a dependency has a known vulnerability: clean, found, or not run
	@$(PY) .ci/audit.py requirements.txt requirements-dev.txt

crash: $(DEV) sandbox ## Kill the bot at every crash point; the story must end the same
	@$(PY) -m tests.faults.crash $(ARGS)

faults: $(DEV) sandbox ## Run the tests of every fault, and say of each what was seen
	@TMPDIR=$$(.ci/scratch) $(PY) -m tests.faults.table $(ARGS)

bench: $(DEV) sandbox ## Run every benchmark; each prints a ratio
	@for bench in benchmarks/[a-z]*.py; do \
		echo "== $$bench"; $(PY) -m benchmarks.$$(basename $$bench .py) || exit 1; \
	done

lock: ## Pin every dependency anew, with hashes
	@$(PYTHON) -m venv build/lock && build/lock/bin/python -m pip install --quiet --disable-pip-version-check uv
	@build/lock/bin/uv pip compile --quiet --upgrade --no-strip-extras --universal --python-version 3.11 --generate-hashes \
		--no-header --output-file requirements-dev.txt requirements-dev.in
	@build/lock/bin/uv pip compile --quiet --no-strip-extras --universal --python-version 3.11 --generate-hashes \
		--no-header --constraint requirements-dev.txt --output-file requirements.txt requirements.in

clean: ## Remove what the other verbs made; never the data
	@rm -rf $(VENV) build mutants .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage*

sandbox:
	@.ci/sandbox

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { \
		echo "Python 3.11, 3.12 or 3.13 is needed, and $(PYTHON) is none of them:" \
		"make PYTHON=/path/to/python3.13 ..."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "python3-venv is needed: apt-get install python3-venv"; exit 1; }

$(RUN): requirements.txt | $(PY)
	@echo "Installing the pinned requirements into $(VENV) (about a minute) ..."
	@$(INSTALL) -r requirements.txt
	@touch $@

$(DEV): requirements-dev.txt | $(PY)
	@echo "Installing the pinned requirements into $(VENV) (about a minute) ..."
	@$(INSTALL) -r requirements-dev.txt
	@touch $@ $(RUN)

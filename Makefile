# Bijlighar: two commands are enough on a fresh machine, `make run` and `make test`.

PYTHON ?= python3
PORT ?= 8000
export PORT

VENV_PYTHON := .venv/bin/python
MAKEFLAGS += --no-print-directory
SETUP = @command -v $(PYTHON) >/dev/null || { echo "Bijlighar needs Python 3.11 or newer, but there is no $(PYTHON) here: install it and run the same command again." >&2; exit 1; }; $(PYTHON) tools/setup.py

.DEFAULT_GOAL := help
.PHONY: help run setup test check fuzz fuzz-dlms bench lock messages clean

help:  ## Say what can be made
	@sed -n 's/^\([a-z-]*\):.*  ## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

run:  ## Set up and run the demo town on http://127.0.0.1:8000 (PORT=9000 for another)
	$(SETUP)
	@exec .venv/bin/bijlighar demo

setup:  ## Set up only; the command is then .venv/bin/bijlighar
	$(SETUP)
	@echo "Ready: make run starts the demo town, .venv/bin/bijlighar --help names every command."

test:  ## Set up what tests need, check, and run every test
	$(SETUP) --dev --browser
	@$(VENV_PYTHON) tools/check.py
	@$(VENV_PYTHON) -m pytest -n 2 $(ARGS)

check:  ## Format, lint, house rules, import contracts, types, migrations, translations
	$(SETUP) --dev
	@$(VENV_PYTHON) tools/check.py

fuzz:  ## Ask the API everything as everybody, for longer (EXAMPLES=100 an operation)
	$(SETUP) --dev
	@BIJLIGHAR_FUZZ_EXAMPLES=$(or $(EXAMPLES),100) $(VENV_PYTHON) -m pytest -n 0 -s -p no:logging tests/web/api/test_fuzz.py

fuzz-dlms:  ## Throw octets at every decoder of the meters' language (SECONDS=600)
	$(SETUP) --dev
	@$(VENV_PYTHON) tools/fuzz_dlms.py --seconds $(or $(SECONDS),600)

bench:  ## Measure the headline figures (QUICK=1: a minute each at most)
	$(SETUP) --dev --bench
	@$(VENV_PYTHON) tools/bench.py $(if $(QUICK),--quick) $(ARGS)

lock:  ## Write the lock files again with the newest allowed versions
	@$(PYTHON) tools/lock.py

messages:  ## Collect new sentences into the Hindi translation file
	$(SETUP) --dev
	@$(VENV_PYTHON) tools/messages.py update

clean:  ## Remove what set-up and tools made (the demo town's data in .bijlighar stays)
	@rm -rf .venv node_modules build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache src/bijlighar.egg-info src/bijlighar/static-collected
	@find src tests tools benchmarks \( -name __pycache__ -o -name '*.mo' \) -prune -exec rm -rf {} +

# What people and CI run. A fresh machine needs Python 3.11 or newer, and make; the rest goes into .venv.

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test lint format types imports catalogues docs bench ci clean

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
BABEL := $(BIN)/python -m babel.messages.frontend -q
LOCALE := qbapps/locale

help:
	@echo "make demo        the main job, on a simulator of Intuit's side, in a fresh folder"
	@echo "make test        everything that must hold: lint, types, layers, tests with coverage, on PostgreSQL too"
	@echo "make lint        ruff, its format, and who may import whom"
	@echo "make format      let ruff correct what it can"
	@echo "make types       mypy"
	@echo "make catalogues  bring the French and English texts up to date with the code"
	@echo "make docs        write what docs/ says of the code again, and make a site of it: build/docs/index.html"
	@echo "make bench       measure beside the peers, in one run; make bench BENCH=--quick only looks whether it works"
	@echo "make ci          what CI runs: make test, and first what a bare Debian lacks for it"
	@echo "make clean       remove what was made here, .venv too"

demo: $(READY)
	@$(BIN)/qbapps demo

test: lint types
	$(BIN)/python -m pytest -n auto --cov=qbapps --cov-branch --cov-report=term:skip-covered $(PYTEST)

lint: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports

format: $(READY)
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

types: $(READY)
	$(BIN)/mypy

catalogues: $(READY)
	@mkdir -p build
	$(BABEL) extract -F $(LOCALE)/babel.cfg -k N_ -k Phrase -k C_:1c,2 -k plural:1,2 \
		--no-location --sort-output --omit-header -o build/qbapps.pot .
	$(BABEL) update -i build/qbapps.pot -d $(LOCALE) -D qbapps \
		--no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date
	$(BABEL) compile -d $(LOCALE) -D qbapps

docs: $(READY)
	$(BIN)/python docs/generate.py
	$(BIN)/python -m sphinx -q -W --keep-going -b html -d build/docs.doctrees docs build/docs
	@echo "build/docs/index.html"

bench: $(READY)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[bench]'
	$(BIN)/python bench/run.py $(BENCH)

ci:
	.ci/run

clean:
	rm -rf $(VENV) build dist qbapps-demo .coverage .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Quiet unless it fails: then pip's own words are what helps.
$(READY): pyproject.toml $(BIN)/python
	@echo "Installing into $(VENV)..." >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test]' > $(VENV)/install.log 2>&1 \
		|| { cat $(VENV)/install.log >&2; exit 1; }
	@touch $@

# The newest Python that runs and can make a virtual environment; a name on PATH may be an empty shim.
$(BIN)/python:
	@for python in $(PYTHON) python3.13 python3.12 python3.11 python3; do \
		if "$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' > /dev/null 2>&1; then \
			echo "Making $(VENV) with $$("$$python" --version)..." >&2; \
			exec "$$python" -m venv $(VENV); \
		fi; \
	done; \
	echo "qbapps needs Python 3.11 or newer with its venv module, and none was found." >&2; \
	echo "Install one (on Debian or Ubuntu: apt install python3 python3-venv), or name it: make PYTHON=/path/to/python" >&2; \
	exit 1

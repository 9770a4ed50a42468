# Everything about Graticule that is one command. `make` alone lists them.

PORT ?= 8017
GRATICULE_HOME ?= $(CURDIR)/.demo
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q
SETUP := pyproject.toml constraints.txt

.DEFAULT_GOAL := help
.PHONY: help install demo test lint docs screenshots bench clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' Makefile
	@echo
	@echo "  PORT=$(PORT)  GRATICULE_HOME=$(GRATICULE_HOME)"

install: $(VENV)/.installed  ## make .venv with graticule in it

demo: $(VENV)/.installed  ## make the demo images and serve them
	@GRATICULE_HOME="$(GRATICULE_HOME)" $(BIN)/graticule serve --demo --port $(PORT)

test: $(VENV)/.installed-test  ## check style and types, run the whole suite
	@tests/provision.sh
	@$(MAKE) --no-print-directory lint
	@echo "== tests"
	@$(BIN)/python -m pytest -n 2 --dist worksteal

lint: $(VENV)/.installed-test  ## check style and types
	@echo "== ruff"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@echo "== mypy"
	@$(BIN)/mypy

docs: $(VENV)/.installed-test  ## build the documentation into site/
	@$(BIN)/mkdocs build --strict --quiet
	@echo "Open site/index.html"

screenshots: $(VENV)/.installed-test  ## make the guides' pictures of the pages anew
	@$(BIN)/python docs/screenshots.py

bench: $(VENV)/.installed-test  ## measure tiles, scans, answers, searches, jobs and the viewer
	@$(BIN)/python -m bench

clean:  ## remove .venv, the demo's images and all that was built
	rm -rf $(VENV) .demo site dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find src tests bench docs -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps make a second run instant: they are older than what they stand for
# only if the list of dependencies has changed since.
$(VENV)/.installed: $(SETUP) | $(VENV)/bin/python
	@echo "== installing graticule into $(VENV)"
	@$(PIP) install -c constraints.txt -e '.[demo]'
	@touch $@

$(VENV)/.installed-test: $(SETUP) | $(VENV)/bin/python
	@echo "== installing graticule and what its tests need into $(VENV)"
	@$(PIP) install -c constraints.txt -e '.[test]'
	@touch $(VENV)/.installed $@

$(VENV)/bin/python:
	@for python in python3 python3.13 python3.12 python3.11; do \
	  if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	  then echo "== making $(VENV) with $$($$python --version)"; \
	    $$python -m venv $(VENV) && exit 0; \
	    rm -rf $(VENV); \
	    echo "$$python cannot make a virtual environment (on Debian and Ubuntu:" \
	      "apt-get install python3-venv)." >&2; exit 1; fi; done; \
	  echo "Graticule needs Python 3.11 or newer; none was found on your PATH." >&2; \
	  exit 1

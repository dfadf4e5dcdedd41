# Every target says what it does; `make help` lists them. A fresh machine needs Python 3.11 or newer with pip, make and git.
.DEFAULT_GOAL := help
.PHONY: help run test check static bench torture lock clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

$(VENV)/run.stamp: requirements/run.txt pyproject.toml
	@echo "installing what running needs into $(VENV) (about ten seconds)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) install --require-hashes --only-binary :all: -r requirements/run.txt
	@$(PIP) install --no-deps --no-build-isolation --no-index -e .
	@touch $@

$(VENV)/test.stamp: requirements/test.txt $(VENV)/run.stamp
	@echo "installing what the tests need (about a minute)"
	@$(PIP) install --require-hashes --only-binary :all: -r requirements/test.txt
	@touch $@

run: $(VENV)/run.stamp ## install what running needs, start the demo and print where it answers
	@exec $(BIN)/solvent demo

test: $(VENV)/test.stamp ## install what the tests need, run the whole suite
	@sh scripts/browser.sh
	$(BIN)/python -m pytest -n 2 --dist loadfile

check: static ## format, lint, types, import contracts, tidy and unit tests
	$(BIN)/python -m pytest -q tests/unit tests/test_tidy.py

static: $(VENV)/test.stamp ## the static checks alone
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/run.stamp ## measure, print a table and write benchmarks/results/latest.json
	@sh scripts/nginx.sh
	$(BIN)/python benchmarks/run.py

torture: $(VENV)/test.stamp ## the campaigns that take minutes: what they measured is written to artifacts/
	$(BIN)/python -m pytest -m torture tests/torture

lock: ## resolve the dependencies anew and write requirements/ with hashes
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install uv
	$(BIN)/uv pip compile pyproject.toml --group build --generate-hashes --no-emit-index-url --no-emit-find-links --universal --python-version 3.11 --custom-compile-command "make lock" --upgrade -o requirements/run.txt
	$(BIN)/uv pip compile pyproject.toml --group build --group test --generate-hashes --no-emit-index-url --no-emit-find-links --universal --python-version 3.11 --custom-compile-command "make lock" --upgrade -o requirements/test.txt

clean: ## remove what the targets made
	rm -rf $(VENV) artifacts .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist

# What people type. CI calls these and nothing else. Every target makes the environment it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
UV_VERSION := 0.13.9

.PHONY: demo test check fix test-browser test-conformance bench docs lock assets help
.DEFAULT_GOAL := help

help: ## This list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 20

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Passerelle demande Python 3.11 ou plus récent ; ici : " + sys.version.split()[0] + ". Indiquez-en un autre : make PYTHON=/chemin/vers/python3.11 …")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip sync --quiet --require-hashes requirements.lock
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(READY) ## Build the demonstration territory and open its doors
	$(BIN)/passerelle demo $(ARGS)

test: $(READY) ## Every test but the browser journeys
	$(BIN)/pytest -n auto $(ARGS)

test-browser: $(READY) ## Journeys in Chromium, phone and desktop, with axe
	$(BIN)/pytest -m browser tests/journeys $(ARGS)

test-conformance: $(READY) ## Third-party examples, and the slow proofs
	$(BIN)/pytest -m "slow or not slow" tests/conformance $(ARGS)

check: $(READY) ## Format, lint, types, floors, templates, migrations; changes nothing
	$(BIN)/ruff format --check src tests
	$(BIN)/ruff check src tests
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint src --check --lint --quiet
	$(BIN)/passerelle manage makemigrations --check --dry-run

fix: $(READY) ## Format and mend what can be mended
	$(BIN)/ruff check --fix src tests
	$(BIN)/ruff format src tests
	$(BIN)/djlint src --reformat --quiet || true

bench: $(READY) ## Measure, beside the named limits
	$(BIN)/passerelle bench exchange

docs: $(READY) ## Regenerate the generated reference pages
	$(BIN)/passerelle manage build_reference

lock: $(READY) ## Resolve the dependencies again (a week of distance from new releases)
	$(BIN)/uv pip compile --universal --generate-hashes --python-version 3.11 pyproject.toml --group dev \
		--exclude-newer "$$(date -u -d '7 days ago' +%F)" --no-emit-index-url --custom-compile-command "make lock" -o requirements.lock

assets: ## Rebuild the vendored CSS, scripts and fonts from npm
	cd assets && npm ci && npm run build

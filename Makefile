# PromptPilot's verbs. `make help` prints them. Each sets up what it needs, so a fresh clone needs nothing typed before;
# set-up that is done is found by its stamp file and costs nothing. T=path narrows a test verb.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

# The project's own tools come before the system's.
export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/.tools/node/bin:$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Images and shells set it; every program would then compile all that it imports, each time that it starts.
unexport PYTHONDONTWRITEBYTECODE
# A banner of the theme about its successor.
export NO_MKDOCS_2_WARNING := 1

PYTHON_READY := .venv/.installed
NODE_READY := .tools/node/bin/npm
CHROMIUM_READY := .tools/chromium.found
CONSOLE_READY := $(if $(wildcard console/package.json),console/node_modules/.package-lock.json)
CONSOLE_BUILT := $(if $(wildcard console/package.json),console/dist/index.html)
CONSOLE_SOURCES := $(shell [ -d console ] && find console -type f \
	-not -path '*/node_modules/*' -not -path 'console/dist/*' -not -path '*/test-results/*')

CODE := $(wildcard services gateway cli tests docs)
TYPED := $(CODE)
T ?=

.PHONY: help
help: ## Print these lines
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

## Set-up ------------------------------------------------------------------------------------------------------------

.PHONY: setup
setup: $(PYTHON_READY) $(CONSOLE_READY) $(CHROMIUM_READY) ## Install everything that any verb needs

$(PYTHON_READY): deploy/locks/dev.txt pyproject.toml
	@deploy/toolchain/python.sh

$(NODE_READY):
	@deploy/toolchain/node.sh

$(CHROMIUM_READY):
	@deploy/toolchain/chromium.sh
	@mkdir -p $(@D) && touch $@

console/node_modules/.package-lock.json: console/package-lock.json | $(NODE_READY)
	@echo "… installing the console's packages"
	@npm ci --prefix console --no-audit --no-fund --loglevel=error
	@touch $@

console/dist/index.html: $(CONSOLE_SOURCES) | $(CONSOLE_READY)
	@echo "… building the console"
	@npm run --silent build --prefix console
	@touch $@

.PHONY: lock
lock: $(PYTHON_READY) ## Compile deploy/locks from pyproject.toml (UPGRADE=1: newest versions)
	@deploy/toolchain/lock.sh

## The platform ------------------------------------------------------------------------------------------------------

.PHONY: up down migrate
up: $(PYTHON_READY) $(CONSOLE_BUILT) ## Start the whole platform here and run the demo pipeline
	@promptpilot up

down: $(PYTHON_READY) ## Stop it; the data stays
	@promptpilot down

migrate: $(PYTHON_READY) ## Bring every database and tenant schema to the newest revision
	@promptpilot migrate

## Code --------------------------------------------------------------------------------------------------------------

.PHONY: gen gen-check fmt lint types
gen: $(PYTHON_READY) $(CONSOLE_READY) ## Write what is generated: Python from proto, OpenAPI, the console's client
	@deploy/toolchain/generate.sh write

gen-check: $(PYTHON_READY) $(CONSOLE_READY) ## Fail when generated files differ from their sources
	@deploy/toolchain/generate.sh check

fmt: $(PYTHON_READY) $(CONSOLE_READY) ## Format the code and mend what can be mended
	@ruff check --fix --quiet $(CODE) || true
	@ruff format --quiet $(CODE)
	@buf format -w proto
	@$(if $(CONSOLE_READY),npm run --silent --if-present fmt --prefix console)

lint: $(PYTHON_READY) $(CONSOLE_READY) ## Lint Python, imports, contracts and console
	@ruff check $(CODE)
	@ruff format --check $(CODE)
	@lint-imports --no-logo
	@cd proto && buf lint
	@deploy/toolchain/breaking.sh
	@$(if $(CONSOLE_READY),npm run --silent --if-present lint --prefix console)

types: $(PYTHON_READY) $(CONSOLE_READY) ## Check the types of Python (strict) and console
	@mypy $(TYPED)
	@$(if $(CONSOLE_READY),npm run --silent --if-present types --prefix console)

## Tests -------------------------------------------------------------------------------------------------------------

.PHONY: test test-unit test-contract test-integration test-e2e test-console chaos bench

test: $(PYTHON_READY) $(CONSOLE_BUILT) $(CHROMIUM_READY) ## Run all rooms and the console's tests, with coverage
ifeq ($(T),)
	@$(if $(CONSOLE_READY),npm test --silent --prefix console)
	@deploy/toolchain/test.sh
else
	@pytest $(T)
endif

test-unit: $(PYTHON_READY) ## Rules only: no sockets, seconds
	@pytest $(or $(T),tests/unit)

test-contract: $(PYTHON_READY) ## Do proto, OpenAPI, events, errors, imports and sizes keep their word?
	@pytest $(or $(T),tests/contract)

test-integration: $(PYTHON_READY) ## Each use case on real PostgreSQL and NATS
	@pytest $(or $(T),tests/integration)

test-e2e: $(PYTHON_READY) $(CONSOLE_BUILT) $(CHROMIUM_READY) ## A customer's journey in all processes, with a browser
	@pytest $(or $(T),tests/e2e)

test-console: $(CONSOLE_READY) ## The console's own tests
	@npm test --silent --prefix console -- $(T)

chaos: $(PYTHON_READY) ## Kill and wipe things under load; CHAOS=short is CI's form
	@CHAOS=$(or $(CHAOS),full) pytest $(or $(T),tests/chaos)

bench: $(PYTHON_READY) $(CONSOLE_BUILT) ## Print the platform's figures, each beside its floor
	@python -m tests.bench $(T)

.PHONY: docs
docs: $(PYTHON_READY) ## Build the documentation into site/, strictly
	@mkdocs build --strict --quiet
	@echo "site/index.html"

.PHONY: changelog
changelog: $(PYTHON_READY) ## Gather docs/changelog.d into CHANGELOG.md: VERSION=1.2.3
	@towncrier build --yes --version $(VERSION)

.PHONY: check
check: lint types gen-check docs test ## What CI runs, chaos in its short form included
	@$(MAKE) chaos CHAOS=short

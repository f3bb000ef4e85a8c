# photolake: `make` prints what there is to do.
SHELL := bash
.DEFAULT_GOAL := help
PYTHON ?= python3
STAGE ?= default
ENGINE ?= basic
UV := .tools/bin/uv
BIN := .venv/bin
export UV_PYTHON_DOWNLOADS = never
export UV_LINK_MODE = copy
export SAM_CLI_TELEMETRY = 0
# Some containers forbid Python to keep compiled modules, which it would then compile in every process.
export PYTHONDONTWRITEBYTECODE =

help: ## Print this list
	@grep -hE '^[a-z0-9-]+:.*?## ' $(MAKEFILE_LIST) | awk -F ':.*?## ' '{printf "  make %-17s %s\n", $$1, $$2}'

demo: .venv/local.stamp $(if $(filter full,$(ENGINE)),.venv/full.stamp) ## Run the whole pipeline on this machine, on real photos, and show the results: OPEN=1 opens their page
	@$(BIN)/photolake demo --engine $(ENGINE)$(if $(OPEN), --open)

# What is deployed is tested by `make template`, and what is written by `make docs-check`, both parts of `make check`.
TEMPLATE_TESTS := tests/unit/template tests/unit/quicksight tests/integration/quicksight
DOCS_TESTS := tests/integration/docs
# They kill and interrupt, which takes its time, so `make test-faults` has them.
FAULT_TESTS := tests/integration/lake tests/integration/x_compliance

test: .venv/dev.stamp ## Run the tests
	@$(BIN)/pytest --numprocesses auto --dist loadfile --no-loadscope-reorder --quiet tests/integration tests/unit $(addprefix --ignore=,$(TEMPLATE_TESTS) $(DOCS_TESTS) $(FAULT_TESTS))

coverage: .venv/dev.stamp ## Run the tests and list the lines of the library and the functions that none runs
	@$(BIN)/pytest --numprocesses auto --dist loadfile --no-loadscope-reorder --quiet tests/integration tests/unit --cov=layers/core/photolake --cov=functions --cov-report=term-missing:skip-covered

test-attacks: .venv/dev.stamp ## Test hostile input at every public door: URLs, hosts, files, photos, terminals, logs
	@$(BIN)/pytest --numprocesses auto --dist loadfile --quiet tests/attacks

test-e2e: .venv/dev.stamp ## Test the whole pipeline on the laptop cloud
	@$(BIN)/pytest --numprocesses auto --dist loadfile --quiet tests/e2e

test-faults: .venv/dev.stamp ## Test that no fault loses or doubles anything: SEEDS=5000 for more seeds, SEED=7 to play one again
	@SEED='$(SEED)' SEEDS='$(SEEDS)' FIRST_SEED='$(FIRST_SEED)' $(BIN)/pytest --numprocesses $(if $(SEED),0,auto) --dist load --quiet tests/faults$(if $(SEED)$(SEEDS),/test_seeds.py)
	@$(if $(SEED)$(SEEDS),,$(BIN)/pytest --numprocesses auto --dist loadfile --quiet $(FAULT_TESTS))

test-laptop-cloud: .venv/laptop-cloud-tests.stamp ## Run the tests of the laptop cloud, if its files changed since they last passed

# Folders are prerequisites too, so that a deleted file counts as a change.
.venv/laptop-cloud-tests.stamp: .venv/dev.stamp $(shell find packages/laptop_cloud -name __pycache__ -prune -o -print)
	@cd packages/laptop_cloud && PYTHONPYCACHEPREFIX=$(CURDIR)/.venv/pycache $(CURDIR)/$(BIN)/pytest --numprocesses auto --dist loadfile --quiet -o cache_dir=$(CURDIR)/.pytest_cache
	@touch $@

test-conformance: .venv/dev.stamp ## Test the SQL on Trino and PrestoSQL, the search index on OpenSearch, networks in Gephi, photos in Chromium (Java 17 and Maven; downloads once)
	@$(BIN)/python -m tests.conformance.trino_installation
	@$(BIN)/python -m tests.conformance.presto_installation
	@$(BIN)/python -m tests.conformance.opensearch_installation
	@$(BIN)/python -m tests.conformance.gephi_installation
	@scripts/install-chromium
	@$(BIN)/pytest --numprocesses auto --dist loadscope --quiet tests/conformance

test-deploy: build .tools/ministack.stamp ## Test `sam deploy` and `sam delete` against an independent CloudFormation
	@$(BIN)/pytest --numprocesses 0 --quiet tests/deploy

test-posts: .venv/dev.stamp ## Check the mapping on your own posts, field by field: make test-posts POSTS=folder
	@POSTS='$(abspath $(POSTS))' $(BIN)/pytest --quiet tests/conformance/test_own_posts.py

docs: .venv/dev.stamp ## Generate docs/data_dictionary.md from the template, docs/queries.md, docs/commands.md, docs/openapi.json and the table of docs/security.md
	@$(BIN)/python -m tests.data_dictionary_page
	@$(BIN)/python -m tests.openapi_page
	@$(BIN)/python -m tests.policies.page
	@$(BIN)/python -m tests.synthetic_lake.queries_page
	@$(BIN)/typer photolake_cli.main utils docs --name photolake --title Commands --output docs/commands.md

quicksight: .venv/dev.stamp ## Generate quicksight/template.yaml, the QuickSight dashboard, from the modules beside it
	@$(BIN)/python -m tests.quicksight_template

page: .venv/page.stamp ## Bundle the page of `photolake dashboard` from dashboard/
	@cd dashboard && ../scripts/node npm run --silent build

test-page: .venv/page.stamp ## Test the page of `photolake dashboard`, also in a browser
	@cd dashboard && ../scripts/node npm test --silent
	@scripts/install-chromium
	@$(BIN)/pytest --numprocesses auto --dist loadscope --quiet tests/page
	@echo "Screenshots of every view: .photolake/screenshots"

check: format-check lint types template docs-check page-check lock-check ## The gate: everything a commit must pass besides the tests

format: .venv/dev.stamp ## Format Python and SQL
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .
	@$(BIN)/sqlfluff fix --quiet athena cli/photolake_cli/dashboard/sql cli/photolake_cli/cost

format-check: .venv/dev.stamp
	@$(BIN)/ruff format --check .

lint: .venv/dev.stamp ## Lint Python and SQL
	@$(BIN)/ruff check .
	@$(BIN)/sqlfluff lint athena cli/photolake_cli/dashboard/sql cli/photolake_cli/cost

types: .venv/dev.stamp ## Check the types
	@$(BIN)/mypy

page-check: .venv/page.stamp ## Check the page's types and style, and that its bundle is that of its source
	@cd dashboard && ../scripts/node npm run --silent check
	@cd dashboard && ../scripts/node npm run --silent build -- --out ../.venv/share/page
	@diff -r .venv/share/page cli/photolake_cli/dashboard/page || { echo "The bundle is old: make page"; exit 1; }

template: .venv/dev.stamp .tools/checkov.stamp ## Validate the SAM template, as written and as transformed, also for what is open or not encrypted
	@$(BIN)/sam validate --lint --region us-east-1
	@$(BIN)/pytest --numprocesses auto --dist loadfile --quiet $(TEMPLATE_TESTS)

docs-check: .venv/dev.stamp ## Check that the documents say what the code does
	@$(BIN)/pytest --numprocesses auto --dist loadfile --quiet $(DOCS_TESTS)

build: .venv/dev.stamp ## Build the functions and layers for Lambda, without Docker
	@PATH="$(CURDIR)/.tools/bin:$$PATH" $(BIN)/sam build

deploy: build ## Deploy to AWS: make deploy STAGE=prod
	@$(BIN)/sam deploy --config-env $(STAGE)

lock: $(UV) ## Compile the pinned requirements again from pyproject.toml
	@scripts/lock

lock-check: $(UV)
	@scripts/lock --check

bench: .venv/page.stamp ## Run the benchmarks, which print ratios
	@$(BIN)/python bench/tweet_analyzer_memory.py
	@$(BIN)/python -m bench.collect
	@$(BIN)/python -m bench.pipeline
	@$(BIN)/python -m tests.conformance.trino_installation
	@$(BIN)/python -m bench.scan
	@$(BIN)/python -m bench.compaction_arrivals
	@$(BIN)/python -m bench.search
	@$(BIN)/python -m bench.export
	@$(BIN)/python -m bench.explorers
	@$(BIN)/python -m bench.near_duplicates
	@$(BIN)/python -m bench.dashboard
	@$(BIN)/python -m bench.page

clean: ## Remove what the other targets made
	rm -rf .venv .tools dashboard/node_modules .aws-sam .photolake .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage

# uv, pinned: the one tool the rest is installed with.
$(UV): requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13) and "photolake runs on Python 3.11, 3.12 or 3.13: make PYTHON=python3.12 ...")'
	@$(PYTHON) -m venv .tools
	@.tools/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

# Tools that pin what others need in another version: each in an environment of its own.
.tools/%.stamp: requirements/%.txt | $(UV)
	@echo "Installing $* ..."
	@$(UV) venv --quiet --clear --python $(PYTHON) .tools/$*
	@$(UV) pip install --quiet --python .tools/$* --require-hashes -r $<
	@touch $@

.venv/bin/python: | $(UV)
	@$(UV) venv --quiet --python $(PYTHON) .venv

.venv/local.stamp: requirements/local.txt requirements/assets.txt pyproject.toml packages/laptop_cloud/pyproject.toml | .venv/bin/python
	@echo "Installing what the laptop cloud needs (about 1.1 GB on disk, once) ..."
	@$(UV) pip install --quiet --python .venv --require-hashes -r requirements/local.txt
	@$(UV) pip install --quiet --python .venv --require-hashes --no-deps -r requirements/assets.txt
	@$(UV) pip install --quiet --python .venv --no-deps --no-build-isolation -e packages/laptop_cloud -e .
	@touch $@

.venv/full.stamp: requirements/npm/package.json requirements/npm/package-lock.json requirements/npm.txt .venv/local.stamp
	@echo "Installing the models of the full engine set (13 MB to download, once) ..."
	@scripts/fetch-face-models
	@touch $@

.venv/dev.stamp: requirements/dev.txt layers/dependencies/requirements.txt .venv/local.stamp .venv/full.stamp
	@echo "Installing the developer's tools ..."
	@$(UV) pip install --quiet --python .venv --require-hashes -r requirements/dev.txt
	@scripts/fetch-layer-wheels
	@touch $@

# Packages of the page; no script of a package is run.
.venv/page.stamp: dashboard/package.json dashboard/package-lock.json scripts/node requirements/npm.txt .venv/dev.stamp
	@echo "Installing what the page is built with ..."
	@cd dashboard && ../scripts/node npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@

.PHONY: help demo test coverage test-attacks test-faults page test-page page-check test-e2e test-laptop-cloud test-conformance test-deploy test-posts docs quicksight check docs-check format format-check lint types template build deploy bench lock lock-check clean

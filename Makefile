# `make run` and `make test` are all a fresh machine needs: python3 (3.11 or newer), make and git.

.DEFAULT_GOAL := help
.PHONY: help run test check fuzz lint types imports kernels bench soak proto release-contract lock clean

VENV := .venv
BIN := $(VENV)/bin
export VENV
# The tests start a few hundred processes: without it each would compile every module anew.
unexport PYTHONDONTWRITEBYTECODE

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## install what is needed, then run the broker with simulated London traffic (ARGS=…)
	@deploy/setup run
	@$(BIN)/keepclear demo $(ARGS)

# As many workers as tests/conftest.py says. The tests of a file stay together, so that what they share
# is made once, and files keep the order in which they were collected: what takes longest first.
SIDE_BY_SIDE := -n auto --dist loadfile --no-loadscope-reorder

test: ## install what is needed, then run everything CI runs
	@deploy/setup dev
	@$(MAKE) --no-print-directory -j2 lint types imports kernels
	@$(BIN)/python -m pytest -q $(SIDE_BY_SIDE)

check: ## the fast part of `make test`: lint, types, unit tests
	@deploy/setup dev
	@$(MAKE) --no-print-directory -j2 lint types imports kernels
	@$(BIN)/python -m pytest -q $(SIDE_BY_SIDE) -m "not slow and not system"

fuzz: ## damaged input at every decoder for a minute each (KEEPCLEAR_FUZZ_SECONDS=…)
	@deploy/setup dev
	@KEEPCLEAR_FUZZ_SECONDS=$${KEEPCLEAR_FUZZ_SECONDS:-60} \
		KEEPCLEAR_FUZZ_SEED=$${KEEPCLEAR_FUZZ_SEED:-$$(date +%s)} \
		KEEPCLEAR_FUZZ_EXAMPLES=$${KEEPCLEAR_FUZZ_EXAMPLES:-20000} \
		$(BIN)/python -m pytest -q -s --timeout=0 tests/fuzz

lint:
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet . || \
		{ echo "not formatted: run $(BIN)/ruff format ."; exit 1; }

types:
	@$(BIN)/mypy --no-error-summary

imports:
	@out=$$($(BIN)/lint-imports --no-logo 2>&1) || { echo "$$out"; exit 1; }

kernels:
	@$(BIN)/keepclear prepare

bench: ## measure against the goals of the design; results go to bench-results/
	@deploy/setup bench
	@$(BIN)/keepclear bench all

soak: ## two hours of 2,000 tracks, audited each second; an hour over both transports
	@deploy/setup dev
	@nice $(BIN)/keepclear bench soak
	@KEEPCLEAR_SOAK=1 nice $(BIN)/python -m pytest -q tests/system/test_same_over_both.py

PROTOC = $(BIN)/python -m grpc_tools.protoc -Iproto
CONTRACT = proto/keepclear/v1/*.proto

proto: ## write the code beside the contract anew
	@deploy/setup dev
	@$(PROTOC) --python_out=proto --pyi_out=proto --grpc_python_out=proto $(CONTRACT)
	@for file in $$(grep -L '^service ' $(CONTRACT)); do rm -f "$${file%.proto}_pb2_grpc.py"; done

# Version 0.1.x keeps the contract as v0_1. Once that is out it is never written again; before, remove
# the file to write it anew.
RELEASE ?= v$(shell sed -n 's/^version = "\([0-9]*\)\.\([0-9]*\).*/\1_\2/p' pyproject.toml)

release-contract: ## keep the contract that this version releases; tests hold every change against it
	@deploy/setup dev
	@out=tests/contract/released/$(RELEASE).binpb; \
	[ ! -e "$$out" ] || { echo "$$out was released: give another RELEASE=…"; exit 1; }; \
	$(PROTOC) --descriptor_set_out="$$out" $(CONTRACT) && echo "wrote $$out"

# uv only writes the lock files; it comes into a throw-away environment and leaves with it.
COMPILE = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate pyproject.toml --group build

lock: ## write the lock files anew from pyproject.toml, keeping what still fits
	@set -e; uv=$$(mktemp -d); trap 'rm -rf "$$uv"' EXIT; \
	python3 -m venv "$$uv"; "$$uv/bin/python" -m pip install --quiet uv; \
	PATH="$$uv/bin:$$PATH"; \
	$(COMPILE) -o requirements.lock; \
	$(COMPILE) --extra dev -c requirements.lock -o requirements-dev.lock; \
	$(COMPILE) --extra bench -c requirements-dev.lock -o requirements-bench.lock

clean: ## remove the environment and everything that tools cached
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

# All output of make stays in this folder. `make` without a target lists the targets.

PYTHON ?= python3
UV := $(shell command -v uv 2>/dev/null)

VENV := .venv
BIN := $(VENV)/bin
VENV_MADE := $(VENV)/.made
INSTALLED := $(VENV)/.installed
DOCS_INSTALLED := $(VENV)/.docs
KERNELS := $(VENV)/.kernels

# With two processes, whose tests wait for servers, browsers and disks, a processor is hardly ever
# idle. Each one more collects all tests again, and has servers and a browser of its own.
PROCESSES := $(shell $(PYTHON) -c 'import os; print(2 * (os.cpu_count() or 1))')

# The stubs are generated in a separate environment; see pyproject.toml.
PROTO_VENV := .venv-proto
PROTO_BIN := $(PROTO_VENV)/bin
PROTO_INSTALLED := $(PROTO_VENV)/.installed
PROTOS := $(sort $(wildcard proto/clearprop/v1/*.proto))
SERVICES := proto/clearprop/v1/training_service.proto
STUBS := client/clearprop/v1
SYNC := client/generate_sync.py

# The tools of make audit.
AUDIT_VENV := .venv-audit
AUDIT_INSTALLED := $(AUDIT_VENV)/.installed

# The libraries that make bench compares the engine with.
PEERS_VENV := .venv-bench
PEERS_INSTALLED := $(PEERS_VENV)/.installed

# Independent of other environments, and without caches in the home folder.
unexport VIRTUAL_ENV PYTHONHOME PYTHONPATH PYTHONDONTWRITEBYTECODE NUMBA_CACHE_DIR
export BUF_CACHE_DIR := $(CURDIR)/$(VENV)/.buf

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo demo-cluster serve bench peers test soak packages image-check audit release screenshots architecture docs lint format client proto requirements clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(KERNELS) ## install everything into .venv and compile the kernels

demo: setup ## start a server and train a network on XOR
	$(BIN)/clearprop demo $(ARGS)

demo-cluster: setup ## train on two servers and two workers with PostgreSQL and Ray, and kill one of each
	PYTHONPATH=tests/support:. $(BIN)/python examples/cluster.py

serve: setup ## start a server (ARGS="--grpc 127.0.0.1:50051 ...")
	$(BIN)/clearprop serve $(ARGS)

bench: setup ## compare with other libraries and write bench/results.md (ARGS=page: one part; ARGS='engine FANN': some of its figures, only printed; ARGS=growth: docs/growth.md)
	PYTHONPATH=tests/support:. $(BIN)/python -m bench $(ARGS)

peers: $(PEERS_INSTALLED) ## install PyTorch and scikit-learn for make bench into .venv-bench; several GB on Linux

test: setup ## run the tests, two at a time per processor (ARGS="tests/training -k ...")
	$(BIN)/pytest --numprocesses $(PROCESSES) --dist worksteal $(ARGS)

soak: setup ## run the long forms of tests, which take hours, and report each promise in a line with counts
	SOAK=1 $(BIN)/pytest -o faulthandler_timeout=0 $(or $(ARGS),tests/bench tests/survival tests/hostile tests/service/test_any_history.py tests/service/cli/demo/test_cluster.py tests/service/execution tests/service/faces/rest tests/service/ray tests/service/web/test_accessibility.py tests/service/web/test_presenting.py tests/storage/test_killed_migrations.py tests/storage/test_lockstep.py tests/storage/test_two_busy_stores.py tests/training/numerics tests/training/test_chunks.py tests/training/test_lockstep.py tests/training/test_team_choice.py)
	$(if $(ARGS),,SOAK=1 $(BIN)/pytest -o faulthandler_timeout=0 -m hypothesis tests --ignore=tests/survival --ignore=tests/hostile --ignore=tests/training/numerics)

packages: setup ## build both distributions, and test them in empty environments
	$(BIN)/pytest -o faulthandler_timeout=0 $(or $(ARGS),tests/packages)

image-check: setup ## build the image of the container and check it (needs root, buildah and debootstrap)
	$(BIN)/pytest -o faulthandler_timeout=0 $(or $(ARGS),tests/image)

audit: $(INSTALLED) $(AUDIT_INSTALLED) ## check licences, vulnerabilities and deployment files, and write an SBOM
	$(BIN)/python -m release.audit

release: setup audit ## build both distributions into dist/, with an SBOM and checksums, and test them in empty environments
	$(BIN)/python -m release.distributions
	RELEASE=$(CURDIR)/dist $(BIN)/pytest -o faulthandler_timeout=0 tests/packages

screenshots: setup ## create the images and recordings of the documents (needs chromium)
	PYTHONPATH=tests/support $(BIN)/python tests/service/web/screenshots.py
	PYTHONPATH=tests/support $(BIN)/python tests/service/web/recordings.py

architecture: $(INSTALLED) ## draw docs/images/architecture.svg from the imports
	$(BIN)/python docs/draw_architecture.py

docs: $(DOCS_INSTALLED) ## build the documentation site in build/docs and check its links
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build

lint: $(INSTALLED) $(PROTO_INSTALLED) ## check the code, the types, the architecture and the contract
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python docs/draw_architecture.py --check
	$(BIN)/buf lint
	$(BIN)/buf format --diff --exit-code
	rm -rf build/stubs
	$(call generate,build/stubs)
	diff -r --exclude=__init__.py --exclude=__pycache__ build/stubs/clearprop/v1 $(STUBS) || \
		{ echo "$(STUBS) is out of date: run make proto" >&2; exit 1; }
	$(BIN)/python $(SYNC) --check

format: $(INSTALLED) ## format the code and the contract
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format
	$(BIN)/buf format --write

client: $(INSTALLED) ## generate client/clearprop/_sync from client/clearprop/_async
	$(BIN)/python $(SYNC)

proto: $(PROTO_INSTALLED) ## generate client/clearprop/v1 from proto/
	rm -f $(STUBS)/*_pb2.py $(STUBS)/*_pb2.pyi $(STUBS)/*_pb2_grpc.py $(STUBS)/*_pb2_grpc.pyi
	$(call generate,client)

requirements: ## pin the newest versions that both pyproject.toml allow (needs uv)
	$(call pin,runtime,pyproject.toml)
	$(call pin,postgres,-c requirements/runtime.txt pyproject.toml --extra postgres)
	$(call pin,dev,-c requirements/runtime.txt pyproject.toml client/pyproject.toml --extra otel --extra ray --group dev)
	$(call pin,ray,-c requirements/dev.txt pyproject.toml --extra ray)
	$(call pin,docs,-c requirements/dev.txt --group docs)
	$(call pin,build,-c requirements/dev.txt --group build)
	$(call pin,proto,--group proto)
	$(call pin,audit,--group audit)

clean: ## remove everything that make created, except ./data
	rm -rf $(VENV) $(PROTO_VENV) $(AUDIT_VENV) $(PEERS_VENV) build .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV_MADE):
	$(call make_venv,$(VENV),15)
	@touch $@

$(INSTALLED): $(VENV_MADE) requirements/dev.txt pyproject.toml client/pyproject.toml
	$(call install,$(VENV),--require-hashes -r requirements/dev.txt)
	$(call install,$(VENV),--no-deps --no-build-isolation -e client -e .)
	@touch $@

$(DOCS_INSTALLED): $(INSTALLED) requirements/docs.txt
	$(call install,$(VENV),--require-hashes -r requirements/docs.txt)
	@touch $@

$(KERNELS): $(INSTALLED) service/faces/messages/element_count.py $(wildcard training/numerics/*.py training/numerics/lockstep/*.py)
	$(BIN)/python -m service.kernels
	@touch $@

$(PROTO_INSTALLED): requirements/proto.txt
	$(call make_venv,$(PROTO_VENV),13)
	$(call install,$(PROTO_VENV),--require-hashes -r requirements/proto.txt)
	@touch $@

$(AUDIT_INSTALLED): requirements/audit.txt
	$(call make_venv,$(AUDIT_VENV),14)
	$(call install,$(AUDIT_VENV),--require-hashes -r requirements/audit.txt)
	@touch $@

# The newest versions, for a fair comparison. Dependency groups need pip 25.1 or newer.
$(PEERS_INSTALLED):
	$(call make_venv,$(PEERS_VENV),14)
	$(if $(UV),,$(PEERS_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --upgrade pip)
	$(call install,$(PEERS_VENV),--group bench)
	@touch $@

# $(call make_venv,FOLDER,LATEST): with Python 3.11 to 3.LATEST, which have wheels of all packages.
define make_venv
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, $(2)))' || { \
		echo "$(1) needs Python 3.11 to 3.$(2), and $(PYTHON) is another version." >&2; \
		echo "Choose a Python, for example: make $(firstword $(MAKECMDGOALS)) PYTHON=python3.12" >&2; exit 1; }
	rm -rf $(1)
	$(if $(UV),$(UV) venv --quiet --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')",$(PYTHON) -m venv) $(1)
endef

# $(call install,FOLDER,WHAT)
define install
	$(if $(UV),$(UV) pip install --quiet --compile-bytecode --python $(1)/bin/python,$(1)/bin/python -m pip install --quiet --disable-pip-version-check) $(2)
endef

# $(call generate,FOLDER): the comments of the contract become docstrings of the .pyi files, and part of
# contract.binpb, which describes the contract to clients without generated code.
define generate
	mkdir -p $(1)/clearprop/v1
	PATH="$(CURDIR)/$(PROTO_BIN):$$PATH" $(PROTO_BIN)/python -m grpc_tools.protoc --proto_path=proto \
		--python_out=$(1) --mypy_out=quiet:$(1) \
		--include_imports --include_source_info --descriptor_set_out=$(1)/clearprop/v1/contract.binpb $(PROTOS)
	PATH="$(CURDIR)/$(PROTO_BIN):$$PATH" $(PROTO_BIN)/python -m grpc_tools.protoc --proto_path=proto \
		--grpc_python_out=$(1) --mypy_grpc_out=quiet:$(1) $(SERVICES)
endef

# $(call pin,NAME,SOURCES): for all platforms and Python versions, with hashes, without index URLs.
define pin
	UV_CUSTOM_COMPILE_COMMAND="make requirements" uv pip compile --quiet --upgrade --universal \
		--python-version 3.11 --generate-hashes --no-emit-package clearprop \
		--output-file requirements/$(1).txt $(2)
endef

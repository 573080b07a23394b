# Everything that make does stays inside this folder. `make` alone lists the targets.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PROTO_VENV := .venv-proto
PROTO_BIN := $(PROTO_VENV)/bin
UV := $(shell command -v uv 2>/dev/null)

# Stamps: a target's work is done again when one of its sources is newer.
VENV_MADE := $(VENV)/.stamp-venv
INSTALLED := $(VENV)/.stamp-installed
SETUP_DONE := $(VENV)/.stamp-kernels
PROTO_INSTALLED := $(PROTO_VENV)/.stamp-installed

# What a shell that uses another virtual environment would leak into ours.
unexport VIRTUAL_ENV PYTHONHOME PYTHONPATH

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(SETUP_DONE) ## install everything into .venv and compile the kernels

# $(call make_venv,FOLDER)
define make_venv
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Clearprop needs Python 3.11 or newer, and $(PYTHON) is not:" \
		"say which one to use, as in: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	rm -rf $(1)
	$(if $(UV),$(UV) venv --quiet --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')" $(1),$(PYTHON) -m venv $(1))
endef

# $(call install,FOLDER,WHAT)
define install
	$(if $(UV),$(UV) pip install --quiet --python $(1)/bin/python,$(1)/bin/python -m pip install --quiet --disable-pip-version-check) $(2)
endef

$(VENV_MADE):
	$(call make_venv,$(VENV))
	@touch $@

$(INSTALLED): $(VENV_MADE) requirements/dev.txt pyproject.toml client/pyproject.toml
	$(call install,$(VENV),--require-hashes -r requirements/dev.txt)
	$(call install,$(VENV),--no-deps --no-build-isolation -e client -e .)
	@touch $@

$(SETUP_DONE): $(INSTALLED) $(wildcard training/numerics/*.py)
	if [ -f training/numerics/compile.py ]; then $(BIN)/python -m training.numerics.compile; fi
	@touch $@

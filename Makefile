# Everything from a fresh machine: it needs make and Python 3.11 or newer, nothing else.
#
#   make demo    set up the runtime packages and run the demonstration
#   make test    set up all packages and prove the house: tests, style, types, imports, docs
#   make bench   print the speed of this machine
#   make compiled  the hot rooms compiled, in build/compiled; this alone needs a C compiler
#   make clean   remove what these made
#
# PYTHON=/path/to/python3 chooses the Python, WORKERS=n the number of test processes.

PYTHON ?=
WORKERS ?= 2
VENV := .venv
BIN := $(VENV)/bin
CANDIDATES := $(if $(PYTHON),"$(PYTHON)",python3 python3.14 python3.13 python3.12 python3.11)
INSTALL := $(BIN)/python -m pip -qq --disable-pip-version-check install -c constraints.txt

.PHONY: demo test bench compiled clean

demo: $(VENV)/.runtime
	@$(BIN)/tradefold demo

test: $(VENV)/.development
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

bench: $(VENV)/.development
	@$(BIN)/python -m bench

compiled: $(VENV)/.development
	@$(INSTALL) 'mypy[mypyc]'
	@$(BIN)/python -m compiling
	@$(BIN)/python -m pytest -n $(WORKERS) tests/compiled

clean:
	rm -rf $(VENV) build dist *.egg-info .hypothesis .pytest_cache .mypy_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps say what is installed; they are older than the lock or the project when it changed.
$(VENV)/.runtime: $(VENV)/.made pyproject.toml constraints.txt
	@echo "Installing the runtime packages into $(VENV) (once) ..." >&2
	@$(INSTALL) -e .
	@touch $@

$(VENV)/.development: $(VENV)/.made pyproject.toml constraints.txt
	@echo "Installing the runtime and development packages into $(VENV) (once) ..." >&2
	@$(INSTALL) -e '.[dev]'
	@touch $(VENV)/.runtime $@

$(VENV)/.made:
	@for python in $(CANDIDATES); do \
	  if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    "$$python" -m venv $(VENV) && touch $@ && exit 0; \
	    echo "$$python cannot make a virtual environment: install its venv package" \
	      "(on Debian and Ubuntu: apt install python3-venv)." >&2; \
	    exit 1; \
	  fi; \
	done; \
	echo "tradefold needs Python 3.11 or newer and none of these is:" $(CANDIDATES)". Install" \
	  "one, or name it: make PYTHON=/path/to/python3" >&2; \
	exit 1

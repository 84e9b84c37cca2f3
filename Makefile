# Each target sets up a project virtual environment first; only Python 3.11+, git and make are needed.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
ISSUE ?= API returning 500 errors intermittently for Acme Corp

.PHONY: brief test test-fast attack check startup docs lock mutate clean

# The issue goes through the environment as it was given: neither make nor the shell looks into it. The brief alone is printed
# to standard output; one that needs review (3) is a brief too.
unexport ISSUE
brief: export REQUEST := $(value ISSUE)
brief: $(VENV)/.ready
	@$(BIN)/customer-escalation run --sample -- "$$REQUEST" || [ $$? -eq 3 ]

test: $(VENV)/.ready
	$(BIN)/python -m pytest -n auto --dist loadgroup

# Without what starts processes or browsers, needs real systems or tries a whole one (tests/slow.py).
test-fast: $(VENV)/.ready
	$(BIN)/python -m pytest -n auto -m "not slow" --hypothesis-profile=fast

# What hostile texts, models, servers and files obtain, tried at length; `make test` tries less of what is generated.
attack: $(VENV)/.ready
	ATTACK_THOROUGH=1 $(BIN)/python -m pytest -n auto tests/attack tests/customer_escalation/cases/test_kill_and_resume.py

check: $(VENV)/.ready
	PATH="$(abspath $(BIN)):$$PATH" sh tools/check

startup: $(VENV)/.ready
	$(BIN)/python benchmarks/startup.py

docs: $(VENV)/.ready
	$(BIN)/python tools/check_policy_text.py --write
	$(BIN)/python tools/check_docs.py --write
	$(BIN)/python tools/make_listings.py --write

# How many changed rules the tests notice; takes the better part of an hour. The tool is no part of the environment.
mutate: $(VENV)/.ready
	rm -rf .mutation && git clone --quiet . .mutation/tree && $(PYTHON) -m venv .mutation/tool
	.mutation/tool/bin/python -m pip install --quiet --disable-pip-version-check 'cosmic-ray>=8.7,<9'
	cd .mutation/tree && export PATH="$(abspath $(BIN)):$$PATH" PYTHONPATH="$$PWD/runtime:$$PWD/mcp_servers" && \
	  ../tool/bin/cosmic-ray init mutation.toml ../session.sqlite && \
	  ../tool/bin/cr-filter-operators ../session.sqlite mutation.toml && \
	  ../tool/bin/cosmic-ray exec mutation.toml ../session.sqlite && \
	  ../tool/bin/cr-report --surviving-only --show-diff ../session.sqlite

# Versions for development, with hashes; users get the ranges of pyproject.toml.
lock:
	uv pip compile pyproject.toml --group dev --all-extras --universal --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url -o requirements-dev.lock

$(VENV)/.ready: pyproject.toml requirements-dev.lock
	@echo "setting up $(VENV)" >&2
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, not " + sys.version.split()[0]) if sys.version_info < (3, 11) else 0'
	@$(PYTHON) -m venv $(VENV) >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable . >&2
	@touch $@

clean:
	rm -rf $(VENV) dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

# Two commands: `make run` tries the program, `make test` proves it. Both set up what they need.

PYTHON ?= python3
SETUP := $(PYTHON) packaging/setup_machine.py
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help run test check check-long screenshots torture clean

help:
	@echo "make run          open Photo Narrator on the sample gallery (without a screen: in text)"
	@echo "make test         run all tests"
	@echo "make check        lint, format, types, and who may import whom"
	@echo "make check-long   the tests that take minutes"
	@echo "make screenshots  make the README's pictures again"
	@echo "make torture      try for ten minutes to break the program, and print what came out"
	@echo "make clean        remove .venv and everything else that was made here"

run:
	@$(SETUP) run
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] || [ "$$(uname)" = Darwin ]; then \
	    exec $(BIN)/photo-narrator window --samples; \
	else \
	    exec $(BIN)/photo-narrator demo --out out/narrated-samples.wav; \
	fi

test:
	@$(SETUP) test
	@$(BIN)/python -m pytest

check:
	@$(SETUP) test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check-long:
	@$(SETUP) test
	@$(BIN)/python -m pytest -m long --timeout 3600

torture:
	@$(SETUP) test
	@$(BIN)/python -m tests.torture --minutes 10 --seed 1

screenshots:
	@$(SETUP) test
	@$(BIN)/python -m gallery.ui.screenshots --out docs/images

clean:
	rm -rf .venv out build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find engine gallery tests packaging -name __pycache__ -type d -prune -exec rm -rf {} +

# Two commands matter: `make app` opens the page, `make test` runs every check. Both make .venv on their first run.

VENV := .venv
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := $(VENV)/bin
NOTEBOOKS := $(wildcard notebooks/*.ipynb)

.DEFAULT_GOAL := help
.PHONY: help app test lint train bench notebooks samples rehearse-host visitors strange-pages fuzz audit clean

help:  ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

app: $(VENV)/.app  ## Open the page in a browser
	$(BIN)/streamlit run main_app.py --server.showEmailPrompt=false

test: lint  ## Lint, then run all tests, a process a core; PYTEST_ARGS="-k ink" picks some
	$(BIN)/python -m pytest -q -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

lint: $(VENV)/.dev  ## Check the code's form
	$(BIN)/ruff check
	$(BIN)/ruff format --check

train: $(VENV)/.app  ## Train model/ anew from the sets in LEKH_DATA
	@test -n "$$LEKH_DATA" || { echo "LEKH_DATA is not set. Set it to the folder that holds the training data, see dataset/README.md." >&2; exit 1; }
	$(BIN)/python -m lekh train

bench: $(VENV)/.dev  ## Measure start-up, memory and speed
	$(BIN)/python -m lekh bench

notebooks: $(VENV)/.dev  ## Run the notebooks in place; LEKH_DATA as for train
	$(BIN)/python -m nbconvert --to notebook --execute --inplace --ExecutePreprocessor.timeout=-1 $(NOTEBOOKS)

samples: $(VENV)/.app  ## Draw dataset/samples/ again
	$(BIN)/python dataset/draw_samples.py

rehearse-host: $(VENV)/.dev  ## The page within 690 MB and a quarter of a core; REHEARSE_ARGS="--venv DIR"
	$(BIN)/python tests/rehearse_host.py $(REHEARSE_ARGS)

visitors: $(VENV)/.dev  ## Thirty visitors at once for ten minutes; VISITORS_ARGS="--seconds 60"
	$(BIN)/python tests/visitors.py $(VISITORS_ARGS)

strange-pages: $(VENV)/.dev  ## Draw pages of strangers' digits, count how they are read; PAGES_ARGS="--kinds plain"; LEKH_DATA as for train
	$(BIN)/python tests/strange_pages $(PAGES_ARGS)

fuzz: $(VENV)/.dev  ## Hostile input through every door, 100 000 times; FUZZ_ARGS="--atheris"
	PYTHONPATH=. $(BIN)/python tests/build_tiny_model.py build/tiny_model
	$(BIN)/python tests/fuzz.py --model build/tiny_model $(FUZZ_ARGS)

audit: $(VENV)/.dev  ## Risks in the code, known holes in the packages; asks the network
	$(BIN)/bandit -q -r lekh views main_app.py -c pyproject.toml
	$(BIN)/pip-audit -r requirements.txt --disable-pip --no-deps --strict

clean:  ## Remove .venv and all caches
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis build lekh.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))' || { echo "Lekh needs Python 3.10 to 3.13. Name one: make app PYTHON=python3.11" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/.app: requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --disable-pip-version-check -q -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.app
	$(BIN)/python -m pip install --disable-pip-version-check -q -r requirements-dev.txt
	@touch $@

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LESSONS := $(notdir $(patsubst %/,%,$(wildcard source/*/)))

.DEFAULT_GOAL := help
.PHONY: help setup system demo test notebooks release lint docs mutants soak bench clean

help: ## print this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(VENV)/.done ## make the virtual environment with everything pinned

# torch comes first and alone: any other way may bring a CUDA build of several gigabytes.
$(VENV)/.done: pyproject.toml constraints.txt packages/attnkit/pyproject.toml packages/nbjudge/pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt torch
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt \
		-e "packages/attnkit[bert]" -e packages/nbjudge -e ".[dev,docs]"
	mkdir -p $(VENV)/etc/jupyter  # an editable installation leaves out the package's data files
	cp packages/nbjudge/etc/nbgrader_config.json $(VENV)/etc/jupyter/
	$(BIN)/python -m compileall -q packages  # nor is it compiled: where Python may write nothing, every process would
	touch $@

system: ## install what the tests need beside Python: Chromium, its driver, PostgreSQL
	tools/install_system.sh

demo: setup ## grade a class of two lessons with the real nbgrader commands
	$(BIN)/python demo/run.py

test: setup system ## run every test, as CI does
	$(BIN)/python -m pytest -q

notebooks: setup ## make the .ipynb pair of every source/<lesson>/<lesson>.md
	$(BIN)/python tools/make_notebooks.py

release: notebooks ## make what learners get, release/, from source/, and the map in README
	$(BIN)/python tools/make_release.py
	$(BIN)/python tools/make_map.py

lint: setup ## check the style, who imports whom, and the types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy

docs: setup ## build the site, build/site/, with every lesson executed
	$(BIN)/python docs/lessons.py
	$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going --doctree-dir build/doctrees docs build/site

mutants: setup ## count the slips in reference solutions that no check catches (takes long)
	$(BIN)/nbjudge audit --mutants

soak: setup ## kill `nbjudge autograde` at many moments, also with real workers (takes long)
	KILLS=50 REAL_KILLS=10 $(BIN)/python -m pytest -q -n 0 --timeout 7200 tests/parallel/test_resume.py

bench: setup ## measure grading beside stock nbgrader, in one run
	$(BIN)/python benchmarks/run.py
	$(BIN)/python benchmarks/growth.py

clean: ## remove everything that was made, but no submission and no gradebook
	rm -rf $(VENV) build docs/lessons demo/class .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .nbjudge benchmarks/results.json benchmarks/growth.json
	find . -name __pycache__ -prune -exec rm -rf {} + ; find . -name '*.egg-info' -prune -exec rm -rf {} +

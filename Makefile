# The GAN notebooks. `make help` lists what there is; Windows has no make: see the README.

VENV ?= .venv
PYTHON ?=

ifeq ($(strip $(VENV)),)
$(error VENV is empty (no conda environment is active?): name a folder, or leave VENV away for .venv)
endif

ifeq ($(OS),Windows_NT)
BIN = $(VENV)/Scripts
else
BIN = $(VENV)/bin
endif
RUN = "$(BIN)/python"
comma = ,

.PHONY: help notebooks test test-slow test-browser lock versions doctor lab slides slides-pdf pages editions grade mnist lint facts update bench bench-full speedrun bench-flat classroom clean environment
.DEFAULT_GOAL := help
.NOTPARALLEL: # two would install into one environment

help: ## list the targets
	@echo "make TARGET [VENV=.venv] [PYTHON=python3.12]"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' Makefile

notebooks: environment-notebooks ## run the notebooks; pages and the training GIF go to build/
	@$(RUN) -m tools.run_notebooks

test: environment-notebooks-test ## run the tests that take seconds, and the notebooks
	@$(RUN) -m pytest -n 3 --dist loadfile --no-loadscope-reorder tests # often one waits for a process
	@$(RUN) -m pytest notebooks # alone: they train against the clock

test-slow: environment-notebooks-test ## run the tests that take minutes: faults put into training, each to be caught
	@$(RUN) -m pytest -n 3 -m slow tests

test-browser: environment-notebooks-test-browser ## open the notebooks in JupyterLab in a real browser, and try what moves
	@$(RUN) -m pytest -m browser -s tests

lock: environment-lock ## maintainers: write today's newest versions of everything to constraints.txt
	@$(RUN) -m tools.setup.lock

versions: environment-lock ## maintainers: install and test each supported version, table to the README
	@$(RUN) -m tools.setup.versions

doctor: environment-notebooks ## print what is here, and what is wrong with it
	@$(RUN) -m gan_utils doctor

lab: environment-notebooks ## open your copies of the notebooks, in my_notebooks/, in JupyterLab
	@$(RUN) -m tools.lab

slides: environment-notebooks ## make the slide decks in build/slides/, which need no network
	@$(RUN) -m tools.export.decks

slides-pdf: environment-notebooks-browser slides ## print the decks as PDF, and as handouts with what is to be said; needs a browser
	@$(RUN) -m tools.export.slides_pdf

pages: environment-notebooks ## gather pages, decks, notebooks, glossary and guide as a site in build/site/, in seconds
	@$(RUN) -m tools.site

editions: environment-notebooks ## make student, solution and instructor notebooks in build/editions/
	@$(RUN) -m tools.editions

grade: $(if $(strip $(FOLDER)),environment-notebooks) ## grade the notebooks in a folder: make grade FOLDER=submitted
	$(if $(strip $(FOLDER)),,$(error grade which folder? make grade FOLDER=submitted))
	@$(RUN) -m tools.grading.grade "$$FOLDER"

mnist: environment-notebooks ## download MNIST ahead of class
	@$(RUN) -c 'from gan_utils import load_images; print(load_images("mnist").name, "is here")'

lint: environment-lint ## check the style of the code, notebooks included, and the types of what is public
	@$(RUN) -m ruff check
	@$(RUN) -m ruff format --check
	@$(RUN) -m mypy

facts: environment-notebooks ## maintainers: write what the notebooks and pyproject.toml say into README, guide and badges
	@$(RUN) -m tools.facts

update: environment-notebooks ## maintainers: run the notebooks and store their outputs in notebooks/
	@$(RUN) -m tools.run_notebooks --store

bench: environment-notebooks-test ## measure speed and quality beside other GANs: half an hour, tables to benchmarks/
	@$(RUN) benchmarks/bench.py

bench-full: environment-notebooks-test ## the same with three seeds, up to 600 seconds a network: three hours
	@$(RUN) benchmarks/bench.py --full

speedrun: environment-notebooks ## a race: seconds of training until the digits are as near to MNIST as 10 and 5
	@$(RUN) benchmarks/speedrun.py

bench-flat: environment-test ## 20,000 steps in one process: do memory and time stay flat?
	@$(RUN) benchmarks/long_run.py

classroom: environment-notebooks-test ## memory and seconds of students who share a server, table to docs/instructors.md
	@$(RUN) benchmarks/classroom.py

# Run by any Python from 3.6 on, which can look for the right one and say what is wrong.
define any-python
@for python in python3 python "$(BIN)/python" python3.12 python3.13 python3.11 "$(PYTHON)"; do \
    if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 6))' 2>/dev/null; then \
        exec "$$python" $(1); \
    fi; \
done; \
echo "no Python found: install Python 3.11 to 3.13, or name one, make PYTHON=/path/to/python3.12" >&2; exit 1
endef

clean: ## remove what was made in build/, and caches; the environment stays, and all that is yours
	$(call any-python,tools/build_folder.py)
	@rm -rf .hypothesis .mypy_cache .pytest_cache .ruff_cache __pycache__
	@find benchmarks examples gan_course gan_utils notebooks tests tools -name __pycache__ -prune -exec rm -rf {} +

environment: environment-notebooks-test

# environment-notebooks-test: the environment with these extras of pyproject.toml, and what it held before.
environment-%:
	$(call any-python,tools/setup/environment.py "$(VENV)" "$(PYTHON)" "$(subst -,$(comma),$*)")

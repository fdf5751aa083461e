# Two commands matter: make book, make test. The work is done by python -m lib; see its --help.
PYTHON ?= python3
PROFILE ?= quick
VENV := .venv
RUN := $(VENV)/bin/python -m lib

# The stamp bears the content of the requirements in its name, and is written last: without it,
# or when .venv no longer starts, everything is installed (again).
STAMP := $(VENV)/installed-$(shell cat requirements.txt .constraints.txt | cksum | tr ' \t' '--')
ifeq ($(shell $(VENV)/bin/python -c 'print("sound")' 2>/dev/null),)
.PHONY: $(STAMP)
endif

CHOICE = $(if $(CHAPTER),--chapter $(CHAPTER)) $(if $(JOBS),--jobs $(JOBS))
SEEDS = $(if $(REPLICATES),--replicates $(REPLICATES)) $(if $(SEED),--seed $(SEED))

.PHONY: help book test site publish verify serve data claims bench clean
.DEFAULT_GOAL := help

help:
	@echo "make book      execute the chapters and build the book (twins stand in for missing data)"
	@echo "                 PROFILE=quick|full  CHAPTER=NAME[,NAME]  JOBS=n  REPLICATES=n  SEED=n"
	@echo "make test      run the whole test suite"
	@echo "make site      build the published book; execute nothing"
	@echo "make serve     serve the built book on this machine (PORT=8000)"
	@echo "make data      download the data that may be downloaded"
	@echo "make claims    print every claim of the papers with its verdict"
	@echo "make verify    execute again and hold claims, numbers and pages against the published ones"
	@echo "                 the options of make book, and CLUSTER=tcp://host:8786"
	@echo "make publish   execute in full on real data; refresh the committed pages and numbers"
	@echo "make bench     measure our ways of training against the plain ones"
	@echo "make clean     remove what runs and builds have made; data and .venv stay"
	@echo "PYTHON=...     the Python (3.11 or newer) that .venv is made with"

book: $(STAMP)
	@$(RUN) book --profile $(PROFILE) $(CHOICE) $(SEEDS)

test: $(STAMP)
	@$(VENV)/bin/python -m pytest --numprocesses auto

site: $(STAMP)
	@$(RUN) site

publish: $(STAMP)
	@$(RUN) publish $(CHOICE)

verify: $(STAMP)
	@$(RUN) verify $(CHOICE) $(SEEDS) $(if $(CLUSTER),--cluster $(CLUSTER)) \
	  $(if $(filter command line environment,$(origin PROFILE)),--profile $(PROFILE))

serve: $(STAMP)
	@$(RUN) serve $(if $(PORT),--port $(PORT))

data claims bench: $(STAMP)
	@$(RUN) $@

clean:
	@rm -rf _build

$(STAMP):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo \
	  "Python 3.11 or newer is needed, and '$(PYTHON)' is not. Name one: make PYTHON=python3.12 ..." >&2; \
	  exit 2; }
	@if [ -e $(VENV)/unfinished ] || ! $(VENV)/bin/python -m pip --version >/dev/null 2>&1; then \
	  echo "Creating $(VENV) ..."; rm -rf $(VENV) && mkdir $(VENV) && touch $(VENV)/unfinished \
	  && $(PYTHON) -m venv $(VENV); fi
	@touch $(VENV)/unfinished
	@echo "Installing what requirements.txt pins (some minutes, once) ..."
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@rm -f $(VENV)/installed-* $(VENV)/unfinished
	@touch $@

# Two commands matter: make book, make test. The work is done by python -m lib; see its --help.
PYTHON ?= python3
PROFILE ?= quick
VENV := .venv
RUN := $(VENV)/bin/python -m lib
PIP := PIP_USER=0 $(VENV)/bin/python -m pip install --quiet --disable-pip-version-check
HELD := $(PIP) --no-deps --require-hashes

# With it Python would not find lib in the folder that it starts in.
unexport PYTHONSAFEPATH

# The stamp bears the content of the requirements in its name, and is written last: without it,
# or when .venv no longer starts, everything is installed (again).
STAMP := $(VENV)/installed-$(shell cat requirements.txt .constraints.txt | cksum | tr ' \t' '--')
ifeq ($(shell $(VENV)/bin/python -c 'print("sound")' 2>/dev/null),)
.PHONY: $(STAMP)
endif

# A value as one word of the shell, whatever it holds; an option, where it has a value.
quoted = '$(subst ','\'',$(1))'
option = $(if $($(2)),--$(1) $(call quoted,$($(2))))
CHOICE = $(call option,chapter,CHAPTER) $(call option,jobs,JOBS)
SEEDS = $(call option,replicates,REPLICATES) $(call option,seed,SEED)

# What the pinned packages have wheels for.
SUITABLE = import platform, sys; name, libc = platform.libc_ver(); \
  sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14) \
  or sys.platform == "darwin" and (platform.machine() == "x86_64" \
    or int(platform.mac_ver()[0].split(".")[0]) < 14) \
  or sys.platform == "linux" and (platform.machine() not in ("x86_64", "aarch64") \
    or name != "glibc" or [*map(int, libc.split("."))] < [2, 28]))
UNSUITABLE = Needed: Python 3.11 to 3.14, on 64-bit Linux (x86_64, aarch64) with glibc 2.28 or newer, \
  or on a Mac with Apple silicon and macOS 14 or newer. '$(PYTHON)' is not that. Name one: make PYTHON=python3.12 ...

.PHONY: help book test site publish prose verify serve class editions data claims bench clean
.DEFAULT_GOAL := help

help:
	@echo "make book      execute the chapters and build the book (twins stand in for missing data)"
	@echo "                 PROFILE=quick|full  CHAPTER=NAME[,NAME]  JOBS=n  REPLICATES=n  SEED=n"
	@echo "make test      run the whole test suite"
	@echo "make site      build the published book, and its PDF where a browser is; execute nothing"
	@echo "make serve     serve the built book on this machine (PORT=8000)"
	@echo "make class     run CHAPTER=NAME quickly on its twin; build the book and the editions"
	@echo "make editions  make the notebooks and slides of the lessons; execute nothing"
	@echo "make data      download the data that may be downloaded"
	@echo "make claims    print every claim of the papers with its verdict"
	@echo "make verify    execute again and hold claims, numbers and pages against the published ones"
	@echo "                 the options of make book, and CLUSTER=tcp://host:8786 or tls://host:8786"
	@echo "                 (whoever reaches a cluster's scheduler can run code on its machines)"
	@echo "make publish   execute in full on real data; refresh the committed pages and numbers"
	@echo "make prose     put changed prose, captions and verdicts around the published outputs; no run"
	@echo "make bench     measure our ways of training against the plain ones"
	@echo "make clean     remove what runs and builds have made; data and .venv stay"
	@echo "PYTHON=...     the Python (3.11 to 3.14) that .venv is made with"
	@echo "TORCH_INDEX=.. where pip finds PyTorch's CPU builds (Linux; see README.md)"
	@echo "HASHES=1       install nothing whose digest is not in the folder .hashes (see README.md)"

book: $(STAMP)
	@$(RUN) book $(call option,profile,PROFILE) $(CHOICE) $(SEEDS)

test: $(STAMP)
	@$(VENV)/bin/python -m pytest --numprocesses auto

site: $(STAMP)
	@$(RUN) site
	@$(RUN) pdf --if-possible

publish: $(STAMP)
	@$(RUN) publish $(CHOICE)

prose: $(STAMP)
	@$(RUN) publish --prose $(call option,chapter,CHAPTER)

verify: $(STAMP)
	@$(RUN) verify $(CHOICE) $(SEEDS) $(call option,cluster,CLUSTER) \
	  $(if $(filter command line environment,$(origin PROFILE)),$(call option,profile,PROFILE))

serve: $(STAMP)
	@$(RUN) serve $(call option,port,PORT)

class: $(STAMP)
	@$(RUN) class $(CHOICE)

data claims bench editions: $(STAMP)
	@$(RUN) $@

clean:
	@rm -rf _build

$(STAMP):
	@$(call quoted,$(PYTHON)) -c $(call quoted,$(SUITABLE)) \
	  || { printf '%s\n' $(call quoted,$(UNSUITABLE)) >&2; exit 2; }
	@if [ -e $(VENV)/unfinished ] || ! $(VENV)/bin/python -m pip --version >/dev/null 2>&1; then \
	  echo "Creating $(VENV) ..."; rm -rf $(VENV) && mkdir $(VENV) && touch $(VENV)/unfinished \
	  && $(call quoted,$(PYTHON)) -m venv $(VENV); fi
	@touch $(VENV)/unfinished
	@echo "Installing what requirements.txt pins (some minutes, once) ..."
	@$(if $(HASHES),$(HELD) -r .hashes/build.txt && $(HELD) --no-build-isolation \
	    -r .hashes/rest.txt $(if $(TORCH_INDEX),,-r .hashes/torch.txt) \
	  || { echo "Not every download has a digest of .hashes; the installation ends." >&2; exit 2; })
	@$(PIP) $(if $(HASHES),--no-deps) -r requirements.txt $(call option,extra-index-url,TORCH_INDEX)
	@$(if $(HASHES),$(VENV)/bin/python -m pip check)
	@rm -f $(VENV)/installed-* $(VENV)/unfinished
	@touch $@

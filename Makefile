# make run    makes .venv, installs what the app needs and starts it
# make check  makes the same environment with the development tools and runs lint, types and the tests of the core but the slow ones
# make test   the same with all tests
# None installs anything twice: the second time they start at once.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BEGUN := $(VENV)-begun
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip install -qq
TORCH_CPU_INDEX := https://download.pytorch.org/whl/cpu

.PHONY: run lint check test clean

run: $(VENV)/.installed
	$(BIN)/streamlit run app.py

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Workers share the tests file by file, so that what a file prepares is made once; those of the browser, which take
# longest, come first. Two more workers than cores work while others wait for a page.
check: lint
	$(BIN)/pytest -n 2 --dist loadfile -m "not slow" tests/mnist_core

test: lint
	$(BIN)/pytest -n 4 --dist loadfile --no-loadscope-reorder

# An interrupted installation begins anew: pip takes for installed what it had only begun to install. The file that says so
# lies beside the environment, so that it outlives the removal. It holds the number of the make that works there.
define begin
	@if grep -qs make "/proc/$$(cat $(BEGUN) 2>/dev/null)/comm"; then \
	  echo "Another make installs here at this moment. Wait for it."; exit 1; fi
	@if [ -e $(BEGUN) ]; then echo "The last installation was interrupted: it begins anew."; rm -rf $(VENV); fi
	@rm -f $(VENV)/.installed && echo $$PPID > $(BEGUN)
endef

# On Linux the package index brings torch with 5 GB of CUDA libraries that nothing here uses. PyTorch's own index has
# the CPU build of torch and torchvision; it is asked once, for five seconds, and done without where it can't be reached.
$(VENV)/.installed: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "This needs Python 3.11 or newer. Name one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(begin)
	@$(PYTHON) -m venv $(VENV)
	@if [ "$$(uname)" = Linux ] && timeout 5 $(BIN)/python -c \
	    'import urllib.request; urllib.request.urlopen("$(TORCH_CPU_INDEX)/torch/", timeout=5)' 2>/dev/null; then \
	  echo "Installing the CPU build of torch and torchvision."; \
	  $(PIP) --index-url $(TORCH_CPU_INDEX) $$(grep '^torch' requirements.txt) || \
	    echo "That did not work: torch comes from the package index instead."; \
	fi
	@echo "Installing requirements.txt (a few minutes the first time)."
	@$(PIP) -r requirements.txt
	@rm $(BEGUN) && touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	$(begin)
	@echo "Installing the development tools."
	@$(PIP) -r requirements-dev.txt
	@rm $(BEGUN) && touch $(VENV)/.installed $@

clean:
	rm -rf $(VENV) $(BEGUN)

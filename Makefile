# make test   does all set-up itself, then runs the whole test suite
# make demo   does all set-up itself, then assesses the sample intakes and writes their reports into out/
# make pictures   makes the kept pictures of the documents anew; look at what changed
# make bench  measures the engine beside plain experta; a minute or two
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PANGO := libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0

.PHONY: test demo pictures bench clean system poppler chromium

test: $(VENV)/.ready system poppler chromium
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q -n 2

demo: $(VENV)/.ready system
	$(BIN)/triage demo

pictures: $(VENV)/.ready system poppler chromium
	$(BIN)/python -m tests.browser.renew

bench: $(VENV)/.ready
	$(BIN)/python -m benchmarks

# WeasyPrint draws text with Pango: a system library, installed here where that is allowed, named otherwise.
system:
	@if ! $(PYTHON) -c "import ctypes.util, sys; sys.exit(not (ctypes.util.find_library('pango-1.0') and ctypes.util.find_library('pangoft2-1.0')))"; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "installing Pango for the PDF reports: $(PANGO)"; \
	    apt-get update -qq && apt-get install -y -qq $(PANGO) >/dev/null; \
	  else \
	    echo "PDF reports need Pango, which is missing: install $(PANGO) (Debian names), or do without PDF"; \
	  fi; \
	fi

# The tests read the pages of a PDF with pdftotext.
poppler:
	@if ! command -v pdftotext >/dev/null; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "installing poppler-utils for the tests of PDF pages"; \
	    apt-get update -qq && apt-get install -y -qq poppler-utils >/dev/null; \
	  else \
	    echo "the tests of PDF pages need pdftotext: install poppler-utils (Debian name)"; exit 1; \
	  fi; \
	fi

# The tests open the pages in a browser; those tests are skipped, with the reason, where there is none.
chromium:
	@if ! { command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "installing Chromium for the tests of HTML pages"; \
	    apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null; \
	  else \
	    echo "the tests of HTML pages in a browser are skipped: install chromium (Debian name) to run them"; \
	  fi; \
	fi

$(VENV)/.ready: pyproject.toml
	@echo "making $(VENV) with everything pyproject.toml names"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check -U "pip>=25.1"
	$(BIN)/python -m pip install -q --disable-pip-version-check -e ".[pdf]" --group dev
	@touch $@

clean:
	rm -rf $(VENV) out dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

# Two commands do everything: `make demo` and `make test`. Both set up what they need in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
NATIVE := $(wildcard native/*.hpp native/*.cpp)
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq

.PHONY: help demo test test-sanitize test-threads test-keras check docs docs-keras notebooks test-notebooks bench clean

help:
	@echo "make demo    set up, solve XOR, read handwritten digits, say where the pictures lie"
	@echo "make test    set up, then all checks and tests"
	@echo "make test-sanitize  the engines' tests under AddressSanitizer and UBSan"
	@echo "make test-threads   the tests of threads under ThreadSanitizer"
	@echo "make test-keras     the Keras face beside real Keras, on JAX and on TensorFlow"
	@echo "make docs    the site, in build/site, and a check of its links and names"
	@echo "make notebooks  the teaching notebook in its three versions, from notebooks/deep_learning.py"
	@echo "make test-notebooks  run the solution, validate the version for nbgrader"
	@echo "make bench   measure chainrule beside its peers, write benchmarks/results/"
	@echo "make clean   remove everything that the others made"

# What the build needs is read from pyproject.toml, and the native code is built in build/, so that
# a second build compiles only what has changed.
$(VENV)/made-build: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -c "import tomllib; print('\n'.join(tomllib.load(open('pyproject.toml', 'rb'))['build-system']['requires'] + ['cmake>=3.18', 'ninja']))" > $(VENV)/build-requires.txt
	$(PIP) install -r $(VENV)/build-requires.txt
	@touch $@

# An editable install knows each module by its file, so that it is made again when one comes or goes.
MODULES := $(sort $(shell find src -name '*.py'))
$(VENV)/modules.txt: FORCE
	@mkdir -p $(VENV)
	@echo "$(MODULES)" | cmp -s - $@ || echo "$(MODULES)" > $@
FORCE:

$(VENV)/made-package: $(VENV)/made-build $(VENV)/modules.txt pyproject.toml CMakeLists.txt $(NATIVE)
	$(PIP) install --no-build-isolation -e ".[tutorial]"
	@touch $@

$(VENV)/made-dev: $(VENV)/made-package
	$(PIP) install --no-build-isolation -e ".[tutorial,dev]"
	@touch $@

demo: $(VENV)/made-package
	$(BIN)/chainrule xor --out chainrule-out/xor
	$(BIN)/chainrule digits --out chainrule-out/digits
	@echo
	@echo "The pictures lie in $(CURDIR)/chainrule-out; open chainrule-out/digits/report.html"

test: check
	CHAINRULE_REQUIRE_NATIVE=1 $(BIN)/python -m pytest -q

check: $(VENV)/made-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/clang-format --dry-run --Werror $(NATIVE)

# The native code under AddressSanitizer and UndefinedBehaviorSanitizer, in an environment of its
# own. Python itself is not built for them, so their library is loaded before it.
SANITIZE := .venv-sanitize
# Of the instruction sets one is built: with vectors of 64 bytes the compiler needs ten times as long
# for the checks, and the source is the same.
ISAS_x86_64 = v3
ISAS_aarch64 = neon
$(SANITIZE)/made: pyproject.toml CMakeLists.txt $(NATIVE) $(wildcard src/chainrule/*.py src/chainrule/*/*.py)
	test -x $(SANITIZE)/bin/python || $(PYTHON) -m venv $(SANITIZE)
	$(SANITIZE)/bin/python -m pip --disable-pip-version-check -qq install numpy safetensors rich typer pytest hypothesis cmake ninja scikit-build-core nanobind
	$(SANITIZE)/bin/python -m pip --disable-pip-version-check -qq install --no-build-isolation --no-deps -C cmake.define.CHAINRULE_SANITIZE=ON -C 'cmake.define.CHAINRULE_ISAS=$(ISAS_$(shell uname -m))' -C build-dir=build/sanitize .
	@touch $@

test-sanitize: $(SANITIZE)/made
	LD_PRELOAD="$$($(CXX) -print-file-name=libasan.so) $$($(CXX) -print-file-name=libstdc++.so)" \
	  ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1 UBSAN_OPTIONS=print_stacktrace=1 CHAINRULE_REQUIRE_NATIVE=1 \
	  CHAINRULE_TEST_ISAS=widest $(SANITIZE)/bin/python -m pytest -q -p no:cacheprovider tests/engines

# The tests of threads under ThreadSanitizer, in the same way. What Python and NumPy do is not seen:
# they are not built for it. Of the instruction sets one is built.
THREADS := .venv-threads
THREAD_TESTS := tests/engines/test_sharing.py
THREAD_CASES := all_threads or (without_training and dense) or (test_training and 100 and float32) \
  or (average and float64 and ordered)
ONE_ISA := $(if $(filter x86_64 amd64,$(shell uname -m)),v3,neon)
$(THREADS)/made-build:
	test -x $(THREADS)/bin/python || $(PYTHON) -m venv $(THREADS)
	$(THREADS)/bin/python -m pip --disable-pip-version-check -qq install numpy safetensors rich typer pytest joblib cmake ninja scikit-build-core nanobind
	@touch $@

$(THREADS)/made: $(THREADS)/made-build pyproject.toml CMakeLists.txt $(NATIVE) $(wildcard src/chainrule/*.py src/chainrule/engines/*.py)
	$(THREADS)/bin/python -m pip --disable-pip-version-check -qq install --no-build-isolation --no-deps -C cmake.define.CHAINRULE_SANITIZE_THREADS=ON -C cmake.define.CHAINRULE_ISAS=$(ONE_ISA) -C install.strip=false -C build-dir=build/threads .
	@touch $@

test-threads: $(THREADS)/made
	LD_PRELOAD="$$($(CXX) -print-file-name=libtsan.so)" \
	  TSAN_OPTIONS=halt_on_error=1:ignore_noninstrumented_modules=1 \
	  CHAINRULE_REQUIRE_NATIVE=1 CHAINRULE_TEST_ISAS=widest \
	  $(THREADS)/bin/python -m pytest -q -s -p no:cacheprovider $(THREAD_TESTS) -k "$(THREAD_CASES)"

# The package as a wheel, for environments that have it as users do. It is built where the editable
# install was: nothing is compiled twice.
$(VENV)/wheel: $(VENV)/made-package $(MODULES)
	rm -rf $@
	$(PIP) wheel --no-build-isolation --no-deps --wheel-dir $@ .
	@touch $@

# The Keras face beside real Keras, in an environment of its own. What is printed is compared
# character by character, so that versions are fixed.
KERAS := .venv-keras
KERAS_PACKAGES := keras==3.15.1 jax==0.10.2 tensorflow-cpu==2.21.0 'h5py>=3.11' 'pandas>=2.2' \
  'polars>=1.0' 'scikit-learn>=1.4' 'matplotlib>=3.8' 'pytest>=8.3' \
  'pytest-xdist>=3.6' 'rich>=13.8' 'safetensors>=0.5' 'typer>=0.16'
$(KERAS)/made-keras:
	test -x $(KERAS)/bin/python || $(PYTHON) -m venv $(KERAS)
	$(KERAS)/bin/python -m pip --disable-pip-version-check -qq install $(KERAS_PACKAGES)
	@touch $@

$(KERAS)/made: $(KERAS)/made-keras $(VENV)/wheel
	$(KERAS)/bin/python -m pip --disable-pip-version-check -qq install --no-deps --force-reinstall $(VENV)/wheel/*.whl
	@touch $@

# XLA compiles some five hundred models that run for milliseconds: with little care, and once.
ON_TENSORFLOW = $(wildcard tests/parity/test_parity_accelerate*.py) tests/parity/test_parity_bridge.py \
  tests/parity/test_parity_output.py::test_summary_of_a_compiled_and_of_a_trained_model
test-keras: $(KERAS)/made
	KERAS_BACKEND=jax CHAINRULE_REQUIRE_NATIVE=1 CHAINRULE_REQUIRE_KERAS=1 \
	  XLA_FLAGS=--xla_backend_optimization_level=0 JAX_COMPILATION_CACHE_DIR=$(abspath $(KERAS))/jax \
	  JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS=0 JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES=-1 \
	  $(KERAS)/bin/python -m pytest -q -p no:cacheprovider -n auto tests/parity
	KERAS_BACKEND=tensorflow CHAINRULE_REQUIRE_NATIVE=1 CHAINRULE_REQUIRE_KERAS=1 \
	  $(KERAS)/bin/python -m pytest -q -p no:cacheprovider $(ON_TENSORFLOW) tests/tutorial

# The site. Pages are Markdown, the reference comes from docstrings; nothing is compiled.
DOCS := .venv-docs
$(DOCS)/made: pyproject.toml
	test -x $(DOCS)/bin/python || $(PYTHON) -m venv $(DOCS)
	$(DOCS)/bin/python -c "import tomllib; project = tomllib.load(open('pyproject.toml', 'rb'))['project']; print('\n'.join(project['dependencies'] + project['optional-dependencies']['docs']))" > $(DOCS)/requires.txt
	$(DOCS)/bin/python -m pip --disable-pip-version-check -qq install -r $(DOCS)/requires.txt
	@touch $@

docs: $(DOCS)/made
	rm -rf build/site
	$(DOCS)/bin/python -m sphinx -q -E -W --keep-going -c docs/site -d build/doctrees docs build/site
	$(DOCS)/bin/python docs/site/check.py build/site

# The tables of docs/keras.md, which a test holds against the package.
docs-keras: $(VENV)/made-dev
	$(BIN)/python -m docs.keras_tables
	$(BIN)/ruff format -q docs/keras.md

# The notebooks, with Jupyter and nbgrader in an environment of their own.
NOTEBOOKS := .venv-notebooks
$(NOTEBOOKS)/made-notebooks: pyproject.toml
	test -x $(NOTEBOOKS)/bin/python || $(PYTHON) -m venv $(NOTEBOOKS)
	$(NOTEBOOKS)/bin/python -c "import tomllib; project = tomllib.load(open('pyproject.toml', 'rb'))['project']; extras = project['optional-dependencies']; print('\n'.join(project['dependencies'] + extras['tutorial'] + extras['notebooks']))" > $(NOTEBOOKS)/requires.txt
	$(NOTEBOOKS)/bin/python -m pip --disable-pip-version-check -qq install -r $(NOTEBOOKS)/requires.txt
	@touch $@

$(NOTEBOOKS)/made: $(NOTEBOOKS)/made-notebooks $(VENV)/wheel
	$(NOTEBOOKS)/bin/python -m pip --disable-pip-version-check -qq install --no-deps --force-reinstall $(VENV)/wheel/*.whl
	@touch $@

notebooks: $(NOTEBOOKS)/made
	$(NOTEBOOKS)/bin/python -m notebooks.make

test-notebooks: $(NOTEBOOKS)/made
	CHAINRULE_REQUIRE_NATIVE=1 $(NOTEBOOKS)/bin/python -m pytest -q -p no:cacheprovider tests/notebooks

PEERS := .venv-peers
bench: $(VENV)/made-bench $(PEERS)/made
	$(BIN)/python -m benchmarks --peer-python $(PEERS)/bin/python

# Peers that cannot be installed here are left out, and their rows of the result say so.
NOT_INSTALLED = echo "$$peer cannot be installed; it is left out"

$(VENV)/made-bench: $(VENV)/made-package
	for peer in scikit-learn 'jax>=0.5' torch==2.13.0; do $(PIP) install "$$peer" || $(NOT_INSTALLED); done
	@touch $@

# Keras and TensorFlow want a gigabyte, and have an environment of their own.
$(PEERS)/made:
	$(PYTHON) -m venv $(PEERS)
	for peer in 'keras>=3' 'jax>=0.5' tensorflow-cpu; do \
	  $(PEERS)/bin/python -m pip --disable-pip-version-check -qq install "$$peer" || $(NOT_INSTALLED); done
	@touch $@

clean:
	rm -rf $(VENV) $(SANITIZE) $(THREADS) $(KERAS) $(DOCS) $(NOTEBOOKS) $(PEERS) build chainrule-out .pytest_cache .mypy_cache .ruff_cache .hypothesis

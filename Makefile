# Two commands do everything: `make demo` and `make test`. Both set up what they need in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
NATIVE := $(wildcard native/*.hpp native/*.cpp)

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

# What pyproject.toml says that these groups need, a line each: build, package, and the extras.
REQUIRES = import sys, tomllib; toml = tomllib.load(open('pyproject.toml', 'rb')); \
  project = toml['project']; groups = project['optional-dependencies']; \
  groups |= {'build': toml['build-system']['requires'], 'package': project['dependencies']}; \
  print('\n'.join(line for name in sys.argv[1:] for line in groups[name]))

# Packages are installed as they are: Python compiles of them what is imported, when it is first.
unexport PYTHONDONTWRITEBYTECODE
PIP_OF = $(1)/bin/python -m pip --disable-pip-version-check -qq
INSTALL = install --no-compile
PIP := $(call PIP_OF,$(VENV))

# The native code is built in build/, so that a second build compiles only what has changed.
$(VENV)/made-build: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -c "$(REQUIRES)" build > $(VENV)/build-requires.txt
	$(PIP) $(INSTALL) -r $(VENV)/build-requires.txt 'cmake>=3.18' ninja
	@touch $@

# An editable install knows each module by its file, so that it is made again when one comes or goes.
MODULES := $(sort $(shell find src -name '*.py'))
$(VENV)/modules.txt: FORCE
	@mkdir -p $(VENV)
	@echo "$(MODULES)" | cmp -s - $@ || echo "$(MODULES)" > $@
FORCE:

$(VENV)/made-tutorial: $(VENV)/made-build
	$(BIN)/python -c "$(REQUIRES)" package tutorial > $(VENV)/tutorial-requires.txt
	$(PIP) $(INSTALL) -r $(VENV)/tutorial-requires.txt
	@touch $@

$(VENV)/made-package: $(VENV)/made-tutorial $(VENV)/modules.txt CMakeLists.txt $(NATIVE)
	$(PIP) $(INSTALL) --no-build-isolation --no-deps -e .
	@touch $@

# No two of these at once, as they write into one folder.
$(VENV)/made-dev: $(VENV)/made-tutorial | $(VENV)/made-package
	$(BIN)/python -c "$(REQUIRES)" dev > $(VENV)/dev-requires.txt
	$(PIP) $(INSTALL) -r $(VENV)/dev-requires.txt
	@touch $@

demo: $(VENV)/made-package
	$(BIN)/chainrule xor --out chainrule-out/xor
	$(BIN)/chainrule digits --out chainrule-out/digits
	@echo
	@echo "The pictures lie in $(CURDIR)/chainrule-out; open chainrule-out/digits/report.html"

test: check
	CHAINRULE_REQUIRE_NATIVE=1 $(BIN)/python -m pytest -q -n logical --maxprocesses 8

check: $(VENV)/made-dev $(VENV)/made-package
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/clang-format --dry-run --Werror $(NATIVE)

# The native code under sanitizers: package and module lie in build/, all else is taken from
# .venv, by a Python that does not know the package there.
# Python itself is not built for them, so their library is loaded before it. Of the instruction sets
# one is built: with vectors of 64 bytes the compiler needs ten times as long for the checks, and the
# source is the same. Each test is slow, so that what is tried on several threads is tried on three, and
# training is not compared with the reference.
ONE_ISA := $(if $(filter x86_64 amd64,$(shell uname -m)),v3,neon)
SOURCES := pyproject.toml CMakeLists.txt $(NATIVE) $(MODULES)
INSTRUMENTED = $(BIN)/cmake -S . -B $(@D) -G Ninja -DCMAKE_MAKE_PROGRAM=$(abspath $(BIN))/ninja \
    -DCMAKE_BUILD_TYPE=Release -DPython_EXECUTABLE=$(abspath $(BIN))/python \
    -Dnanobind_DIR=$$($(BIN)/python -m nanobind --cmake_dir) -DCHAINRULE_ISAS=$(ONE_ISA) $(1)=ON && \
  $(BIN)/cmake --build $(@D) && rm -rf $(@D)/package && mkdir $(@D)/package && \
  cp -r src/chainrule $(@D)/package && $(BIN)/cmake --install $(@D) --prefix $(@D)/package && touch $@
PACKAGES = $$($(BIN)/python -c "import sysconfig; print(sysconfig.get_path('purelib'))")
BARE = "$$($(BIN)/python -c 'import sys; print(sys._base_executable)')"
UNDER = PYTHONPATH="$(abspath build/$(1)/package):$(PACKAGES)" CHAINRULE_REQUIRE_NATIVE=1 \
  CHAINRULE_TEST_ISAS=widest CHAINRULE_TEST_THREADS=3 CHAINRULE_TEST_ALONE=1
LIBRARY = $$($(CXX) -print-file-name=lib$(1).so)

# Nothing native is in tests/engines/test_reference.py, five thousand gradients of the reference.
test-sanitize: build/sanitize/made
	$(call UNDER,sanitize) LD_PRELOAD="$(call LIBRARY,asan) $(call LIBRARY,stdc++)" \
	  ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1 UBSAN_OPTIONS=print_stacktrace=1 \
	  $(BARE) -m pytest -q -p no:cacheprovider tests/engines --ignore tests/engines/test_reference.py

build/sanitize/made: $(VENV)/made-dev $(SOURCES)
	$(call INSTRUMENTED,-DCHAINRULE_SANITIZE)

# The tests of threads. What Python and NumPy do is not seen: they are not built for ThreadSanitizer.
THREAD_CASES := all_threads or (without_training and dense) or (test_training and 100 and float32) \
  or (many_inputs and float32) or (large and two and float32) \
  or (average and float64 and ordered)
test-threads: build/threads/made
	$(call UNDER,threads) LD_PRELOAD="$(call LIBRARY,tsan)" \
	  TSAN_OPTIONS=halt_on_error=1:ignore_noninstrumented_modules=1 \
	  $(BARE) -m pytest -q -s -p no:cacheprovider tests/engines/test_sharing.py -k "$(THREAD_CASES)"

build/threads/made: $(VENV)/made-dev $(SOURCES)
	$(call INSTRUMENTED,-DCHAINRULE_SANITIZE_THREADS)

# The package as a wheel, for environments that have it as users do. It is built where the editable
# install was: nothing is compiled twice.
$(VENV)/wheel: $(VENV)/made-package $(MODULES)
	rm -rf $@
	$(PIP) wheel --no-build-isolation --no-deps --wheel-dir $@ .
	@touch $@

# The Keras face beside real Keras, in an environment of its own. What is printed is compared
# character by character, so that versions are fixed.
KERAS := .venv-keras
KERAS_PACKAGES := keras==3.15.1 jax==0.10.2 tensorflow-cpu==2.21.0 torch==2.13.0 'h5py>=3.11' 'pandas>=2.2' \
  'polars>=1.0' 'scikit-learn>=1.4' 'matplotlib>=3.8' 'pytest>=8.3' \
  'pytest-xdist>=3.6' 'rich>=13.8' 'safetensors>=0.5' 'typer>=0.16'
$(KERAS)/made-keras: Makefile
	test -x $(KERAS)/bin/python || $(PYTHON) -m venv $(KERAS)
	$(call PIP_OF,$(KERAS)) $(INSTALL) $(KERAS_PACKAGES)
	@touch $@

$(KERAS)/made: $(KERAS)/made-keras $(VENV)/wheel
	$(call PIP_OF,$(KERAS)) $(INSTALL) --no-deps --force-reinstall $(VENV)/wheel/*.whl
	@touch $@

# On PyTorch, which compiles nothing; metrics, some of which it cannot count, on JAX, whose compiler
# is told to take little care and to keep what it made; and on TensorFlow the bridge and the tutorial.
ON_JAX = tests/parity/test_parity_metrics.py tests/parity/test_parity_configs.py
ON_TENSORFLOW = $(wildcard tests/parity/test_parity_accelerate*.py) tests/parity/test_parity_bridge.py \
  tests/parity/test_parity_output.py::test_summary_of_a_compiled_and_of_a_trained_model
ON = KERAS_BACKEND=$(1) CHAINRULE_REQUIRE_NATIVE=1 CHAINRULE_REQUIRE_KERAS=1 OMP_NUM_THREADS=1 \
  $(KERAS)/bin/python -m pytest -q -p no:cacheprovider
EACH_CORE = -n logical --maxprocesses 4
test-keras: $(KERAS)/made
	$(call ON,torch) $(EACH_CORE) tests/parity $(addprefix --ignore ,$(ON_JAX))
	XLA_FLAGS=--xla_backend_optimization_level=0 JAX_COMPILATION_CACHE_DIR=$(abspath $(KERAS))/jax \
	  JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS=0 JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES=-1 \
	  $(call ON,jax) $(EACH_CORE) $(ON_JAX)
	$(call ON,tensorflow) $(ON_TENSORFLOW) tests/tutorial

# The site. Pages are Markdown, the reference comes from docstrings; nothing is compiled.
DOCS := .venv-docs
$(DOCS)/made: pyproject.toml
	test -x $(DOCS)/bin/python || $(PYTHON) -m venv $(DOCS)
	$(DOCS)/bin/python -c "$(REQUIRES)" package docs > $(DOCS)/requires.txt
	$(call PIP_OF,$(DOCS)) $(INSTALL) -r $(DOCS)/requires.txt
	@touch $@

docs: $(DOCS)/made
	rm -rf build/site
	$(DOCS)/bin/python -m sphinx -q -E -W --keep-going -c docs/site -d build/doctrees docs build/site
	$(DOCS)/bin/python docs/site/check.py build/site

# The tables of docs/keras.md, which a test holds against the package.
docs-keras: $(VENV)/made-dev $(VENV)/made-package
	$(BIN)/python -m docs.keras_tables
	$(BIN)/ruff format -q docs/keras.md

# The notebooks, with Jupyter and nbgrader in an environment of their own.
NOTEBOOKS := .venv-notebooks
$(NOTEBOOKS)/made-notebooks: pyproject.toml
	test -x $(NOTEBOOKS)/bin/python || $(PYTHON) -m venv $(NOTEBOOKS)
	$(NOTEBOOKS)/bin/python -c "$(REQUIRES)" package tutorial notebooks > $(NOTEBOOKS)/requires.txt
	$(call PIP_OF,$(NOTEBOOKS)) $(INSTALL) -r $(NOTEBOOKS)/requires.txt
	@touch $@

$(NOTEBOOKS)/made: $(NOTEBOOKS)/made-notebooks $(VENV)/wheel
	$(call PIP_OF,$(NOTEBOOKS)) $(INSTALL) --no-deps --force-reinstall $(VENV)/wheel/*.whl
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
	for peer in scikit-learn 'jax>=0.5' torch==2.13.0; do $(PIP) $(INSTALL) "$$peer" || $(NOT_INSTALLED); done
	@touch $@

# Keras and TensorFlow want a gigabyte, and have an environment of their own, with chainrule as users
# have it, for accelerate.
$(PEERS)/made-peers:
	$(PYTHON) -m venv $(PEERS)
	for peer in 'keras>=3' 'jax>=0.5' tensorflow-cpu 'safetensors>=0.5' 'typer>=0.16'; do \
	  $(call PIP_OF,$(PEERS)) $(INSTALL) "$$peer" || $(NOT_INSTALLED); done
	@touch $@

$(PEERS)/made: $(PEERS)/made-peers $(VENV)/wheel
	$(call PIP_OF,$(PEERS)) $(INSTALL) --no-deps --force-reinstall $(VENV)/wheel/*.whl
	@touch $@

clean:
	rm -rf $(VENV) $(KERAS) $(DOCS) $(NOTEBOOKS) $(PEERS) build chainrule-out .pytest_cache .mypy_cache .ruff_cache .hypothesis

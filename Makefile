# The front door. `make` builds build/sysray and build/strace; see CMakePresets.json for the other kinds of build.
PREFIX ?= /usr/local
JOBS ?= $(shell nproc)
STRACE ?= no
BUILD = cmake --build --preset

.PHONY: all demo check bench reference lint format coverage install clean

all: build/build.ninja
	@$(BUILD) release -j $(JOBS)

build/build.ninja:
	@scripts/install-deps build test
	@cmake --preset release

# Builds, and shows one program three ways: as text, as JSON, as a summary.
demo:
	@scripts/install-deps build
	@cmake --preset release -DBUILD_TESTING=OFF >/dev/null
	@$(BUILD) release -j $(JOBS)
	@scripts/demo

# All tests, in the release build, under the sanitizers, and of each fuzzer some seconds.
check:
	@scripts/install-deps build test
	@scripts/check $(JOBS)

# Compares with strace and writes bench/RESULTS.md; ARGS: options of bench/run.py.
bench:
	@scripts/install-deps build bench
	@cmake --preset release -DBUILD_TESTING=OFF -DSYSRAY_BENCH=ON >/dev/null
	@$(BUILD) release -j $(JOBS)
	@$(BUILD) release -j $(JOBS) --target decode_bench
	@python3 bench/run.py $(ARGS)

# The manual of the interface, docs/reference/, from the descriptions.
reference: all
	@build/sysray describe --reference=docs/reference

lint:
	@scripts/install-deps build test lint
	@scripts/lint $(JOBS)

format:
	@scripts/install-deps lint
	@git ls-files -co --exclude-standard '*.cc' '*.h' | xargs clang-format-14 -i

coverage:
	@scripts/install-deps build test
	@scripts/coverage $(JOBS)

# STRACE=yes also installs it under the name strace.
install: all
	@cmake -DSYSRAY_INSTALL_STRACE=$(STRACE) build >/dev/null
	@cmake --install build --prefix $(PREFIX)

clean:
	@rm -rf build

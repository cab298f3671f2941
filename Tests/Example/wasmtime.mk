# A wasmtime command for tests and benchmarks, from PyPI's library: see engine.c. `make -f Tests/Example/wasmtime.mk` prints its path;
# with ARM64=1, that of one for arm64, made by Debian's cross compiler.
HERE := $(dir $(abspath $(lastword $(MAKEFILE_LIST))))
ifdef ARM64
PLACE ?= $(abspath $(HERE)../../.build/wasmtime-arm64)
COMPILER := aarch64-linux-gnu-gcc
PLATFORM := --only-binary=:all: --platform manylinux2014_aarch64
else
PLACE ?= $(abspath $(HERE)../../.build/wasmtime)
COMPILER := gcc
endif

path: $(PLACE)/wasmtime
	@echo $(PLACE)/wasmtime

$(PLACE)/wasmtime: $(HERE)engine.c $(PLACE)/libwasmtime.so
	$(COMPILER) -O2 -Wall -Wextra -Werror $< -o $@ -L$(PLACE) -lwasmtime -Wl,-rpath,'$$ORIGIN'

# The wheel is a ZIP file; only its library is wanted.
$(PLACE)/libwasmtime.so: $(HERE)requirements.txt
	@rm -rf $(PLACE)
	@mkdir -p $(PLACE)
	python3 -m pip download --quiet --disable-pip-version-check --no-deps $(PLATFORM) --dest $(PLACE) -r $(HERE)requirements.txt >&2
	python3 -m zipfile -e $(PLACE)/wasmtime-*.whl $(PLACE)/wheel
	mv $(PLACE)/wheel/wasmtime/linux-*/_libwasmtime.so $@
	@rm -rf $(PLACE)/wheel $(PLACE)/wasmtime-*.whl
	@touch $@

.PHONY: path

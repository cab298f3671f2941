# A wasmtime command for tests and benchmarks, from PyPI's library: see engine.c. `make -f Tests/Example/wasmtime.mk` prints its path.
HERE := $(dir $(abspath $(lastword $(MAKEFILE_LIST))))
PLACE ?= $(abspath $(HERE)../../.build/wasmtime)

path: $(PLACE)/wasmtime
	@echo $(PLACE)/wasmtime

$(PLACE)/wasmtime: $(HERE)engine.c $(PLACE)/libwasmtime.so
	gcc -O2 -Wall -Wextra -Werror $< -o $@ -L$(PLACE) -lwasmtime -Wl,-rpath,'$$ORIGIN'

# The wheel of this machine's processor is a ZIP file; only its library is wanted.
$(PLACE)/libwasmtime.so: $(HERE)requirements.txt
	@rm -rf $(PLACE)
	@mkdir -p $(PLACE)
	python3 -m pip download --quiet --disable-pip-version-check --no-deps --dest $(PLACE) -r $(HERE)requirements.txt >&2
	python3 -m zipfile -e $(PLACE)/wasmtime-*.whl $(PLACE)/wheel
	mv $(PLACE)/wheel/wasmtime/linux-*/_libwasmtime.so $@
	@rm -rf $(PLACE)/wheel $(PLACE)/wasmtime-*.whl
	@touch $@

.PHONY: path

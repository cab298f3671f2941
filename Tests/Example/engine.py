"""`wasmtime run` as far as the embedded WAGI host uses it, on the wasmtime library from PyPI: that package has no command.

The engine, its compiler and its cache are the real ones; only the command line is ours. Python's own start comes on top of every
run, about 0.1 s.
"""

import argparse
import hashlib
import importlib.metadata
import os
import pathlib
import sys

import wasmtime

parser = argparse.ArgumentParser(prog="wasmtime")
parser.add_argument("--version", action="version", version=f"wasmtime {importlib.metadata.version('wasmtime')}")
commands = parser.add_subparsers(dest="command", required=True)
run = commands.add_parser("run")
run.add_argument("--argv0")
run.add_argument("--env", action="append", default=[])
run.add_argument("--dir", action="append", default=[])
run.add_argument("module")
run.add_argument("arguments", nargs=argparse.REMAINDER)
options = parser.parse_args()

engine = wasmtime.Engine()
source = pathlib.Path(options.module).read_bytes()
compiled = pathlib.Path(os.environ["WASMTIME_CACHE"]) / hashlib.sha256(source).hexdigest()
try:
    module = wasmtime.Module.deserialize_file(engine, str(compiled))
except Exception:  # Not there, or of another version of the engine.
    module = wasmtime.Module(engine, source)
    compiled.parent.mkdir(parents=True, exist_ok=True)
    unfinished = compiled.with_suffix(f".{os.getpid()}")
    unfinished.write_bytes(module.serialize())
    unfinished.rename(compiled)

wasi = wasmtime.WasiConfig()
wasi.argv = [options.argv0 or options.module, *options.arguments]
wasi.env = [tuple(each.split("=", 1)) for each in options.env]
wasi.inherit_stdin()
wasi.inherit_stdout()
wasi.inherit_stderr()
for each in options.dir:
    outside, _, inside = each.partition("::")
    wasi.preopen_dir(outside, inside or outside)

store = wasmtime.Store(engine)
store.set_wasi(wasi)
linker = wasmtime.Linker(engine)
linker.define_wasi()
try:
    linker.instantiate(store, module).exports(store)["_start"](store)
except wasmtime.ExitTrap as end:
    sys.exit(end.code)
except wasmtime.Trap as trap:
    print(f"Error: {trap}", file=sys.stderr)
    sys.exit(134)

// `wasmtime run` as far as the embedded WAGI host uses it, on the library from PyPI: that package has no command. Engine and compiler
// are the real ones, and compiled code is kept as the real command keeps it; only the command line is ours.
//
// The package has no header either. What is declared here is the C API of wasmtime 50 as far as it is called.

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct { size_t size; char *data; } bytes;
typedef struct { uint64_t store; void *private; } function;

void *wasm_engine_new(void);
void *wasmtime_module_new(void *engine, const uint8_t *wasm, size_t size, void **module);
void *wasmtime_module_deserialize_file(void *engine, const char *path, void **module);
void *wasmtime_module_serialize(void *module, bytes *out);
void *wasmtime_store_new(void *engine, void *data, void (*finalizer)(void *));
void *wasmtime_store_context(void *store);
void *wasmtime_context_set_wasi(void *context, void *wasi);
void *wasmtime_linker_new(void *engine);
void *wasmtime_linker_define_wasi(void *linker);
void *wasmtime_linker_module(void *linker, void *context, const char *name, size_t length, void *module);
void *wasmtime_linker_get_default(void *linker, void *context, const char *name, size_t length, function *out);
void *wasmtime_func_call(void *context, function *f, void *in, size_t ins, void *out, size_t outs, void **trap);
bool wasmtime_error_exit_status(void *error, int *status);
void wasmtime_error_message(void *error, bytes *out);
void wasm_trap_message(void *trap, bytes *out);
void *wasi_config_new(void);
bool wasi_config_set_argv(void *wasi, size_t count, const char **arguments);
bool wasi_config_set_env(void *wasi, size_t count, const char **names, const char **values);
void wasi_config_inherit_stdin(void *wasi);
void wasi_config_inherit_stdout(void *wasi);
void wasi_config_inherit_stderr(void *wasi);
bool wasi_config_preopen_dir(void *wasi, const char *outside, const char *inside, bool read_only);

#define MOST 1024

static void end(const char *what, bytes message) {
    fprintf(stderr, "Error: %s%.*s\n", what, (int)message.size, message.data);
    exit(1);
}

// Ends the program when `error` is one: as the guest wishes, or with its message.
static void check(void *error) {
    int status;
    if (!error) return;
    if (wasmtime_error_exit_status(error, &status)) exit(status);
    bytes message;
    wasmtime_error_message(error, &message);
    end("", message);
}

static bytes contents(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END)) end("cannot read ", (bytes){strlen(path), (char *)path});
    bytes all = {(size_t)ftell(file), NULL};
    rewind(file);
    all.data = malloc(all.size + 1);
    if (!all.data || fread(all.data, 1, all.size, file) != all.size) end("cannot read ", (bytes){strlen(path), (char *)path});
    fclose(file);
    return all;
}

// Compiled code is kept beside this program, by a fast hash of the module. Where nothing can be written, it is made anew each time.
static void *module_at(void *engine, const char *path) {
    bytes wasm = contents(path);
    char own[1024] = "", kept[1100], unfinished[1200];
    void *module = NULL;
    uint64_t hash = 0xcbf29ce484222325;
    for (size_t i = 0; i < wasm.size; i++) hash = (hash ^ (uint8_t)wasm.data[i]) * 0x100000001b3;
    if (readlink("/proc/self/exe", own, sizeof own - 1) < 0) end("cannot find itself", (bytes){0, NULL});
    snprintf(kept, sizeof kept, "%s-%016llx", own, (unsigned long long)hash);
    if (access(kept, R_OK) == 0 && !wasmtime_module_deserialize_file(engine, kept, &module)) return module;
    check(wasmtime_module_new(engine, (const uint8_t *)wasm.data, wasm.size, &module));
    bytes compiled;
    check(wasmtime_module_serialize(module, &compiled));
    snprintf(unfinished, sizeof unfinished, "%s.%d", kept, getpid());
    FILE *file = fopen(unfinished, "wb");
    if (file && fwrite(compiled.data, 1, compiled.size, file) == compiled.size && fclose(file) == 0) rename(unfinished, kept);
    return module;
}

int main(int count, char **words) {
    if (count == 2 && !strcmp(words[1], "--version")) return puts("wasmtime 50.0.1 (library)") < 0;
    if (count == 3 && !strcmp(words[2], "--help")) return puts("run [--argv0 A] [--env K=V] [--dir D[::G]] MODULE [ARG...]") < 0;
    if (count < 3 || strcmp(words[1], "run")) return fputs("usage: wasmtime run [OPTION...] MODULE [ARG...]\n", stderr), 64;

    void *wasi = wasi_config_new();
    const char *names[MOST], *values[MOST], *arguments[MOST], *name = NULL;
    size_t variables = 0, given = 0;
    int at = 2;
    for (; at + 1 < count && !strncmp(words[at], "--", 2); at += 2) {
        char *value = words[at + 1], *split;
        if (!strcmp(words[at], "--argv0")) {
            name = value;
        } else if (!strcmp(words[at], "--env") && variables < MOST && (split = strchr(value, '='))) {
            *split = 0;
            names[variables] = value;
            values[variables++] = split + 1;
        } else if (!strcmp(words[at], "--dir")) {
            if ((split = strstr(value, "::"))) *split = 0;
            if (!wasi_config_preopen_dir(wasi, value, split ? split + 2 : value, false)) end("--dir ", (bytes){strlen(value), value});
        } else {
            end("unexpected ", (bytes){strlen(words[at]), words[at]});
        }
    }
    if (at >= count || count - at > MOST) return 64;
    const char *path = words[at];
    arguments[given++] = name ? name : path;
    while (++at < count) arguments[given++] = words[at];
    wasi_config_set_argv(wasi, given, arguments);
    wasi_config_set_env(wasi, variables, names, values);
    wasi_config_inherit_stdin(wasi);
    wasi_config_inherit_stdout(wasi);
    wasi_config_inherit_stderr(wasi);

    void *engine = wasm_engine_new();
    void *module = module_at(engine, path);
    void *context = wasmtime_store_context(wasmtime_store_new(engine, NULL, NULL));
    check(wasmtime_context_set_wasi(context, wasi));
    void *linker = wasmtime_linker_new(engine);
    check(wasmtime_linker_define_wasi(linker));
    check(wasmtime_linker_module(linker, context, "", 0, module));
    function start;
    check(wasmtime_linker_get_default(linker, context, "", 0, &start));
    void *trap = NULL;
    check(wasmtime_func_call(context, &start, NULL, 0, NULL, 0, &trap));
    if (trap) {
        bytes message;
        wasm_trap_message(trap, &message);
        fprintf(stderr, "Error: %.*s\n", (int)message.size, message.data);
        return 134;
    }
    return 0;
}

// A small web application for WAGI: each request is one run of this program, told by CGI environment variables and
// standard input, answered on standard output. It uses WASI preview 1 directly, no C library, so that any clang can
// build it to the same bytes.
//
//   GET  /            names its version
//   POST /echo        the body, byte for byte
//   GET  /env         its environment
//   GET  /status/NNN  answers with that status
//   GET  /slow?ms=N   waits before it answers
//   GET  /big?bytes=N answers with that many bytes
//   GET  /exit/N      exits with that code
//   GET  /trap        traps

#ifndef VERSION
#define VERSION "dev"
#endif

// 1 makes the release that should never have been published: it loads and starts, and then traps on every request.
#ifndef BROKEN
#define BROKEN 0
#endif

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;

#define WASI(name) __attribute__((import_module("wasi_snapshot_preview1"), import_name(#name)))

typedef struct { const void *data; u32 length; } slice;
typedef struct { void *data; u32 length; } buffer;

WASI(fd_write) u32 fd_write(u32 fd, const slice *parts, u32 count, u32 *written);
WASI(fd_read) u32 fd_read(u32 fd, const buffer *parts, u32 count, u32 *got);
WASI(environ_sizes_get) u32 environ_sizes_get(u32 *count, u32 *bytes);
WASI(environ_get) u32 environ_get(char **names, char *text);
WASI(args_sizes_get) u32 args_sizes_get(u32 *count, u32 *bytes);
WASI(args_get) u32 args_get(char **arguments, char *text);
WASI(clock_time_get) u32 clock_time_get(u32 clock, u64 precision, u64 *nanoseconds);
WASI(proc_exit) _Noreturn void proc_exit(u32 code);

// What the linker may call although nothing here does.
void *memcpy(void *to, const void *from, unsigned long count) {
    for (unsigned long i = 0; i < count; i++) ((u8 *)to)[i] = ((const u8 *)from)[i];
    return to;
}

static u32 length_of(const char *text) {
    u32 count = 0;
    while (text[count]) count++;
    return count;
}

static void put_bytes(const void *data, u32 length) {
    while (length > 0) {
        slice part = {data, length};
        u32 written = 0;
        if (fd_write(1, &part, 1, &written) != 0) proc_exit(74);
        data = (const u8 *)data + written;
        length -= written;
    }
}

static void put(const char *text) { put_bytes(text, length_of(text)); }

// Environment.

#define MAX_VARIABLES 512
static char *variables[MAX_VARIABLES];
static char environment[256 << 10];
static u32 variable_count;

static void load_environment(void) {
    u32 bytes = 0;
    if (environ_sizes_get(&variable_count, &bytes) != 0 || variable_count > MAX_VARIABLES || bytes > sizeof environment) {
        proc_exit(71);
    }
    if (environ_get(variables, environment) != 0) proc_exit(71);
}

// The text behind `prefix` when `text` begins with it, else 0.
static const char *after(const char *text, const char *prefix) {
    while (*prefix) {
        if (*text++ != *prefix++) return 0;
    }
    return text;
}

static const char *variable(const char *name) {
    for (u32 i = 0; i < variable_count; i++) {
        const char *value = after(variables[i], name);
        if (value && *value == '=') return value + 1;
    }
    return "";
}

static int is(const char *text, const char *other) {
    const char *rest = after(text, other);
    return rest && !*rest;
}

static u32 number(const char *digits) {
    u32 value = 0;
    while (*digits >= '0' && *digits <= '9' && value < 400000000) value = value * 10 + (u32)(*digits++ - '0');
    return value;
}

// The number behind `name=` in the query. WAGI hands the query over as arguments too, one for each part; they are used
// because wasmkit 0.1 cuts an environment variable off at its second `=`.
static u32 query_number(const char *name) {
    static char *arguments[64];
    static char text[64 << 10];
    u32 count = 0, bytes = 0;
    if (args_sizes_get(&count, &bytes) != 0 || count > 64 || bytes > sizeof text) return 0;
    if (args_get(arguments, text) != 0) return 0;
    for (u32 i = 0; i < count; i++) {
        const char *value = after(arguments[i], name);
        if (value && *value == '=') return number(value + 1);
    }
    return 0;
}

// Answers.

static u8 piece[64 << 10];

static void echo(void) {
    put("Content-Type: application/octet-stream\n\n");
    for (;;) {
        buffer part = {piece, sizeof piece};
        u32 got = 0;
        if (fd_read(0, &part, 1, &got) != 0) proc_exit(74);
        if (got == 0) return;
        put_bytes(piece, got);
    }
}

static void show_environment(void) {
    put("Content-Type: text/plain; charset=utf-8\n\n");
    for (u32 i = 0; i < variable_count; i++) {
        put(variables[i]);
        put("\n");
    }
}

static void status(const char *digits) {
    put("Status: ");
    put(digits);
    put("\nContent-Type: text/plain; charset=utf-8\n\nstatus ");
    put(digits);
    put("\n");
}

static u64 now(void) {
    u64 nanoseconds = 0;
    if (clock_time_get(1, 1000000, &nanoseconds) != 0) proc_exit(71);
    return nanoseconds;
}

// Looks at the clock until it is time: poll_oneoff would sleep, but wasmkit 0.1 does not have it.
static void wait_milliseconds(u32 milliseconds) {
    u64 end = now() + (u64)milliseconds * 1000000;
    while (now() < end) {}
}

static void big(u32 bytes) {
    for (u32 i = 0; i < sizeof piece; i++) piece[i] = (u8)('a' + i % 26);
    put("Content-Type: application/octet-stream\n\n");
    while (bytes > 0) {
        u32 count = bytes < 65520 ? bytes : 65520; // A multiple of 26: the pattern goes on.
        put_bytes(piece, count);
        bytes -= count;
    }
}

static void hello(void) { put("Content-Type: text/plain; charset=utf-8\nX-Hello-Version: " VERSION "\n\nhello from " VERSION "\n"); }

__attribute__((export_name("_start"))) void _start(void) {
    if (BROKEN) __builtin_trap();
    load_environment();
    const char *path = variable("PATH_INFO");
    const char *rest;
    if (is(path, "/echo")) {
        echo();
    } else if (is(path, "/env")) {
        show_environment();
    } else if ((rest = after(path, "/status/"))) {
        status(rest);
    } else if ((rest = after(path, "/exit/"))) {
        proc_exit(number(rest));
    } else if (is(path, "/trap")) {
        __builtin_trap();
    } else if (is(path, "/slow")) {
        wait_milliseconds(query_number("ms"));
        hello();
    } else if (is(path, "/big")) {
        big(query_number("bytes"));
    } else if (!*path || is(path, "/")) {
        hello();
    } else {
        status("404");
    }
}

// A server that takes a release up at SIGHUP, as an application that the agent does not run itself: `reloader PORT CURRENT`. It answers
// every request with what the stand-in's artifact under CURRENT says. Waits for the first release.
#include <arpa/inet.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static volatile sig_atomic_t changed = 1;
static char body[256] = "none";

static void note(int signal) {
    if (signal == SIGHUP) changed = 1;
    else _exit(0);
}

static void load(const char *directory) {
    char path[512], bytes[65536];
    snprintf(path, sizeof path, "%s/app.wasm", directory);
    FILE *file = fopen(path, "rb");
    if (!file) return;
    size_t count = fread(bytes, 1, sizeof bytes - 1, file);
    fclose(file);
    for (size_t i = 0; i + 5 < count; i++) {
        if (memcmp(bytes + i, "body=", 5) != 0) continue;
        size_t length = strcspn(bytes + i + 5, "\n");
        if (length >= sizeof body) length = sizeof body - 1;
        memcpy(body, bytes + i + 5, length);
        body[length] = 0;
    }
}

int main(int count, char **arguments) {
    if (count != 3) return 64;
    struct sigaction action = {.sa_handler = note};
    sigaction(SIGHUP, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    int one = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(arguments[1]))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 16) != 0) return 69;
    for (;;) {
        int client = accept(listener, NULL, NULL);
        if (changed) {
            changed = 0;
            load(arguments[2]);
        }
        if (client < 0) continue;
        char request[4096], answer[512];
        if (read(client, request, sizeof request) > 0) {
            int length = snprintf(answer, sizeof answer, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n%s",
                strlen(body), body);
            if (write(client, answer, length) < 0) {}
        }
        close(client);
    }
}

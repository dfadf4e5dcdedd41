// A closed loop of connections that sends one request over and over and looks at every answer; one thread, epoll.
//
// Usage: load PORT PATH KEY BODY_FILE CONNECTIONS REQUESTS RATE BYTES_MIN BYTES_MAX EVENTS SECONDS_MAX
// RATE: requests a second over all connections, 0 for as fast as answers come. A body must have BYTES_MIN to BYTES_MAX bytes after chunks
// are taken apart, and EVENTS times "\n\n" (0: not counted); a stream must end in [DONE]. Prints one JSON object, microseconds from the
// moment a request is due to the last byte of its answer. With a rate a request is due when the generator wakes for it, so that waiting
// for a free connection counts and the generator's own late waking does not. Exits 1 where it could not finish.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

enum { BUFFER = 64 * 1024, READY_MAX = 256, CONNECTIONS_MAX = 4096, FAILURES_MAX = 100, WHY_BYTES = 300 };
enum State { IDLE, HEAD, LENGTH, CHUNK_SIZE, CHUNK, CHUNK_END, TRAILER, WHOLE };

typedef struct {
    int fd, closes;
    enum State state;
    int64_t due_ns;
    size_t have, left, body, events, line;  // left: bytes of the body or chunk to come; line: bytes of a chunk's own line so far
    int newline;                            // whether the body's last byte was a line's end
    char in[BUFFER + 1], tail[16];          // tail: the body's last bytes
} Conn;

static Conn *conns;
static int *idle, idle_count, epoll;
static char *request, why[WHY_BYTES];
static size_t request_bytes, bytes_min, bytes_max, events_wanted;
static long total, started, finished, failed, reconnects;
static uint32_t *took_us;
static int64_t *waiting;  // when the requests became due that no connection was free for
static long waiting_from, waiting_to;
static uint16_t port;

static void die(const char *what) { perror(what); exit(1); }

static int64_t now_ns(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec * 1000000000LL + at.tv_nsec;
}

static void fail(const char *what, const Conn *conn) {
    if (failed++ == 0) {
        snprintf(why, sizeof why, "%s; answer: %.160s", what, conn->in);
        for (char *at = why; *at; at++) if ((unsigned char)*at < ' ' || *at == '"' || *at == '\\' || (unsigned char)*at > '~') *at = ' ';
    }
}

static void dial(Conn *conn) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int one = 1;
    conn->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (conn->fd < 0 || connect(conn->fd, (struct sockaddr *)&address, sizeof address)) die("load: connect");
    setsockopt(conn->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = conn};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, conn->fd, &event)) die("epoll_ctl");
    conn->state = IDLE, conn->closes = 0, conn->have = 0;
}

static void redial(Conn *conn) {
    close(conn->fd);
    reconnects++;
    dial(conn);
}

static void send_request(Conn *conn, int64_t due_ns) {
    conn->state = HEAD, conn->due_ns = due_ns, conn->have = conn->body = conn->events = conn->line = conn->left = 0;
    conn->newline = 0;
    memset(conn->tail, 0, sizeof conn->tail);
    // A request is small enough for the socket's buffer; what a closed connection does not take shows when reading.
    ssize_t ignored = send(conn->fd, request, request_bytes, MSG_NOSIGNAL);
    (void)ignored;
}

static void end_request(Conn *conn) {
    took_us[finished++] = (uint32_t)((now_ns() - conn->due_ns) / 1000);
    conn->state = IDLE;
    idle[idle_count++] = (int)(conn - conns);
}

static void take_body(Conn *conn, const char *data, size_t bytes) {
    conn->body += bytes;
    if (events_wanted) {
        const char *end = data + bytes, *at = data;
        if (conn->newline && *at == '\n') conn->events++;
        for (; (at = memchr(at, '\n', (size_t)(end - at))) && at + 1 < end; at++) conn->events += at[1] == '\n';
    }
    conn->newline = data[bytes - 1] == '\n';
    size_t room = sizeof conn->tail;
    if (bytes >= room) memcpy(conn->tail, data + bytes - room, room);
    else memmove(conn->tail, conn->tail + bytes, room - bytes), memcpy(conn->tail + room - bytes, data, bytes);
}

// The head's end is at `end`. Whether the answer can be read on.
static int take_head(Conn *conn, char *end) {
    *end = 0;  // of the head's last line end
    if (strncmp(conn->in, "HTTP/1.1 200 ", 13)) return 0;
    conn->state = WHOLE;
    for (char *line = strstr(conn->in, "\r\n"); line; line = strstr(line + 2, "\r\n")) {
        if (!strncasecmp(line + 2, "content-length:", 15)) conn->left = strtoul(line + 17, NULL, 10), conn->state = LENGTH;
        if (!strncasecmp(line + 2, "transfer-encoding: chunked", 26)) conn->state = CHUNK_SIZE;
        if (!strncasecmp(line + 2, "connection: close", 17)) conn->closes = 1;
    }
    return conn->state != WHOLE;
}

// Takes bytes after the head; sets WHOLE at the answer's end. False where chunks are broken or bytes are left over.
static int take_bytes(Conn *conn, const char *data, size_t bytes) {
    while (bytes) {
        if (conn->state == WHOLE) return 0;
        if (conn->state == LENGTH || conn->state == CHUNK) {
            size_t part = bytes < conn->left ? bytes : conn->left;
            take_body(conn, data, part);
            data += part, bytes -= part, conn->left -= part;
            if (!conn->left) conn->state = conn->state == LENGTH ? WHOLE : CHUNK_END;
            continue;
        }
        char byte = *data++;
        bytes--;
        if (conn->state == CHUNK_SIZE) {
            int digit = byte >= '0' && byte <= '9' ? byte - '0' : (byte | 32) >= 'a' && (byte | 32) <= 'f' ? (byte | 32) - 'a' + 10 : -1;
            if (digit >= 0) conn->left = conn->left * 16 + (size_t)digit, conn->line++;
            else if (byte == '\n' && conn->line) conn->line = 0, conn->state = conn->left ? CHUNK : TRAILER;
            else if (byte != '\r') return 0;
        } else if (conn->state == CHUNK_END) {
            if (byte == '\n') conn->state = CHUNK_SIZE, conn->line = 0;
            else if (byte != '\r') return 0;
        } else if (byte == '\n') {  // TRAILER: ends with an empty line
            if (!conn->line) conn->state = WHOLE; else conn->line = 0;
        } else if (byte != '\r') conn->line++;
    }
    return 1;
}

static void check(Conn *conn) {
    if (conn->body < bytes_min || conn->body > bytes_max) {
        char text[96];
        snprintf(text, sizeof text, "%zu bytes of body where %zu to %zu were due", conn->body, bytes_min, bytes_max);
        fail(text, conn);
    } else if (events_wanted && conn->events != events_wanted) fail("another number of events than were sent", conn);
    else if (events_wanted && memcmp(conn->tail + 2, "data: [DONE]\n\n", 14)) fail("the stream did not end in [DONE]", conn);
}

static void readable(Conn *conn) {
    char *data = conn->in + (conn->state == HEAD ? conn->have : 0);
    size_t room = BUFFER - (conn->state == HEAD ? conn->have : 0);
    ssize_t count = recv(conn->fd, data, room, MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (conn->state == IDLE) {  // closed between two requests, as a server may
        redial(conn);
        return;
    }
    size_t bytes = count > 0 ? (size_t)count : 0;
    int good = bytes > 0;
    if (good && conn->state == HEAD) {
        conn->have += bytes;
        conn->in[conn->have] = 0;
        char *end = memmem(conn->in, conn->have, "\r\n\r\n", 4);
        if (!end && conn->have < BUFFER) return;
        good = end && take_head(conn, end);
        if (good) data = end + 4, bytes = (size_t)(conn->in + conn->have - data);
    }
    if (good) good = take_bytes(conn, data, bytes);
    if (!good) {
        fail(count > 0 ? "not a whole answer with status 200" : "the connection ended in the middle of an answer", conn);
        redial(conn);
    } else if (conn->state != WHOLE) return;
    else check(conn);
    if (good && conn->closes) redial(conn);
    end_request(conn);
}

static void dispatch(int by_rate) {
    while (idle_count && started < total && (!by_rate || waiting_from < waiting_to)) {
        Conn *conn = &conns[idle[--idle_count]];
        started++;
        send_request(conn, by_rate ? waiting[waiting_from++] : now_ns());
    }
}

static int by_size(const void *one, const void *other) {
    uint32_t a = *(const uint32_t *)one, b = *(const uint32_t *)other;
    return (a > b) - (a < b);
}

static uint32_t quantile(double share) { return finished ? took_us[(long)(share * (double)(finished - 1))] : 0; }

static void read_request(const char *path, const char *key, const char *file) {
    static char body[BUFFER];
    FILE *from = fopen(file, "r");
    if (!from) die(file);
    size_t bytes = fread(body, 1, sizeof body, from);
    fclose(from);
    request_bytes = (size_t)asprintf(&request,
        "POST %s HTTP/1.1\r\nhost: 127.0.0.1:%d\r\nauthorization: Bearer %s\r\ncontent-type: application/json\r\naccept: */*\r\n"
        "user-agent: bench\r\ncontent-length: %zu\r\n\r\n%.*s", path, port, key, bytes, (int)bytes, body);
}

int main(int count, char **arguments) {
    if (count != 12) { fprintf(stderr, "load: 11 arguments, see the top of load.c\n"); return 2; }
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    port = (uint16_t)atoi(arguments[1]);
    read_request(arguments[2], arguments[3], arguments[4]);
    int connections = atoi(arguments[5]);
    total = atol(arguments[6]);
    double rate = atof(arguments[7]);
    bytes_min = strtoul(arguments[8], NULL, 10), bytes_max = strtoul(arguments[9], NULL, 10), events_wanted = strtoul(arguments[10], NULL, 10);
    int64_t seconds_max = atol(arguments[11]);
    if (connections < 1 || connections > CONNECTIONS_MAX || total < 1) { fprintf(stderr, "load: too many or too few\n"); return 2; }
    conns = calloc((size_t)connections, sizeof *conns), idle = calloc((size_t)connections, sizeof *idle);
    took_us = calloc((size_t)total, sizeof *took_us), waiting = calloc((size_t)total, sizeof *waiting);
    epoll = epoll_create1(EPOLL_CLOEXEC);
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (!conns || !idle || !took_us || !waiting || epoll < 0 || timer < 0) die("load: start");
    for (int at = 0; at < connections; at++) dial(&conns[at]), idle[idle_count++] = at;
    int64_t start_ns = now_ns(), end_ns = start_ns + seconds_max * 1000000000LL;
    struct itimerspec tick = {{0, 0}, {0, 1}};
    if (rate > 0) tick.it_interval.tv_sec = (long)(1 / rate), tick.it_interval.tv_nsec = (long)(1e9 / rate) % 1000000000L;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = &timer}, ready[READY_MAX];
    if (rate > 0 && (timerfd_settime(timer, 0, &tick, NULL) || epoll_ctl(epoll, EPOLL_CTL_ADD, timer, &event))) die("timer");
    dispatch(rate > 0);
    while (finished < total && failed < FAILURES_MAX && now_ns() < end_ns) {
        int found = epoll_wait(epoll, ready, READY_MAX, 100);
        for (int at = 0; at < found; at++) {
            uint64_t times = 0;
            if (ready[at].data.ptr != &timer) readable(ready[at].data.ptr);
            else if (read(timer, &times, sizeof times) == sizeof times)
                for (int64_t now = now_ns(); times-- && waiting_to < total;) waiting[waiting_to++] = now;
        }
        dispatch(rate > 0);
    }
    double seconds = (double)(now_ns() - start_ns) / 1e9;
    qsort(took_us, (size_t)finished, sizeof *took_us, by_size);
    printf("{\"requests\":%ld,\"failed\":%ld,\"reconnects\":%ld,\"seconds\":%.6f,\"p50_us\":%u,\"p99_us\":%u,\"why\":\"%s\"}\n",
           finished, failed, reconnects, seconds, quantile(0.5), quantile(0.99), why);
    return finished < total || failed > 0;
}

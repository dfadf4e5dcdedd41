// A provider that is too fast to be the bottleneck: speaks just enough of OpenAI's chat completions over HTTP/1.1, one thread, epoll.
//
// Any POST is answered. A body with "stream":true gets 100 content chunks, a usage chunk if it has "include_usage":true, and [DONE], each
// event in an HTTP chunk of its own: in one write, or, where the body names a model `paced-N`, N microseconds apart. Any other body gets a
// JSON answer with usage.
// Usage: upstream PORT (0: any free one). Prints the port, serves until its parent ends or it gets a signal.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { CONTENT_CHUNKS = 100, EVENTS = CONTENT_CHUNKS + 2, IN_BYTES = 64 * 1024, JSON_BYTES = 700, READY_MAX = 256 };

typedef struct {
    int events;
    size_t bytes, at[EVENTS + 1];  // at: where each event begins
    char text[64 * 1024];
} Stream;

typedef struct Conn {
    int fd, event;             // event: the next one of a paced stream
    size_t have, sent, out_bytes;
    const Stream *stream;
    const char *out;           // what still has to be written, from a constant text or `head`
    int64_t due_ns, pace_ns;   // pace_ns > 0: a paced stream is under way
    struct Conn *later, *sooner; // the queue of paced streams
    int in_queue;
    char in[IN_BYTES + 1];
} Conn;

static char json_answer[4096];
static size_t json_bytes;
static Stream with_usage, without_usage;
static Conn *first, *last;  // paced streams, the soonest first; with several paces the order is only nearly right, which pacing bears
static int epoll, timer;

static void die(const char *what) { perror(what); exit(1); }

static int64_t now_ns(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec * 1000000000LL + at.tv_nsec;
}

static void add_event(Stream *stream, const char *text) {
    stream->at[stream->events++] = stream->bytes;
    stream->bytes += (size_t)sprintf(stream->text + stream->bytes, "%zx\r\n%s\r\n", strlen(text), text);
}

static void prepare_stream(Stream *stream, int usage) {
    char text[1024];
    const char *start = "data: {\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\",\"created\":1764050000,\"model\":\"bench\",";
    stream->bytes = (size_t)sprintf(stream->text,
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\nx-request-id: req_bench\r\nopenai-processing-ms: 1\r\n"
        "transfer-encoding: chunked\r\n\r\n");
    for (int event = 0; event < CONTENT_CHUNKS; event++) {
        snprintf(text, sizeof text, "%s\"choices\":[{\"index\":0,\"delta\":{%s\"content\":\"word%02d \"},\"finish_reason\":%s}]%s}\n\n",
                 start, event ? "" : "\"role\":\"assistant\",", event, event == CONTENT_CHUNKS - 1 ? "\"stop\"" : "null",
                 usage ? ",\"usage\":null" : "");
        add_event(stream, text);
    }
    snprintf(text, sizeof text, "%s\"choices\":[],\"usage\":{\"prompt_tokens\":180,\"completion_tokens\":120,\"total_tokens\":300}}\n\n", start);
    if (usage) add_event(stream, text);
    add_event(stream, "data: [DONE]\n\n");
    stream->bytes += (size_t)sprintf(stream->text + stream->bytes, "0\r\n\r\n");
    stream->at[stream->events] = stream->bytes;
}

static void prepare(void) {
    char body[JSON_BYTES + 1], padding[JSON_BYTES + 1];
    const char *form =
        "{\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion\",\"created\":1764050000,\"model\":\"bench\",\"choices\":[{\"index\":0,"
        "\"message\":{\"role\":\"assistant\",\"content\":\"%s\",\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"stop\"}],"
        "\"usage\":{\"prompt_tokens\":180,\"completion_tokens\":120,\"total_tokens\":300,\"prompt_tokens_details\":{\"cached_tokens\":0},"
        "\"completion_tokens_details\":{\"reasoning_tokens\":0}},\"system_fingerprint\":\"fp_bench\"}";
    size_t rest = JSON_BYTES - (size_t)snprintf(NULL, 0, form, "");
    for (size_t at = 0; at < rest; at++) padding[at] = "lorem ipsum "[at % 12];
    padding[rest] = 0;
    snprintf(body, sizeof body, form, padding);
    json_bytes = (size_t)snprintf(json_answer, sizeof json_answer,
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-request-id: req_bench\r\nopenai-processing-ms: 1\r\n"
        "content-length: %d\r\n\r\n%s", JSON_BYTES, body);
    prepare_stream(&with_usage, 1);
    prepare_stream(&without_usage, 0);
}

static void leave_queue(Conn *conn) {
    if (!conn->in_queue) return;
    if (conn->sooner) conn->sooner->later = conn->later; else first = conn->later;
    if (conn->later) conn->later->sooner = conn->sooner; else last = conn->sooner;
    conn->in_queue = 0;
}

static void arm(void) {
    struct itimerspec when = {0};  // all zero: no stream waits, so no alarm
    if (first) when.it_value = (struct timespec){first->due_ns / 1000000000LL, first->due_ns % 1000000000LL};
    if (timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, NULL)) die("timerfd_settime");
}

static void join_queue(Conn *conn) {
    conn->sooner = last;
    conn->later = NULL;
    if (last) last->later = conn; else first = conn;
    last = conn;
    conn->in_queue = 1;
}

static void drop(Conn *conn) {
    leave_queue(conn);
    close(conn->fd);
    conn->fd = -1;
}

static void watch(Conn *conn, uint32_t what, int how) {
    struct epoll_event event = {.events = what, .data.ptr = conn};
    if (epoll_ctl(epoll, how, conn->fd, &event)) die("epoll_ctl");
}

// Writes what is due. False where the connection is gone; what does not fit waits for the socket.
static int flush(Conn *conn) {
    while (conn->sent < conn->out_bytes) {
        ssize_t count = send(conn->fd, conn->out + conn->sent, conn->out_bytes - conn->sent, MSG_NOSIGNAL);
        if (count > 0) { conn->sent += (size_t)count; continue; }
        if (errno == EINTR) continue;
        if (errno != EAGAIN) { drop(conn); return 0; }
        watch(conn, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
        return 1;
    }
    return 1;
}

static int put(Conn *conn, const char *text, size_t bytes) {
    if (conn->sent < conn->out_bytes) {  // a slow reader of a constant text: what follows it lies behind it, so it only grows
        conn->out_bytes += bytes;
        return 1;
    }
    conn->out = text, conn->out_bytes = bytes, conn->sent = 0;
    return flush(conn);
}

static void next_events(void) {
    int64_t now = now_ns();
    while (first && first->due_ns <= now) {
        Conn *conn = first;
        const Stream *stream = conn->stream;
        int event = conn->event++;
        leave_queue(conn);
        if (!put(conn, stream->text + stream->at[event], stream->at[event + 1] - stream->at[event])) continue;
        conn->due_ns += conn->pace_ns;
        if (conn->event < stream->events) join_queue(conn); else conn->pace_ns = 0;
    }
    arm();
}

static int answer(Conn *conn, char *body, size_t bytes) {
    char kept = body[bytes];
    body[bytes] = 0;
    int streams = strstr(body, "\"stream\":true") || strstr(body, "\"stream\": true");
    const Stream *stream = strstr(body, "\"include_usage\":true") || strstr(body, "\"include_usage\": true") ? &with_usage : &without_usage;
    const char *paced = streams ? strstr(body, "\"paced-") : NULL;
    int64_t pace_ns = paced ? strtoll(paced + 7, NULL, 10) * 1000 : 0;
    body[bytes] = kept;
    if (!streams) return put(conn, json_answer, json_bytes);
    if (pace_ns <= 0) return put(conn, stream->text, stream->bytes);
    conn->stream = stream, conn->event = 1, conn->pace_ns = pace_ns, conn->due_ns = now_ns() + pace_ns;
    if (!put(conn, stream->text, stream->at[1])) return 0;
    int alone = first == NULL;
    join_queue(conn);
    if (alone) arm();
    return 1;
}

static int refuse(Conn *conn, const char *text) {
    fprintf(stderr, "upstream: %s", text);
    ssize_t ignored = send(conn->fd, text, strlen(text), MSG_NOSIGNAL);
    (void)ignored;
    drop(conn);
    return 0;
}

// Answers every whole request that has come, one after the other.
static void take_requests(Conn *conn) {
    while (conn->have && !conn->pace_ns && conn->sent == conn->out_bytes) {
        conn->in[conn->have] = 0;
        char *end = memmem(conn->in, conn->have, "\r\n\r\n", 4);
        if (!end) break;
        size_t length = 0, known = 0;
        for (char *line = strstr(conn->in, "\r\n"); line && line < end; line = strstr(line + 2, "\r\n"))
            if (!strncasecmp(line + 2, "content-length:", 15)) length = strtoul(line + 17, NULL, 10), known = 1;
        if (!known && strncmp(conn->in, "GET ", 4)) { refuse(conn, "HTTP/1.1 411 Length Required\r\ncontent-length: 0\r\n\r\n"); return; }
        size_t whole = (size_t)(end + 4 - conn->in) + length;
        if (whole > IN_BYTES) { refuse(conn, "HTTP/1.1 413 Content Too Large\r\ncontent-length: 0\r\n\r\n"); return; }
        if (conn->have < whole) break;
        if (!answer(conn, end + 4, length)) return;
        memmove(conn->in, conn->in + whole, conn->have - whole);
        conn->have -= whole;
    }
}

static void readable(Conn *conn) {
    ssize_t count = recv(conn->fd, conn->in + conn->have, IN_BYTES - conn->have, 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) { drop(conn); return; }
    conn->have += (size_t)count;
    take_requests(conn);
}

static void accept_all(int listener) {
    int fd, one = 1;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        Conn *conn = calloc(1, sizeof *conn);
        if (!conn) die("calloc");
        conn->fd = fd;
        watch(conn, EPOLLIN, EPOLL_CTL_ADD);
    }
}

static int listen_on(uint16_t port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t bytes = sizeof address;
    int one = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (struct sockaddr *)&address, bytes) || listen(listener, 4096)) die("upstream: listen");
    getsockname(listener, (struct sockaddr *)&address, &bytes);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return listener;
}

int main(int count, char **arguments) {
    struct epoll_event ready[READY_MAX];
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    prepare();
    epoll = epoll_create1(EPOLL_CLOEXEC);
    timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    int listener = listen_on((uint16_t)(count > 1 ? atoi(arguments[1]) : 0));
    // The listener and the timer are told apart by where their variable stands.
    struct epoll_event on_listener = {.events = EPOLLIN, .data.ptr = &listener}, on_timer = {.events = EPOLLIN, .data.ptr = &timer};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &on_listener) || epoll_ctl(epoll, EPOLL_CTL_ADD, timer, &on_timer)) die("epoll_ctl");
    for (;;) {
        int found = epoll_wait(epoll, ready, READY_MAX, -1);
        for (int at = 0; at < found; at++) {
            Conn *conn = ready[at].data.ptr;
            if ((void *)conn == &listener) { accept_all(listener); continue; }
            if ((void *)conn == &timer) {
                uint64_t times;
                if (read(timer, &times, sizeof times) == sizeof times) next_events();
                continue;
            }
            // Memory of a connection that ended stays: a run has few of them, and an event of this turn may still point at it.
            if (conn->fd >= 0 && ready[at].events & EPOLLOUT) {
                watch(conn, EPOLLIN, EPOLL_CTL_MOD);
                if (flush(conn)) take_requests(conn);
            }
            if (conn->fd >= 0 && ready[at].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) readable(conn);
        }
    }
}

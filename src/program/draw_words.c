#include <stdarg.h>
#include <string.h>

#include "draw.h"

enum {
    LINE_WIDTH = 78,
    TEXT_MAX = 1024,
};

/* How long a socket stays where it rests, and why. */
static const struct {
    enum tcp_state state;
    bool orphan;
    const char *how_long;
} rests[] = {
    {TCP_STATE_TIME_WAIT, true, "for 60 s (TCP_TIMEWAIT_LEN, which no sysctl changes)"},
    {TCP_STATE_FIN_WAIT2, true, "without a descriptor, for tcp_fin_timeout (60 s unless set)"},
    {TCP_STATE_FIN_WAIT2, false, "for as long as its descriptor is held (no timeout applies)"},
    {TCP_STATE_CLOSE_WAIT, false, "until its descriptor is closed, which nobody does: a leak"},
    {TCP_STATE_ESTABLISHED, false, "for as long as its descriptor is held"},
    {TCP_STATE_FIN_WAIT1, true, "with its FIN waiting for the peer to read"},
    {TCP_STATE_FIN_WAIT1, false, "with its FIN waiting for the peer to read"},
    {TCP_STATE_CLOSING, true, "with its FIN waiting for the peer to read"},
    {TCP_STATE_CLOSING, false, "with its FIN waiting for the peer to read"},
    {TCP_STATE_LAST_ACK, true, "with its FIN waiting for the peer to read"},
    {TCP_STATE_LAST_ACK, false, "with its FIN waiting for the peer to read"},
};

static const char *const fates[MODEL_FATE_N] = {
    [MODEL_RESET] = "  Its program is cut short by the peer's RST (ECONNRESET).",
    [MODEL_TRUNCATED] = "  Its program is cut short: the end of file comes without close_notify.",
    [MODEL_ALERT] = "  Its program is cut short by the peer's fatal alert.",
    [MODEL_HANDSHAKE] =
        "  Its program is cut short: the peer leaves in the middle of TLS's handshake.",
    [MODEL_DIED] = "  Its process dies.",
    [MODEL_TIMEOUT] = "  Its program waits longer than load.timeout and is cut short.",
    [MODEL_BLOCKED] = "  Its program waits for ever, for load.timeout is 0s.",
};

__attribute__((format(printf, 2, 3))) static void append(char text[TEXT_MAX], const char *format,
                                                         ...)
{
    size_t length = strlen(text);
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text + length, TEXT_MAX - length, format, arguments);
    va_end(arguments);
}

void tell_wrapped(const char *text, FILE *out)
{
    size_t column = 0;

    while (*text != '\0') {
        size_t blanks = strspn(text, " ");
        size_t length = strcspn(text + blanks, " ");
        if (column > 0 && column + blanks + length > LINE_WIDTH) {
            fputs("\n ", out);
            column = 1;
            text += blanks - 1;
            blanks = 1;
        }
        fwrite(text, 1, blanks + length, out);
        column += blanks + length;
        text += blanks + length;
    }
    fputc('\n', out);
}

static void append_fate(char text[TEXT_MAX], const struct model_input *input, enum side which,
                        enum model_fate fate)
{
    const char *end = input->tls.on ? "close_notify" : "FIN";

    if (input->tls.on && input->tls.ignore_unexpected_eof[which]) {
        end = "close_notify or FIN";
    }
    if (fate == MODEL_EOF) {
        append(text, "  Its program is cut short: `recv` meets the peer's %s.", end);
    } else if (fates[fate] != NULL) {
        append(text, "%s", fates[fate]);
    }
}

static const char *how_long(const struct model_side *side)
{
    for (size_t i = 0; i < sizeof rests / sizeof rests[0]; i++) {
        if (rests[i].state == side->final && rests[i].orphan == side->orphan) {
            return rests[i].how_long;
        }
    }
    return "";
}

static void append_path(char text[TEXT_MAX], const struct model_side *side)
{
    bool gone = side->final == TCP_STATE_CLOSE;
    size_t passed = side->path_length - 1;

    for (size_t i = 0; i < passed; i++) {
        const char *between = i + 1 == passed ? " and " : ", ";
        append(text, "%s%s", i == 0 ? "" : between, tcp_state_name(side->path[i]));
    }
    if (gone) {
        append(text, ", and leaves no socket.");
    } else {
        append(text, ", and rests in %s %s.", tcp_state_name(side->final), how_long(side));
    }
}

/* A RST, and the TcpExt counter it moves; an abort in LAST_ACK or CLOSING can be silent. */
static void append_abort(char text[TEXT_MAX], const struct model_side *side)
{
    const char *counter = side->abort_on_data > 0 ? " (TCPAbortOnData)" : "";
    const char *rsts = side->rst_sent == 1 ? "a RST" : "several RSTs";

    if (side->abort_on_close > 0) {
        counter = " (TCPAbortOnClose)";
    }
    if (side->rst_sent > 0) {
        append(text, "  It sends %s%s.", rsts, counter);
    } else if (counter[0] != '\0') {
        append(text, "  It is aborted without a RST%s.", counter);
    }
}

static void tell_side(const struct model_end *end, const struct model_input *input, enum side which,
                      FILE *out)
{
    const struct model_side *side = &end->side[which];
    char text[TEXT_MAX] = "";

    append(text, "%s passes through ", which == SIDE_CLIENT ? "Client" : "Server");
    append_path(text, side);
    append_fate(text, input, which, side->fate);
    append_abort(text, side);
    if (side->lost_data) {
        append(text, "  Data sent to it is never read.");
    }
    tell_wrapped(text, out);
}

void tell_end(const struct model_end *end, const struct model_input *input, FILE *out)
{
    tell_side(end, input, SIDE_CLIENT, out);
    tell_side(end, input, SIDE_SERVER, out);
}

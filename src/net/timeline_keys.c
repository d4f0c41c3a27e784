#include "timeline_keys.h"

#include <signal.h>

#include "finwait/clock.h"

#define TIME_MAX  (INT64_C(24) * 3600 * NS_PER_S)
#define DELAY_MAX (INT64_C(600) * NS_PER_S)
#define RATE_MIN  1024 /* a full segment in about a second */
#define RATE_MAX  (INT64_C(1) << 40)

const char *const timeline_packets[FAULT_PACKETS_N + 1] = {
    [FAULT_ANY] = "any",   [FAULT_SYN] = "syn", [FAULT_SYN_ACK] = "syn-ack", [FAULT_ACK] = "ack",
    [FAULT_DATA] = "data", [FAULT_FIN] = "fin", [FAULT_RST] = "rst",
};

const char *const timeline_switch[EVENT_SWITCH_N + 1] = {
    [EVENT_AS_IT_WAS] = "", [EVENT_ON] = "on", [EVENT_OFF] = "off"};

/* By number; signal(7). */
const char *const timeline_signals[] = {
    "",
#define X(name) [SIG##name] = #name,
    X(HUP) X(INT) X(QUIT) X(ILL) X(TRAP) X(ABRT) X(BUS) X(FPE) X(KILL) X(USR1) X(SEGV) X(USR2)
        X(PIPE) X(ALRM) X(TERM) X(STKFLT) X(CHLD) X(CONT) X(STOP) X(TSTP) X(TTIN) X(TTOU) X(URG)
            X(XCPU) X(XFSZ) X(VTALRM) X(PROF) X(WINCH) X(IO) X(PWR) X(SYS)
#undef X
                NULL,
};

static const char *const toward_words[] = {"client", "server", "both", NULL};
static const char *const on_words[] = {"on", NULL};

static void keep_toward(void *fault, int64_t word)
{
    bool *toward = ((struct fault *)fault)->toward;

    toward[SIDE_CLIENT] = word != SIDE_SERVER;
    toward[SIDE_SERVER] = word != SIDE_CLIENT;
}

static void keep_host(void *into, int64_t side)
{
    struct event_spec *event = into;

    event->moves = true;
    event->host = (enum side)side;
}

static void keep_worker(void *into, int64_t worker)
{
    struct event_spec *event = into;

    event->one = true;
    event->worker = (uint32_t)worker;
}

#define FIELD(type, member) offsetof(struct type, member), sizeof(((struct type *)NULL)->member)
#define TIME(least)         VALUE_OF(DURATION, least, TIME_MAX)
#define ON                                                                                         \
    {                                                                                              \
        VALUE_WORD, .words = on_words, .hint = "write on"                                          \
    }
#define SIGNAL                                                                                     \
    {                                                                                              \
        VALUE_WORD, .words = timeline_signals, .hint = "write a signal's name, e.g. HUP"           \
    }
#define PACKETS                                                                                    \
    {                                                                                              \
        VALUE_WORD,                                                                                \
            .words = timeline_packets,                                                             \
            .hint = "write any, syn, syn-ack, ack, data, fin, rst or a share of all, e.g. 5%"      \
    }

static const struct timeline_key fault_keys[] = {
    {"at", TIME(0), FIELD(fault, at), .kind = KEY_NO_KIND, .kinds = ~0U,
     .about = "when it begins, from the start of the load; by default before the first connection"},
    {"for", TIME(1), FIELD(fault, length), .kind = KEY_NO_KIND, .kinds = ~KEY_BIT(FAULT_HEAL),
     .about = "how long it lasts; by default until healed, or to the end of the run"},
    {"toward", VALUE_ONE_OF(toward_words), .keep = keep_toward, .kind = KEY_NO_KIND,
     .kinds = ~(KEY_BIT(FAULT_PARTITION) | KEY_BIT(FAULT_HEAL)),
     .about = "it strikes what is on its way to that side; by default both ways"},
    {"share", VALUE_A(SHARE), FIELD(fault, share), .kind = KEY_NO_KIND,
     .kinds = KEY_BIT(FAULT_DROP) | KEY_BIT(FAULT_RESET),
     .about = "so much of those packets, at random; by default all"},
    {"drop", PACKETS, FIELD(fault, packets), .or_share = true, .kind = FAULT_DROP,
     .about = "lose these packets"},
    {"reset", PACKETS, FIELD(fault, packets), .or_share = true, .kind = FAULT_RESET,
     .about = "lose them, and answer their sender with a RST"},
    {"partition", ON, .kind = FAULT_PARTITION,
     .about = "lose everything, both ways, be it TCP or not"},
    {"delay", VALUE_OF(DURATION, 1, DELAY_MAX), FIELD(fault, delay), .kind = FAULT_DELAY,
     .about = "each packet is that late: tc-netem(8)"},
    {"rate", VALUE_OF(BYTES_RATE, RATE_MIN, RATE_MAX), FIELD(fault, rate), .kind = FAULT_RATE,
     .about = "the link carries no more, with a queue of 100 ms: tc-tbf(8)"},
    {"heal", ON, .kind = FAULT_HEAL, .about = "end all faults that began before it"},
};

static const struct timeline_key event_keys[] = {
    {"at", TIME(0), FIELD(event_spec, at), .kind = KEY_NO_KIND, .kinds = ~0U,
     .about =
         "when it happens, from the start of the load; by default before the first connection"},
    {"kill", VALUE_ONE_OF(player_words), FIELD(event_spec, side), .kind = EVENT_KILL,
     .about = "SIGKILL to all workers of the side; a server's listener is gone"},
    {"worker", VALUE_OF(COUNT, 0, 255), .keep = keep_worker, .kind = KEY_NO_KIND,
     .kinds = KEY_BIT(EVENT_KILL) | KEY_BIT(EVENT_STOP) | KEY_BIT(EVENT_CONT),
     .about = "this worker alone, from 0; with server.sockopt.reuseport it has a listener of its "
              "own, whose queue goes or waits with it"},
    {"start", VALUE_ONE_OF(player_words), FIELD(event_spec, side), .kind = EVENT_START,
     .about = "its workers again; a server binds as soon as it can, with server.sockopt.reuseport "
              "also while the old workers run, which the next kill ends"},
    {"stop", VALUE_ONE_OF(player_words), FIELD(event_spec, side), .kind = EVENT_STOP,
     .about = "SIGSTOP: its sockets live, nobody serves them"},
    {"cont", VALUE_ONE_OF(player_words), FIELD(event_spec, side), .kind = EVENT_CONT,
     .about = "SIGCONT"},
    {"signal", SIGNAL, FIELD(event_spec, signal), .kind = EVENT_SIGNAL,
     .about = "that signal to the first process of a side's command, e.g. HUP to have it reload"},
    {"to", VALUE_ONE_OF(player_words), FIELD(event_spec, side), .kind = KEY_NO_KIND,
     .kinds = KEY_BIT(EVENT_SIGNAL), .about = "the side whose command gets the signal"},
    {"reuseaddr", VALUE_ONE_OF(timeline_switch), FIELD(event_spec, reuseaddr), .kind = KEY_NO_KIND,
     .kinds = KEY_BIT(EVENT_START),
     .about = "SO_REUSEADDR of the new sockets; by default as it was"},
    {"reuseport", VALUE_ONE_OF(timeline_switch), FIELD(event_spec, reuseport), .kind = KEY_NO_KIND,
     .kinds = KEY_BIT(EVENT_START),
     .about = "SO_REUSEPORT of the new sockets; by default as it was"},
    {"host", VALUE_ONE_OF(side_words), .keep = keep_host, .kind = KEY_NO_KIND,
     .kinds = KEY_BIT(EVENT_START),
     .about = "the side runs from now on in that side's host, on its addresses"},
};

const struct timeline_map timeline_fault_map = {"a fault", "faults", fault_keys,
                                                sizeof fault_keys / sizeof fault_keys[0]};
const struct timeline_map timeline_event_map = {"an event", "events", event_keys,
                                                sizeof event_keys / sizeof event_keys[0]};

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "timeline_keys.h"

const char *fault_packets_name(enum fault_packets packets)
{
    return (unsigned)packets < FAULT_PACKETS_N ? timeline_packets[packets] : NULL;
}

const char *event_signal_name(int number)
{
    return number > 0 && number <= SIGSYS ? timeline_signals[number] : NULL;
}

bool event_signal_ends(int number)
{
    return number == SIGTERM || number == SIGINT || number == SIGQUIT || number == SIGKILL ||
           number == SIGABRT;
}

const char *event_switch_name(enum event_switch is)
{
    bool said = is != EVENT_AS_IT_WAS && (unsigned)is < EVENT_SWITCH_N;

    return said ? timeline_switch[is] : NULL;
}

/* A text in the making: what does not fit is cut off. */
struct line {
    char *text;
    size_t size, used;
};

static void add(struct line *line, const char *before, const char *word)
{
    if (line->used < line->size) {
        line->used += (size_t)snprintf(line->text + line->used, line->size - line->used, "%s%s",
                                       before, word);
    }
}

static void add_value(struct line *line, const char *before, enum value_kind kind,
                      const void *field)
{
    const struct value_spec spec = {kind};
    char text[VALUE_WRITTEN];

    add(line, before, value_write(&spec, field, sizeof(int64_t), text, sizeof text));
}

static bool strikes_share(const struct fault *fault)
{
    return (fault->kind == FAULT_DROP || fault->kind == FAULT_RESET) && fault->share < 1;
}

/* Which packets, or how much of what: the value of the key that names the fault. */
static void add_struck(struct line *line, const char *before, const struct fault *fault)
{
    switch (fault->kind) {
    case FAULT_DELAY:
        add_value(line, before, VALUE_DURATION, &fault->delay);
        break;
    case FAULT_RATE:
        add_value(line, before, VALUE_BYTES_RATE, &fault->rate);
        break;
    case FAULT_DROP:
    case FAULT_RESET:
        if (strikes_share(fault) && fault->packets == FAULT_ANY) {
            add_value(line, before, VALUE_SHARE, &fault->share);
        } else {
            add(line, before, timeline_packets[fault->packets]);
        }
        break;
    default:
        add(line, before, "on");
        break;
    }
}

static bool has_direction(const struct fault *fault)
{
    return fault->kind != FAULT_HEAL && fault->kind != FAULT_PARTITION &&
           !(fault->toward[SIDE_CLIENT] && fault->toward[SIDE_SERVER]);
}

static const char *direction(const struct fault *fault)
{
    return side_name(fault->toward[SIDE_CLIENT] ? SIDE_CLIENT : SIDE_SERVER);
}

char *fault_format(char *text, size_t size, const struct fault *fault)
{
    struct line line = {text, size, 0};

    add_value(&line, "{at: ", VALUE_DURATION, &fault->at);
    add(&line, ", ", fault_kind_name(fault->kind));
    add_struck(&line, ": ", fault);
    if (strikes_share(fault) && fault->packets != FAULT_ANY) {
        add_value(&line, ", share: ", VALUE_SHARE, &fault->share);
    }
    if (has_direction(fault)) {
        add(&line, ", toward: ", direction(fault));
    }
    if (fault->length > 0) {
        add_value(&line, ", for: ", VALUE_DURATION, &fault->length);
    }
    add(&line, "", "}");
    return text;
}

char *fault_describe(char *text, size_t size, const struct fault *fault)
{
    struct line line = {text, size, 0};

    add(&line, "", fault_kind_name(fault->kind));
    if (fault->kind == FAULT_HEAL || fault->kind == FAULT_PARTITION) {
        return text;
    }
    if (strikes_share(fault) && fault->packets != FAULT_ANY) {
        add_value(&line, " ", VALUE_SHARE, &fault->share);
        add(&line, " ", "of");
    }
    add_struck(&line, " ", fault);
    if (has_direction(fault)) {
        add(&line, " toward ", direction(fault));
    }
    return text;
}

/* What a start changes, or which worker a kill ends: `colon` after each key. */
static void add_changes(struct line *line, const struct event_spec *event, const char *colon)
{
    if (event->reuseaddr != EVENT_AS_IT_WAS) {
        add(line, ", reuseaddr", colon);
        add(line, " ", timeline_switch[event->reuseaddr]);
    }
    if (event->reuseport != EVENT_AS_IT_WAS) {
        add(line, ", reuseport", colon);
        add(line, " ", timeline_switch[event->reuseport]);
    }
    if (event->one) {
        char number[16];
        snprintf(number, sizeof number, "%u", event->worker);
        add(line, ", worker", colon);
        add(line, " ", number);
    }
    if (event->moves) {
        add(line, ", host", colon);
        add(line, " ", side_name(event->host));
    }
}

char *event_format(char *text, size_t size, const struct event_spec *event)
{
    struct line line = {text, size, 0};

    add_value(&line, "{at: ", VALUE_DURATION, &event->at);
    add(&line, ", ", event_kind_name(event->kind));
    if (event->kind == EVENT_SIGNAL) {
        add(&line, ": ", event_signal_name(event->signal));
        add(&line, ", to", "");
    }
    add(&line, ": ", side_name(event->side));
    add_changes(&line, event, ":");
    add(&line, "", "}");
    return text;
}

char *event_describe(char *text, size_t size, const struct event_spec *event)
{
    struct line line = {text, size, 0};

    add(&line, "", event_kind_name(event->kind));
    if (event->kind == EVENT_SIGNAL) {
        add(&line, " ", event_signal_name(event->signal));
        add(&line, " ", "to");
    }
    add(&line, " ", side_name(event->side));
    add_changes(&line, event, "");
    return text;
}

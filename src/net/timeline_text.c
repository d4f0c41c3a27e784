#include <stdio.h>
#include <string.h>

#include "finwait/timeline.h"
#include "finwait/units.h"

static const char *const packets_names[FAULT_PACKETS_N] = {
    [FAULT_ANY] = "any",   [FAULT_SYN] = "syn", [FAULT_SYN_ACK] = "syn-ack", [FAULT_ACK] = "ack",
    [FAULT_DATA] = "data", [FAULT_FIN] = "fin", [FAULT_RST] = "rst",
};

static const char *const switch_names[EVENT_SWITCH_N] = {[EVENT_ON] = "on", [EVENT_OFF] = "off"};

const char *fault_packets_name(enum fault_packets packets)
{
    return (unsigned)packets < FAULT_PACKETS_N ? packets_names[packets] : NULL;
}

const char *event_switch_name(enum event_switch is)
{
    return (unsigned)is < EVENT_SWITCH_N ? switch_names[is] : NULL;
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

static void add_time(struct line *line, const char *before, int64_t ns)
{
    char number[UNITS_TEXT];

    add(line, before, units_format_duration(number, sizeof number, ns));
}

static bool strikes_share(const struct fault *fault)
{
    return (fault->kind == FAULT_DROP || fault->kind == FAULT_RESET) && fault->share < 1;
}

/* Which packets, or how much of what: the value of the key that names the fault. */
static void add_struck(struct line *line, const char *before, const struct fault *fault)
{
    char number[UNITS_TEXT];

    switch (fault->kind) {
    case FAULT_DELAY:
        add_time(line, before, fault->delay);
        break;
    case FAULT_RATE:
        add(line, before, units_format_size(number, sizeof number, fault->rate));
        add(line, "", "/s");
        break;
    case FAULT_DROP:
    case FAULT_RESET:
        if (strikes_share(fault) && fault->packets == FAULT_ANY) {
            add(line, before, units_format_share(number, sizeof number, fault->share));
        } else {
            add(line, before, packets_names[fault->packets]);
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
    char number[UNITS_TEXT];

    add_time(&line, "{at: ", fault->at);
    add(&line, ", ", fault_kind_name(fault->kind));
    add_struck(&line, ": ", fault);
    if (strikes_share(fault) && fault->packets != FAULT_ANY) {
        add(&line, ", share: ", units_format_share(number, sizeof number, fault->share));
    }
    if (has_direction(fault)) {
        add(&line, ", toward: ", direction(fault));
    }
    if (fault->length > 0) {
        add_time(&line, ", for: ", fault->length);
    }
    add(&line, "", "}");
    return text;
}

char *fault_describe(char *text, size_t size, const struct fault *fault)
{
    struct line line = {text, size, 0};
    char number[UNITS_TEXT];

    add(&line, "", fault_kind_name(fault->kind));
    if (fault->kind == FAULT_HEAL || fault->kind == FAULT_PARTITION) {
        return text;
    }
    if (strikes_share(fault) && fault->packets != FAULT_ANY) {
        add(&line, " ", units_format_share(number, sizeof number, fault->share));
        add(&line, " ", "of");
    }
    add_struck(&line, " ", fault);
    if (has_direction(fault)) {
        add(&line, " toward ", direction(fault));
    }
    return text;
}

/* What a start changes: `colon` after each key. */
static void add_changes(struct line *line, const struct event_spec *event, const char *colon)
{
    if (event->reuseaddr != EVENT_AS_IT_WAS) {
        add(line, ", reuseaddr", colon);
        add(line, " ", switch_names[event->reuseaddr]);
    }
    if (event->reuseport != EVENT_AS_IT_WAS) {
        add(line, ", reuseport", colon);
        add(line, " ", switch_names[event->reuseport]);
    }
    if (event->moves) {
        add(line, ", host", colon);
        add(line, " ", side_name(event->host));
    }
}

char *event_format(char *text, size_t size, const struct event_spec *event)
{
    struct line line = {text, size, 0};

    add_time(&line, "{at: ", event->at);
    add(&line, ", ", event_kind_name(event->kind));
    add(&line, ": ", side_name(event->side));
    add_changes(&line, event, ":");
    add(&line, "", "}");
    return text;
}

char *event_describe(char *text, size_t size, const struct event_spec *event)
{
    struct line line = {text, size, 0};

    add(&line, "", event_kind_name(event->kind));
    add(&line, " ", side_name(event->side));
    add_changes(&line, event, "");
    return text;
}

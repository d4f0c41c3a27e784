#include <stdio.h>
#include <string.h>

#include "finwait/units.h"
#include "timeline_words.h"

const char *const timeline_packets[FAULT_PACKETS_N + 1] = {
    [FAULT_ANY] = "any",   [FAULT_SYN] = "syn", [FAULT_SYN_ACK] = "syn-ack", [FAULT_ACK] = "ack",
    [FAULT_DATA] = "data", [FAULT_FIN] = "fin", [FAULT_RST] = "rst",
};

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
    char number[UNITS_TEXT];

    add_time(&line, "{at: ", fault->at);
    add(&line, ", ", timeline_fault_kind(fault->kind));
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

    add(&line, "", timeline_fault_kind(fault->kind));
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
    static const char *const names[] = {[EVENT_ON] = "on", [EVENT_OFF] = "off"};

    if (event->reuseaddr != EVENT_AS_IT_WAS) {
        add(line, ", reuseaddr", colon);
        add(line, " ", names[event->reuseaddr]);
    }
    if (event->reuseport != EVENT_AS_IT_WAS) {
        add(line, ", reuseport", colon);
        add(line, " ", names[event->reuseport]);
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
    add(&line, ", ", timeline_event_kind(event->kind));
    add(&line, ": ", side_name(event->side));
    add_changes(&line, event, ":");
    add(&line, "", "}");
    return text;
}

char *event_describe(char *text, size_t size, const struct event_spec *event)
{
    struct line line = {text, size, 0};

    add(&line, "", timeline_event_kind(event->kind));
    add(&line, " ", side_name(event->side));
    add_changes(&line, event, "");
    return text;
}

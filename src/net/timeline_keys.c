#include "timeline_keys.h"

#include <stdio.h>
#include <string.h>

#include "finwait/clock.h"
#include "finwait/units.h"

#define TIME_MAX  (INT64_C(24) * 3600 * NS_PER_S)
#define DELAY_MAX (INT64_C(600) * NS_PER_S)
#define RATE_MIN  UINT64_C(1024) /* a full segment in about a second */
#define RATE_MAX  (UINT64_C(1) << 40)

/* ---- values ---- */

static int read_time(int64_t *ns, const char *value, int64_t least, int64_t most)
{
    return units_parse_duration(value, ns) == 0 && *ns >= least && *ns <= most ? 0 : -1;
}

static int read_share(double *share, const char *value)
{
    return units_parse_share(value, share) == 0 && *share > 0 ? 0 : -1;
}

static int read_packets(enum fault_packets *packets, const char *value)
{
    for (enum fault_packets i = FAULT_ANY; i < FAULT_PACKETS_N; i++) {
        if (strcmp(value, fault_packets_name(i)) == 0) {
            *packets = i;
            return 0;
        }
    }
    return -1;
}

static int read_side(enum side *side, const char *value)
{
    for (*side = SIDE_CLIENT; *side < SIDE_N; (*side)++) {
        if (strcmp(value, side_name(*side)) == 0) {
            return 0;
        }
    }
    return -1;
}

/* ---- the keys of a fault ---- */

static int take_at(void *fault, const char *value)
{
    return read_time(&((struct fault *)fault)->at, value, 0, TIME_MAX);
}

static int take_for(void *fault, const char *value)
{
    return read_time(&((struct fault *)fault)->length, value, 1, TIME_MAX);
}

static int take_toward(void *fault, const char *value)
{
    bool *toward = ((struct fault *)fault)->toward;
    bool both = strcmp(value, "both") == 0;
    enum side side = SIDE_CLIENT;

    if (!both && read_side(&side, value) != 0) {
        return -1;
    }
    toward[SIDE_CLIENT] = both || side == SIDE_CLIENT;
    toward[SIDE_SERVER] = both || side == SIDE_SERVER;
    return 0;
}

static int take_share(void *fault, const char *value)
{
    return read_share(&((struct fault *)fault)->share, value);
}

/* Packets, or a share of all. */
static int take_struck(void *into, const char *value)
{
    struct fault *fault = into;

    return read_packets(&fault->packets, value) == 0 ? 0 : read_share(&fault->share, value);
}

static int take_on(void *fault, const char *value)
{
    (void)fault;
    return strcmp(value, "on") == 0 || strcmp(value, "true") == 0 ? 0 : -1;
}

static int take_delay(void *fault, const char *value)
{
    return read_time(&((struct fault *)fault)->delay, value, 1, DELAY_MAX);
}

static int take_rate(void *into, const char *value)
{
    struct fault *fault = into;
    char size[UNITS_TEXT];
    size_t length = strcspn(value, "/");

    if (length >= sizeof size || strcmp(value + length, "/s") != 0) {
        return -1;
    }
    snprintf(size, sizeof size, "%.*s", (int)length, value);
    return units_parse_size(size, &fault->rate) == 0 && fault->rate >= RATE_MIN &&
                   fault->rate <= RATE_MAX
               ? 0
               : -1;
}

/* ---- the keys of an event ---- */

static int take_event_at(void *event, const char *value)
{
    return read_time(&((struct event_spec *)event)->at, value, 0, TIME_MAX);
}

static int take_event_side(void *event, const char *value)
{
    return read_side(&((struct event_spec *)event)->side, value);
}

static int read_switch(enum event_switch *is, const char *value)
{
    *is = strcmp(value, "on") == 0 ? EVENT_ON : EVENT_OFF;
    return *is == EVENT_ON || strcmp(value, "off") == 0 ? 0 : -1;
}

static int take_reuseaddr(void *event, const char *value)
{
    return read_switch(&((struct event_spec *)event)->reuseaddr, value);
}

static int take_reuseport(void *event, const char *value)
{
    return read_switch(&((struct event_spec *)event)->reuseport, value);
}

static int take_host(void *into, const char *value)
{
    struct event_spec *event = into;

    event->moves = true;
    return read_side(&event->host, value);
}

/* ---- maps ---- */

static const char time_form[] = "write a time up to 24h, e.g. 1.5s";
static const char struck_form[] =
    "write any, syn, syn-ack, ack, data, fin, rst or a share of all, e.g. 5%";
static const char side_form[] = "write client or server";
static const char switch_form[] = "write on or off";

static const struct timeline_key fault_keys[] = {
    {"at", take_at, time_form, KEY_NO_KIND, ~0U},
    {"for", take_for, time_form, KEY_NO_KIND, ~KEY_BIT(FAULT_HEAL)},
    {"toward", take_toward, "write client, server or both", KEY_NO_KIND,
     ~(KEY_BIT(FAULT_PARTITION) | KEY_BIT(FAULT_HEAL))},
    {"share", take_share, "write a percentage, e.g. 5% or 0.01%", KEY_NO_KIND,
     KEY_BIT(FAULT_DROP) | KEY_BIT(FAULT_RESET)},
    {"drop", take_struck, struck_form, FAULT_DROP, 0},
    {"reset", take_struck, struck_form, FAULT_RESET, 0},
    {"partition", take_on, "write on", FAULT_PARTITION, 0},
    {"delay", take_delay, "write a time up to 10m, e.g. 50ms", FAULT_DELAY, 0},
    {"rate", take_rate, "write bytes a second, 1k/s or more, e.g. 128k/s", FAULT_RATE, 0},
    {"heal", take_on, "write on", FAULT_HEAL, 0},
};

static const struct timeline_key event_keys[] = {
    {"at", take_event_at, time_form, KEY_NO_KIND, ~0U},
    {"kill", take_event_side, side_form, EVENT_KILL, 0},
    {"start", take_event_side, side_form, EVENT_START, 0},
    {"stop", take_event_side, side_form, EVENT_STOP, 0},
    {"cont", take_event_side, side_form, EVENT_CONT, 0},
    {"reuseaddr", take_reuseaddr, switch_form, KEY_NO_KIND, KEY_BIT(EVENT_START)},
    {"reuseport", take_reuseport, switch_form, KEY_NO_KIND, KEY_BIT(EVENT_START)},
    {"host", take_host, side_form, KEY_NO_KIND, KEY_BIT(EVENT_START)},
};

const struct timeline_map timeline_fault_map = {"a fault", fault_keys,
                                                sizeof fault_keys / sizeof fault_keys[0]};
const struct timeline_map timeline_event_map = {"an event", event_keys,
                                                sizeof event_keys / sizeof event_keys[0]};

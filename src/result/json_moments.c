#include "json_moments.h"

#include <signal.h>

/* ---- words ---- */

ITEM(fault_kind_item, enum fault_kind, fault_kind_name)
ITEM(packets_item, enum fault_packets, fault_packets_name)
ITEM(event_kind_item, enum event_kind, event_kind_name)
ITEM(switch_item, enum event_switch, event_switch_name)
ITEM(side_item, enum side, side_name)
ITEM(moment_item, enum moment_kind, moment_kind_name)
ITEM(signal_item, int, event_signal_name)

static const char *step_item(size_t index)
{
    return step_table[index].name;
}

/* ---- steps ---- */

static bool is_in_words(const struct value_spec *takes)
{
    return takes->kind == VALUE_RECV || takes->kind == VALUE_WORD;
}

/* Absent where the step takes none, or has none; words as they are written. */
static json_t *step_arg_to(const struct field *field, const void *base)
{
    const struct step *step = base;
    const struct step_info *info = &step_table[step->op];
    char text[VALUE_WRITTEN];

    if (info->takes.kind == VALUE_NOTHING || ((info->traits & STEP_ALONE) != 0 && step->arg == 0)) {
        return NULL;
    }
    return is_in_words(&info->takes)
               ? codec_string(
                     value_write(&info->takes, &step->arg, sizeof step->arg, text, sizeof text))
               : codec_time.to(field, base);
}

static int step_arg_from(const struct field *field, const struct node *node, void *base)
{
    struct step *step = base;
    const struct value_spec *takes = &step_table[step->op].takes;
    struct value_slot slot = {takes, "a step's arg", &step->arg, sizeof step->arg};
    struct error error;

    if (!is_in_words(takes)) {
        return codec_time.from(field, node, base);
    }
    const char *text = node_text(node);
    if (text == NULL) {
        return -1;
    }
    return value_read(&slot, text, &error) == 0 ? 0 : node_fail(node, "%s", error.what);
}

static const struct codec codec_step_arg = {step_arg_to, step_arg_from};

const struct field step_fields[] = {
    {"step", WORD(step_item, STEP_OP_N), AT(step, op)},
    {"arg", &codec_step_arg, AT(step, arg), .optional = true},
    {0},
};

/* ---- faults and events ---- */

static const struct field toward_fields[] = {
    {"client", &codec_bool, AT(fault, toward[SIDE_CLIENT])},
    {"server", &codec_bool, AT(fault, toward[SIDE_SERVER])},
    {0},
};

const struct field fault_fields[] = {
    {"at", &codec_duration, AT(fault, at)},
    {"length", &codec_once, AT(fault, length), .optional = true},
    {"kind", WORD(fault_kind_item, FAULT_KIND_N), AT(fault, kind)},
    {"packets", WORD(packets_item, FAULT_PACKETS_N), AT(fault, packets)},
    {"share", &codec_real, AT(fault, share)},
    {"delay", &codec_once, AT(fault, delay), .optional = true},
    {"rate", &codec_measured, AT(fault, rate), .optional = true},
    {"toward", &codec_object, .fields = toward_fields},
    {0},
};

const struct field event_fields[] = {
    {"at", &codec_duration, AT(event_spec, at)},
    {"kind", WORD(event_kind_item, EVENT_KIND_N), AT(event_spec, kind)},
    {"side", WORD(side_item, PLAYERS_N), AT(event_spec, side)},
    {"signal", WORD(signal_item, SIGSYS + 1), AT(event_spec, signal), .optional = true},
    {"reuseaddr", WORD(switch_item, EVENT_SWITCH_N), AT(event_spec, reuseaddr), .optional = true},
    {"reuseport", WORD(switch_item, EVENT_SWITCH_N), AT(event_spec, reuseport), .optional = true},
    {"worker", &codec_unsigned, AT(event_spec, worker), .flag = FLAG(event_spec, one)},
    {"beside", &codec_bool, AT(event_spec, beside), .optional = true},
    {"host", WORD(side_item, SIDE_N), AT(event_spec, host), .flag = FLAG(event_spec, moves)},
    {0},
};

/* ---- moments ---- */

static json_t *index_to(const struct field *field, const void *base)
{
    const struct moment *moment = base;

    return moment->kind == MOMENT_UNKNOWN ? NULL : codec_count.to(field, base);
}

static int index_from(const struct field *field, const struct node *node, void *base)
{
    return codec_count.from(field, node, base);
}

static const struct codec codec_index = {index_to, index_from};

const struct field moment_fields[] = {
    {"due", &codec_duration, AT(moment, due)},
    {"at", &codec_time, AT(moment, at), .flag = FLAG(moment, happened)},
    {"what", &codec_text, AT(moment, what)},
    {"kind", WORD(moment_item, MOMENT_KIND_N), AT(moment, kind), .optional = true},
    {"index", &codec_index, AT(moment, index), .optional = true},
    {"took", &codec_duration, AT(moment, took), .flag = FLAG(moment, has_took)},
    {"refusals", &codec_count, AT(moment, refusals), .flag = FLAG(moment, restart)},
    {"error", &codec_text, AT(moment, error), .optional = true},
    {0},
};

static uint64_t moment_limit(const struct result *result, enum moment_kind kind)
{
    return kind == MOMENT_UNKNOWN ? UINT64_MAX
           : kind == MOMENT_EVENT ? result->event_count
                                  : result->fault_count;
}

int json_check_moments(const struct node *top, const struct result *result)
{
    struct node timeline = node_member(top, "timeline", json_object_get(top->json, "timeline"));

    for (size_t i = 0; i < result->moment_count; i++) {
        const struct moment *moment = &result->moment[i];
        if (moment->index >= moment_limit(result, moment->kind)) {
            struct node element = node_element(&timeline, i);
            struct node index = node_member(&element, "index", NULL);
            return node_fail(&index, "is beyond the %s",
                             moment->kind == MOMENT_EVENT ? "events" : "faults");
        }
    }
    return 0;
}

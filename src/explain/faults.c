#include "faults.h"

#include <stdio.h>
#include <string.h>

/* ---- faults ---- */

static const char *const kinds[] = {"drop", "reset", "partition", "delay", "rate", "heal"};

static bool is_kind(const struct fault_facts *fault, const char *kind)
{
    return strcmp(fault->kind, kind) == 0;
}

static void read_kind(struct fault_facts *fault, const char *map)
{
    char value[MAP_WORD];

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (map_value(value, map, kinds[i])[0] != '\0') {
            snprintf(fault->kind, sizeof fault->kind, "%s", kinds[i]);
            break;
        }
    }
    if (is_kind(fault, "delay") || is_kind(fault, "rate")) {
        memcpy(fault->amount, value, MAP_WORD);
    } else if (strchr(value, '%') != NULL) { /* drop: 5% is a share of all */
        memcpy(fault->amount, value, MAP_WORD);
        snprintf(fault->packets, sizeof fault->packets, "any");
    } else {
        bool named = is_kind(fault, "drop") || is_kind(fault, "reset");
        snprintf(fault->packets, sizeof fault->packets, "%s", named ? value : "any");
        map_value(fault->amount, map, "share");
    }
}

static void read_fault(const struct facts *facts, struct fault_facts *fault, const char *map)
{
    char toward[MAP_WORD];
    int64_t length = map_time(map, "for", INT64_MAX);

    *fault = (struct fault_facts){.begin = map_time(map, "at", 0)};
    read_kind(fault, map);
    fault->end = length < INT64_MAX - fault->begin ? fault->begin + length : INT64_MAX;
    map_value(toward, map, "toward");
    fault->toward[SIDE_CLIENT] = strcmp(toward, side_name(SIDE_SERVER)) != 0;
    fault->toward[SIDE_SERVER] = strcmp(toward, side_name(SIDE_CLIENT)) != 0;
    fault->struck = moment_came(facts, fault->begin);
}

/* What began before it, or at the same moment and is written before it, ends. */
static void heal(struct fault_facts *fault, size_t healer)
{
    int64_t at = fault[healer].begin;

    for (size_t i = 0; fault[healer].struck && i < FAULTS_MAX; i++) {
        bool before = fault[i].begin < at || (fault[i].begin == at && i < healer);
        if (before && fault[i].end > at) {
            fault[i].end = at;
        }
    }
}

size_t faults_read(const struct facts *facts, struct fault_facts fault[FAULTS_MAX])
{
    const struct text_pairs *scenario = &facts->result->scenario;
    size_t count = 0;

    memset(fault, 0, FAULTS_MAX * sizeof *fault);
    for (size_t i = 0; i < scenario->count && count < FAULTS_MAX; i++) {
        if (strcmp(scenario->item[i].name, "faults") == 0) {
            read_fault(facts, &fault[count++], scenario->item[i].value);
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (is_kind(&fault[i], "heal")) {
            heal(fault, i);
        }
    }
    return count;
}

bool fault_loses(const struct fault_facts *fault)
{
    return is_kind(fault, "drop") || is_kind(fault, "reset") || is_kind(fault, "partition");
}

/* ---- what was lost ---- */

static const struct segment_words {
    const char *packets; /* as a fault names them */
    const char *many;
} segments[] = {
    [SEGMENT_SYN] = {"syn", "SYNs"}, [SEGMENT_SYN_ACK] = {"syn-ack", "SYN-ACKs"},
    [SEGMENT_ACK] = {"ack", "ACKs"}, [SEGMENT_DATA] = {"data", "data"},
    [SEGMENT_FIN] = {"fin", "FINs"}, [SEGMENT_RST] = {"rst", "RSTs"},
};

static bool strikes(const struct fault_facts *fault, enum segment segment)
{
    return strcmp(fault->packets, "any") == 0 ||
           strcmp(fault->packets, segments[segment].packets) == 0;
}

bool faults_lost(const struct facts *facts, enum segment segment, enum side side)
{
    struct fault_facts fault[FAULTS_MAX];
    size_t count = faults_read(facts, fault);

    for (size_t i = 0; i < count; i++) {
        if (fault[i].struck && fault_loses(&fault[i]) && fault[i].toward[side] &&
            strikes(&fault[i], segment)) {
            return true;
        }
    }
    return false;
}

char *faults_blame(char *text, size_t size, enum segment segment, enum side side)
{
    snprintf(text, size, "faults lost %s on their way to the %s", segments[segment].many,
             side_name(side));
    return text;
}

bool faults_struck(const struct facts *facts)
{
    struct fault_facts fault[FAULTS_MAX];
    size_t count = faults_read(facts, fault);

    for (size_t i = 0; i < count; i++) {
        if (fault[i].struck && !is_kind(&fault[i], "heal")) {
            return true;
        }
    }
    return false;
}

bool faults_reset(const struct facts *facts, enum segment segment, enum side side)
{
    struct fault_facts fault[FAULTS_MAX];
    size_t count = faults_read(facts, fault);

    for (size_t i = 0; i < count; i++) {
        if (fault[i].struck && is_kind(&fault[i], "reset") && fault[i].toward[side_peer(side)] &&
            strikes(&fault[i], segment)) {
            return true;
        }
    }
    return false;
}

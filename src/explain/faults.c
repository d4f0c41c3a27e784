#include "faults.h"

#include <stdio.h>

/* ---- faults ---- */

/* The moment at which the fault began, or was to; NULL: it is not known. */
static const struct moment *beginning(const struct result *result, size_t index)
{
    for (size_t i = 0; i < result->moment_count; i++) {
        const struct moment *moment = &result->moment[i];
        if (moment->kind == MOMENT_FAULT_BEGINS && moment->index == index) {
            return moment;
        }
    }
    return NULL;
}

static bool has_struck(const struct result *result, size_t index)
{
    const struct moment *moment = beginning(result, index);

    return moment != NULL && moment->happened && moment->error == NULL;
}

/* A heal ends what began before it, or at the same moment and is written before it. */
static bool heals(const struct result *result, size_t healer, size_t index)
{
    const struct fault *heal = &result->fault[healer];
    int64_t begin = result->fault[index].at;

    return heal->kind == FAULT_HEAL && (begin < heal->at || (begin == heal->at && index < healer));
}

struct fault_facts faults_get(const struct facts *facts, size_t index)
{
    const struct result *result = facts->result;
    const struct fault *fault = &result->fault[index];
    const struct moment *moment = beginning(result, index);
    struct fault_facts got = {
        .fault = fault,
        .end = fault->length > 0 ? fault->at + fault->length : INT64_MAX,
        .struck = has_struck(result, index),
        .failed = moment != NULL && moment->error != NULL,
    };

    for (size_t i = 0; i < result->fault_count; i++) {
        if (heals(result, i, index) && result->fault[i].at < got.end && has_struck(result, i)) {
            got.end = result->fault[i].at;
        }
    }
    return got;
}

/* It keeps packets from arriving. */
static bool loses(const struct fault *fault)
{
    return fault->kind == FAULT_DROP || fault->kind == FAULT_RESET ||
           fault->kind == FAULT_PARTITION;
}

/* ---- what was lost ---- */

static bool strikes(const struct fault *fault, enum fault_packets packets)
{
    return fault->packets == FAULT_ANY || fault->packets == packets;
}

bool faults_lost(const struct facts *facts, enum fault_packets packets, enum side side)
{
    const struct result *result = facts->result;

    for (size_t i = 0; i < result->fault_count; i++) {
        const struct fault *fault = &result->fault[i];
        if (loses(fault) && fault->toward[side] && strikes(fault, packets) &&
            has_struck(result, i)) {
            return true;
        }
    }
    return false;
}

bool faults_lost_all(const struct facts *facts, enum fault_packets packets, enum side side)
{
    for (size_t i = 0; i < facts->result->fault_count; i++) {
        struct fault_facts got = faults_get(facts, i);
        if (got.struck && got.end == INT64_MAX && got.fault->share >= 1 && loses(got.fault) &&
            got.fault->toward[side] && strikes(got.fault, packets)) {
            return true;
        }
    }
    return false;
}

char *faults_blame(char *text, size_t size, const struct facts *facts, enum fault_packets packets,
                   enum side side)
{
    static const char *const many[FAULT_PACKETS_N] = {
        [FAULT_ANY] = "segments", [FAULT_SYN] = "SYNs",  [FAULT_SYN_ACK] = "SYN-ACKs",
        [FAULT_ACK] = "ACKs",     [FAULT_DATA] = "data", [FAULT_FIN] = "FINs",
        [FAULT_RST] = "RSTs",
    };

    snprintf(text, size, "faults %slost %s on their way to the %s",
             faults_lost_all(facts, packets, side) ? "" : "may have ", many[packets],
             side_name(side));
    return text;
}

bool faults_struck(const struct facts *facts)
{
    const struct result *result = facts->result;

    for (size_t i = 0; i < result->fault_count; i++) {
        if (result->fault[i].kind != FAULT_HEAL && has_struck(result, i)) {
            return true;
        }
    }
    return false;
}

bool faults_reset(const struct facts *facts, enum fault_packets packets, enum side side)
{
    const struct result *result = facts->result;

    for (size_t i = 0; i < result->fault_count; i++) {
        const struct fault *fault = &result->fault[i];
        if (fault->kind == FAULT_RESET && fault->toward[side_peer(side)] &&
            strikes(fault, packets) && has_struck(result, i)) {
            return true;
        }
    }
    return false;
}

/* Those that answer FINs and RSTs come after the close. */
bool faults_forged(const struct facts *facts, enum side side)
{
    return facts_linked(facts, side) &&
           (faults_reset(facts, FAULT_DATA, side) || faults_reset(facts, FAULT_ACK, side));
}

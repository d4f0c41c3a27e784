#include "ruleset.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "link.h"

/*
 * Which TCP segments a word stands for.  A mark of 1 says that the segment has data, which nothing
 * in its headers does: there is a first byte behind them (NFT_PAYLOAD_INNER_HEADER, Linux 5.16).
 */
static const struct packets {
    const char *match;
    bool by_data; /* needs the mark */
} packets[FAULT_PACKETS_N] = {
    [FAULT_ANY] = {"meta l4proto tcp", false},
    [FAULT_SYN] = {"tcp flags & (syn | ack) == syn", false},
    [FAULT_SYN_ACK] = {"tcp flags & (syn | ack) == syn | ack", false},
    [FAULT_ACK] = {"tcp flags & (syn | ack | fin | rst | psh) == ack meta mark 0", true},
    [FAULT_DATA] = {"meta l4proto tcp meta mark 1", true},
    [FAULT_FIN] = {"tcp flags & fin != 0", false},
    [FAULT_RST] = {"tcp flags & rst != 0", false},
};
static const char mark_data[] = "meta l4proto tcp @ih,0,8 >= 0 meta mark set 1";

/* The packets of a fault, and what becomes of them. */
static const struct verdict {
    bool has;
    const char *verdict;
} verdicts[FAULT_KIND_N] = {
    [FAULT_DROP] = {true, "drop"},
    [FAULT_RESET] = {true, "reject with tcp reset"},
    [FAULT_PARTITION] = {true, "drop"},
};

bool ruleset_has(const struct fault *fault)
{
    return verdicts[fault->kind].has;
}

static bool strikes(const struct fault *fault, enum side side)
{
    return ruleset_has(fault) && fault->toward[side];
}

static void write_rule(const struct fault *fault, FILE *out)
{
    const char *verdict = verdicts[fault->kind].verdict;

    if (fault->kind == FAULT_PARTITION) {
        fprintf(out, "%s\n", verdict);
        return;
    }
    fputs(packets[fault->packets].match, out);
    if (fault->share < 1) {
        fprintf(out, " numgen random mod 1000000 < %ld", lround(fault->share * 1e6));
    }
    fprintf(out, " %s\n", verdict);
}

static bool needs_mark(const struct fault *faults, const bool *active, size_t count, enum side side)
{
    for (size_t i = 0; i < count; i++) {
        if (active[i] && strikes(&faults[i], side) && packets[faults[i].packets].by_data) {
            return true;
        }
    }
    return false;
}

static void write_table(const struct fault *faults, const bool *active, size_t count,
                        enum side side, FILE *out)
{
    /* To delete a table that may not be there, add it first. */
    fputs("add table inet finwait\ndelete table inet finwait\n"
          "table inet finwait {\nchain input {\n"
          "type filter hook input priority 0; policy accept;\n"
          "iifname != \"" LINK_NAME "\" accept\n",
          out);
    if (needs_mark(faults, active, count, side)) {
        fprintf(out, "%s\n", mark_data);
    }
    for (size_t i = 0; i < count; i++) {
        if (active[i] && strikes(&faults[i], side)) {
            write_rule(&faults[i], out);
        }
    }
    fputs("}\n}\n", out);
}

char *ruleset_write(const struct fault *faults, const bool *active, size_t count, enum side side)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    if (out == NULL) {
        return NULL;
    }
    write_table(faults, active, count, side, out);
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

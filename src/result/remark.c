#include "finwait/remark.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/grow.h"
#include "finwait/named.h"

/* ---- names ---- */

static const struct word {
    const char *name;
    const char *about;
} kinds[] =
    {
#define X(id, name, about) {name, about},
        REMARK_KINDS(X)},
  certainties[] = {CERTAINTIES(X)
#undef X
};

const char *remark_kind_name(enum remark_kind kind)
{
    return (unsigned)kind < REMARK_KIND_N ? kinds[kind].name : NULL;
}

const char *remark_kind_about(enum remark_kind kind)
{
    return (unsigned)kind < REMARK_KIND_N ? kinds[kind].about : NULL;
}

const char *certainty_name(enum certainty certainty)
{
    return (unsigned)certainty < CERTAINTY_N ? certainties[certainty].name : NULL;
}

const char *certainty_about(enum certainty certainty)
{
    return (unsigned)certainty < CERTAINTY_N ? certainties[certainty].about : NULL;
}

/* ---- one remark ---- */

void remark_append(char **text, const char *between, const char *more)
{
    char *all = *text == NULL ? grow_text(more) : grow_format("%s%s%s", *text, between, more);

    free(*text);
    *text = all;
}

bool remark_evidence(const struct remark *remark, const char *metric, double *value)
{
    const struct evidence *evidence = NAMED(metric, remark->evidence, remark->evidence_count);

    if (evidence != NULL) {
        *value = evidence->value;
    }
    return evidence != NULL;
}

void remark_add_evidence(struct remark *remark, const char *metric, double value)
{
    double before;

    if (!remark_evidence(remark, metric, &before)) {
        remark->evidence =
            grow_by_one(remark->evidence, remark->evidence_count, sizeof *remark->evidence);
        remark->evidence[remark->evidence_count++] = (struct evidence){grow_text(metric), value};
    }
}

void remark_fini(struct remark *remark)
{
    for (size_t i = 0; i < remark->evidence_count; i++) {
        free(remark->evidence[i].metric);
    }
    free(remark->evidence);
    free(remark->id);
    free(remark->text);
    free(remark->advice);
}

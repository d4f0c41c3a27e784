#include <stdlib.h>
#include <string.h>

#include "finwait/grow.h"
#include "lessons.h"

/* The rows of LESSONS, and what all that teach need. */

const struct comparison_lesson comparison_lessons[] = {
#define X(id, name, kind, about) {name, kind, about},
    LESSONS(X)
#undef X
        {NULL, REMARK_NOTE, NULL},
};

static bool was_said(const struct comparison *comparison, const char *text)
{
    for (size_t i = 0; i < comparison->remark_count; i++) {
        if (strcmp(comparison->remark[i].text, text) == 0) {
            return true;
        }
    }
    return false;
}

/* Variants of a matrix often have a change in common: once is enough. */
struct remark *lesson_say(const struct change *change, enum lesson lesson, enum certainty certainty,
                          char *text)
{
    struct comparison *comparison = change->comparison;

    if (was_said(comparison, text)) {
        free(text);
        return NULL;
    }
    comparison->remark =
        grow_by_one(comparison->remark, comparison->remark_count, sizeof *comparison->remark);
    struct remark *remark = &comparison->remark[comparison->remark_count++];
    *remark = (struct remark){
        .id = grow_text(comparison_lessons[lesson].id),
        .has_side = true,
        .side = change->side,
        .kind = comparison_lessons[lesson].kind,
        .certainty = certainty,
        .text = text,
    };
    return remark;
}

char *lesson_fill(const char *text, enum side side)
{
    struct grow_stream filled;

    grow_stream_open(&filled);
    while (*text != '\0') {
        if (strncmp(text, "<side>", 6) == 0 || strncmp(text, "<peer>", 6) == 0) {
            fputs(side_name(text[1] == 's' ? side : side_peer(side)), filled.out);
            text += 6;
        } else {
            fputc(*text++, filled.out);
        }
    }
    return grow_stream_close(&filled);
}

const struct comparison_row *lesson_row_of(const struct change *change, const char *metric)
{
    const struct comparison *comparison = change->comparison;

    for (size_t i = 0; i < comparison->row_count; i++) {
        const struct comparison_row *row = &comparison->row[i];
        if (row->variant == change->variant && strcmp(row->metric, metric) == 0) {
            return row;
        }
    }
    return NULL;
}

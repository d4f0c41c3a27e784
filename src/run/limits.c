#include "finwait/limits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/facts.h"
#include "finwait/grow.h"
#include "limits_rows.h"

const struct limit_row limit_table[LIMIT_N] = {
#define X(id, stem, ...) [id] = {__VA_ARGS__},
    LIMITS(X)
#undef X
};

static limits_look_fn *const look[LIMIT_N] = {
#define X(id, stem, ...) [id] = limit_##stem,
    LIMITS(X)
#undef X
};

/* A closed loop's rate is not known beforehand; one that most machines reach is not worth a word.
 */
#define HIGH_RATE 1000.0

/* How tight it is: of what is needed, then of what there is. */
static double share(const struct limit *limit)
{
    return limit->needed > 0 ? fmin(limit->most, limit->sure) / limit->needed : INFINITY;
}

static int compare(const void *left, const void *right)
{
    const struct limit *a = left;
    const struct limit *b = right;
    double x = share(a);
    double y = share(b);

    if (x == y) { /* both may be infinite */
        x = a->most;
        y = b->most;
    }
    return x == y ? (int)a->id - (int)b->id : (x > y) - (x < y);
}

static bool take(const struct limits_scene *scene, struct limit *limit)
{
    bool bounds = look[limit->id](scene, limit->side, limit);

    limit->at_a_time |= scene->connections == 0 || limit->needed < scene->connections;
    return bounds;
}

size_t limits_of(const struct scenario *scenario, const struct model *model,
                 const struct text_pairs *const recorded[SIDE_N], struct limit limit[LIMITS_MAX])
{
    struct limits_scene scene;
    size_t count = 0;

    limits_scene(&scene, scenario, model, recorded);
    for (unsigned id = 0; id < LIMIT_N; id++) {
        for (unsigned side = 0; side <= SIDE_N; side++) {
            limit[count] = (struct limit){
                .id = (enum limit_id)id,
                .side = (enum side)side,
                .most = INFINITY,
                .sure = INFINITY,
            };
            count += take(&scene, &limit[count]) ? 1 : 0;
        }
    }
    qsort(limit, count, sizeof *limit, compare);
    return count;
}

bool limit_is_exceeded(const struct limit *limit)
{
    return limit->needed > fmin(limit->most, limit->sure) ||
           (isinf(limit->most) && limit->rate > HIGH_RATE);
}

/* ---- words ---- */

/* What comes of it, of so many sockets of that kind. */
static char *say_outcome(const struct limit *limit, const char *whose)
{
    const char *beyond = limit_table[limit->id].beyond;

    if (isinf(limit->most)) {
        return grow_format(": %s stand at a time only from %s connections a second on; at less the "
                           "later ones %s.",
                           whose, COUNT(ceil(limit->rate)), beyond);
    }
    if (limit->needed <= limit->most) {
        return grow_format(": %s are dealt to the workers by a hash, unevenly; only %s are sure of "
                           "room, and of more some may %s.",
                           whose, COUNT(limit->sure), beyond);
    }
    if (limit->at_a_time || limit->sure < limit->most) {
        return grow_format(" has room for %s%s of %s; those beyond %s.",
                           limit->sure < limit->most ? "at most " : "", COUNT(limit->most), whose,
                           beyond);
    }
    return grow_format(" has room for %s of %s; the other %s %s.", COUNT(limit->most), whose,
                       COUNT(limit->needed - limit->most), beyond);
}

char *limit_say(const struct limit *limit)
{
    const struct limit_row *row = &limit_table[limit->id];
    int noun = (int)strcspn(row->whom, ":"); /* what follows explains it */
    bool own = limit->side < SIDE_N;
    bool says = strstr(row->whom, "at a time") != NULL || isinf(limit->most);
    char *whose = grow_format("the %s%s%s %.*s%s", own ? side_name(limit->side) : "",
                              own ? "'s " : "", COUNT(limit->needed), noun, row->whom,
                              limit->at_a_time && !says ? " at a time" : "");
    char *outcome = say_outcome(limit, whose);
    char *text = grow_format("%s (%s)%s", row->name, limit->value, outcome);

    free(outcome);
    free(whose);
    return text;
}

/* SIDE and N of the row's text filled in. */
char *limit_advise(const struct limit *limit)
{
    const char *from = limit_table[limit->id].advice;
    struct grow_stream text;

    grow_stream_open(&text);
    while (*from != '\0') {
        if (strncmp(from, "SIDE", 4) == 0) {
            fputs(limit->side < SIDE_N ? side_name(limit->side) : "client", text.out);
            from += 4;
        } else if (strncmp(from, "=N", 2) == 0 || strncmp(from, "to N", 4) == 0) {
            size_t length = strcspn(from, "N");
            fprintf(text.out, "%.*s%.0f", (int)length, from, ceil(limit->needed));
            from += length + 1;
        } else {
            fputc(*from++, text.out);
        }
    }
    if (limit->sure < limit->most) {
        fputs(", or let them share a listener (server.listeners: shared)", text.out);
    }
    return grow_stream_close(&text);
}

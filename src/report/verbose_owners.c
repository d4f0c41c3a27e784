#include <stdlib.h>

#include "finwait/grow.h"
#include "verbose.h"

/* The most rows; result.json has all. */
#define ROWS 12

static void tell_age(const struct owner *owner, FILE *out)
{
    if (!owner->has_age) {
        return;
    }
    fprintf(out, "; last segment of the peer %s", DURATION(owner->age_least));
    if (owner->age > owner->age_least) {
        fprintf(out, " to %s", DURATION(owner->age));
    }
    fputs(" ago", out);
}

static void print_owner(FILE *out, const struct owner *owner)
{
    struct grow_stream stream;
    char *who = facts_owner(owner);

    grow_stream_open(&stream);
    fprintf(stream.out, "%s ", COUNT(owner->count));
    paper_state(stream.out, owner->state);
    fprintf(stream.out, " of the %s: %s", side_told(owner->side), who);
    tell_age(owner, stream.out);
    char *text = grow_stream_close(&stream);
    fputs("  ", out);
    text_wrap(text, 2, 4, VERBOSE_WIDE, out);
    free(text);
    free(who);
}

void verbose_owners(FILE *out, const struct facts *facts)
{
    const struct owners *owners = &facts->result->owners;
    size_t next = 0;

    if (owners->count == 0) {
        return;
    }
    paper_heading(out, "Who holds the sockets that are left");
    for (int rows = 0; next < owners->count && rows < ROWS; rows++) {
        struct owner row;
        next += facts_owners_next(owners, next, &row);
        print_owner(out, &row);
    }
    if (next < owners->count) {
        fputs("  ... and more: see owners in result.json\n", out);
    }
}

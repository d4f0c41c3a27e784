#include <stdlib.h>

#include "finwait/grow.h"
#include "verbose.h"

/* How long it took is worth a word from here on. */
#define LONG_NS (50 * NS_PER_MS)

#define AT_WIDTH 14 /* of the moment in front */

static void tell_restart(const struct moment *entry, FILE *out)
{
    if (entry->error != NULL) {
        fprintf(out, ": %s", entry->error);
    } else if (entry->has_took) {
        fprintf(out, ": ready after %s", DURATION(entry->took));
    }
    if (entry->refusals > 0) {
        fprintf(out, "; bind(2) was refused %s (EADDRINUSE)",
                COUNTED(entry->refusals, "time", "times"));
    }
}

/* What was done, and what came of it unless that goes without saying. */
static void tell_entry(const struct moment *entry, FILE *out)
{
    fputs(entry->what, out);
    if (!entry->happened) {
        fputs(": did not happen, the run was over before", out);
    } else if (entry->restart) {
        tell_restart(entry, out);
    } else if (entry->error != NULL) {
        fprintf(out, ": failed, %s", entry->error);
    } else if (entry->took >= LONG_NS) {
        fprintf(out, ": took %s", DURATION(entry->took));
    }
}

static void print_entry(FILE *out, const struct moment *entry)
{
    struct grow_stream stream;

    grow_stream_open(&stream);
    tell_entry(entry, stream.out);
    char *text = grow_stream_close(&stream);
    fprintf(out, "  %8.3f s  ", (double)entry->due / (double)NS_PER_S);
    text_wrap(text, AT_WIDTH, AT_WIDTH + 2, VERBOSE_WIDE, out);
    free(text);
}

void verbose_moments(FILE *out, const struct facts *facts)
{
    const struct result *result = facts->result;

    if (result->moment_count == 0) {
        return;
    }
    paper_heading(out, "Timeline");
    for (size_t i = 0; i < result->moment_count; i++) {
        print_entry(out, &result->moment[i]);
    }
}

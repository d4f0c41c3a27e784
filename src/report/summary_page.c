#include <stdlib.h>

#include "finwait/grow.h"
#include "summary.h"

/* How a part puts text on the page. */

void summary_labelled(const struct summary *summary, const char *label, const char *text)
{
    FILE *out = summary->out;

    ink_begin(INK_BOLD, out);
    fprintf(out, "%-*s", SUMMARY_LABEL, label);
    ink_end(out);
    text_wrap(text, SUMMARY_LABEL, SUMMARY_LABEL, summary->width, out);
}

size_t summary_lines(const struct summary *summary, const char *text)
{
    struct grow_stream stream;
    size_t lines = 0;

    grow_stream_open(&stream);
    text_wrap(text, SUMMARY_LABEL, SUMMARY_LABEL, summary->width, stream.out);
    char *wrapped = grow_stream_close(&stream);
    for (const char *at = wrapped; *at != '\0'; at++) {
        lines += *at == '\n';
    }
    free(wrapped);
    return lines;
}

#include <stdlib.h>

#include "finwait/grow.h"
#include "text.h"

/* How many, and where they are. */
static void tell_kept(const struct result_capture *capture, bool predicted, FILE *out)
{
    const struct capture_tally *tally = &capture->tally;

    fprintf(out, "%s packets of %s %s", COUNT(tally->packets), COUNT(tally->connections),
            PLURAL(tally->connections, "connection", "connections"));
    if (capture->file != NULL) {
        fprintf(out, " are in %s", capture->file);
    } else {
        fputs(" were captured (--out DIR keeps them in a file)", out);
    }
    if (tally->otherwise > 0) {
        fprintf(out, "; of %s of the connections they show no %s", COUNT(tally->otherwise),
                predicted ? "end that was predicted"
                          : "FIN of each side, both acknowledged, without a RST");
    }
    fputs(".", out);
}

/* What a reader of the packets would miss. */
static void tell_lacking(const struct capture_tally *tally, FILE *out)
{
    if (tally->dropped_kernel + tally->dropped_memory > 0) {
        fprintf(out,
                "  %s more came than could be read or kept: what these lack may be among "
                "them.",
                COUNT(tally->dropped_kernel + tally->dropped_memory));
    }
    if (tally->one_in > 1) {
        fprintf(
            out,
            "  Of those after the first, at times no more than one in %s was looked at, and for "
            "%s none, lest the load wait.",
            COUNT(tally->one_in), DURATION((int64_t)tally->deaf));
    }
}

static void tell_drawn(const struct result_capture *capture, bool predicted, FILE *out)
{
    if (capture->drawn > 0) {
        fprintf(out, "  This is number %s, from %s%s; its states are derived from the packets:",
                COUNT(capture->drawn), capture->client != NULL ? capture->client : "?",
                !predicted          ? ""
                : capture->foreseen ? ", as predicted"
                                    : ", otherwise than predicted");
    }
}

void text_packets(const struct paper *paper, const struct facts *facts)
{
    const struct result_capture *capture = &facts->result->capture;
    struct seen_story story = {
        .count = capture->count,
        .packet = capture->packet,
        .skipped = capture->skipped,
        .foreseen = result_foreseen(facts->result),
        .otherwise = !capture->foreseen,
    };
    struct grow_stream stream;

    if (!facts->result->has_capture) {
        return;
    }
    paper_heading(paper, "Packets");
    grow_stream_open(&stream);
    tell_kept(capture, story.foreseen != 0, stream.out);
    tell_lacking(&capture->tally, stream.out);
    tell_drawn(capture, story.foreseen != 0, stream.out);
    char *text = grow_stream_close(&stream);
    fputs("  ", paper->out);
    text_wrap(text, 2, 2, TEXT_PROSE, paper->out);
    free(text);
    if (story.count > 0) {
        fputc('\n', paper->out);
        seen_draw(&story, paper->out);
    }
}

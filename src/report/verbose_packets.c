#include <stdlib.h>

#include "finwait/grow.h"
#include "finwait/terminal.h"
#include "foreseen.h"
#include "verbose.h"

enum {
    GAP = 4, /* columns between two ladders */
};

/* How many, and where they are. */
static void tell_kept(const struct result_capture *capture, bool predicted, FILE *out)
{
    const struct capture_tally *tally = &capture->tally;

    fprintf(out, "%s packets of %s", COUNT(tally->packets),
            COUNTED(tally->connections, "connection", "connections"));
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
    if (tally->cut > 0) {
        fprintf(out, "  Of %s packets only the first 128 bytes were kept, to save memory.",
                COUNT(tally->cut));
    }
    if (tally->given_up > 0) {
        fprintf(out,
                "  %s forgotten before the end, for want of memory: how those ended is not known.",
                COUNTED(tally->given_up, "connection was", "connections were"));
    }
    if (tally->one_in > 1) {
        fprintf(
            out,
            "  Of those after the first, at times no more than one in %s was looked at, and for "
            "%s none, lest the load wait: that none failed is not said of the others, nor can "
            "their packets be had after; a lower load.rate has all of them looked at.",
            COUNT(tally->one_in), DURATION((int64_t)tally->deaf));
    }
}

/* The model's ladder with its title; "": there is none. */
static char *foreseen(const struct result *result)
{
    struct grow_stream ladder, whole;

    grow_stream_open(&ladder);
    size_t which = foreseen_draw(result, ladder.out);
    char *text = grow_stream_close(&ladder);
    grow_stream_open(&whole);
    if (which > 0) {
        fputs("  Foreseen by the model", whole.out);
        if (result->predicted_count > 1) {
            fprintf(whole.out, ", end %s of %s%s", COUNT(which), COUNT(result->predicted_count),
                    result->capture.file != NULL ? " (show --seen DIR draws all)" : "");
        }
        fputs(":\n\n", whole.out);
    }
    fputs(text, whole.out);
    free(text);
    return grow_stream_close(&whole);
}

static char *seen(const struct result *result, const struct seen_story *story)
{
    const struct result_capture *capture = &result->capture;
    char *title = grow_format(
        "Seen: connection %s, from %s%s (the states are derived):", COUNT(capture->drawn),
        capture->client != NULL ? capture->client : "?",
        story->foreseen == 0 ? ""
        : capture->foreseen  ? ", as predicted"
                             : ", otherwise than predicted");
    struct grow_stream whole;

    grow_stream_open(&whole);
    fputs("  ", whole.out);
    text_wrap(title, 2, 2, VERBOSE_WIDE, whole.out);
    fputc('\n', whole.out);
    seen_draw(story, whole.out);
    free(title);
    return grow_stream_close(&whole);
}

/* Side by side where there is room. */
static void draw(FILE *out, const struct result *result, const struct seen_story *story)
{
    char *left = foreseen(result);
    char *right = seen(result, story);
    size_t at = text_widest(left) + GAP;

    fputc('\n', out);
    if (left[0] != '\0' && at + text_widest(right) <= terminal_width(fileno(out), VERBOSE_WIDE)) {
        text_beside(left, right, at, out);
    } else {
        fprintf(out, "%s%s%s", left, left[0] != '\0' ? "\n" : "", right);
    }
    free(left);
    free(right);
}

void verbose_packets(FILE *out, const struct facts *facts)
{
    const struct result_capture *capture = &facts->result->capture;
    struct seen_story story = {
        .count = capture->count,
        .packet = capture->packet,
        .skipped = capture->skipped,
        .foreseen = result_foreseen(facts->result),
        .proxied = facts_proxied(facts),
        .otherwise = !capture->foreseen,
    };
    struct grow_stream stream;

    if (!facts->result->has_capture) {
        return;
    }
    paper_heading(out, "Packets");
    grow_stream_open(&stream);
    tell_kept(capture, story.foreseen != 0, stream.out);
    tell_lacking(&capture->tally, stream.out);
    char *text = grow_stream_close(&stream);
    fputs("  ", out);
    text_wrap(text, 2, 2, VERBOSE_PROSE, out);
    free(text);
    if (story.count > 0) {
        draw(out, facts->result, &story);
    }
}

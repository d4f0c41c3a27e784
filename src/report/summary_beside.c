#include <stdlib.h>
#include <string.h>

#include "finwait/command.h"
#include "finwait/grow.h"
#include "summary.h"

/* What only some runs have: a timeline, a mix, TLS, packets, what commands printed. */

/* Lines of each at most; the verbose report has all. */
enum { LINES = 3, OUTPUT_LINES = 6 };

/* A line of what `fn` writes, if it writes anything. */
static void print(const struct summary *summary, const char *label,
                  void (*fn)(const struct facts *facts, FILE *out))
{
    struct grow_stream stream;

    grow_stream_open(&stream);
    fn(&summary->facts, stream.out);
    char *text = grow_stream_close(&stream);
    if (text[0] != '\0') {
        summary_labelled(summary, label, text);
    }
    free(text);
}

/* ---- faults and events ---- */

static void tell_moment(const struct moment *moment, FILE *out)
{
    fprintf(out, "at %s %s", moment->due > 0 ? DURATION(moment->due) : "0 s",
            moment->what != NULL ? moment->what : "?");
    if (!moment->happened) {
        fputs(" (did not happen)", out);
    } else if (moment->error != NULL) {
        fprintf(out, " (failed: %s)", moment->error);
    }
}

static void print_moments(const struct summary *summary)
{
    const struct result *result = summary->facts.result;
    char *told = grow_text("");
    size_t i = 0;

    for (; i < result->moment_count; i++) {
        struct grow_stream stream;
        grow_stream_open(&stream);
        fprintf(stream.out, "%s%s", told, i > 0 ? "; " : "");
        tell_moment(&result->moment[i], stream.out);
        char *more = grow_stream_close(&stream);
        if (i > 0 && summary_lines(summary, more) > LINES) {
            free(more);
            break;
        }
        free(told);
        told = more;
    }
    if (i > 0) {
        char *text = i < result->moment_count
                         ? grow_format("%s; and %zu more", told, result->moment_count - i)
                         : grow_text(told);
        summary_labelled(summary, "Timeline", text);
        free(text);
    }
    free(told);
}

/* ---- the programs of a mix ---- */

static void tell_mix(const struct facts *facts, FILE *out)
{
    const struct result_side *client = &facts->result->side[SIDE_CLIENT];

    for (size_t i = 0; client->played && i < client->mix_count; i++) {
        const char *name = client->mix[i].name;
        double attempted = 0, completed = 0;
        facts_metric(facts, &attempted, "client.mix.%s.attempted", name);
        facts_metric(facts, &completed, "client.mix.%s.completed", name);
        fprintf(out, "%s%s: %s of %s completed", i > 0 ? "; " : "", name, COUNT(completed),
                COUNT(attempted));
    }
}

/* ---- TLS ---- */

static void tell_tls(const struct facts *facts, FILE *out)
{
    const struct result_side *client = &facts->result->side[SIDE_CLIENT];
    const struct result_side *server = &facts->result->side[SIDE_SERVER];
    const struct result_side *side = client->has_tls ? client : server;
    const struct tls_account *tls = &side->account.tls;

    if (!side->has_tls) {
        return;
    }
    fprintf(out, "%s; %s, %s resumed",
            tls->negotiated[0] != '\0' ? tls->negotiated : "no handshake was completed",
            COUNTED(tls->count[TLS_HANDSHAKES], "handshake", "handshakes"),
            COUNT(tls->count[TLS_RESUMED]));
    for (size_t i = 0; i < side->tls_errors.count; i++) {
        fprintf(out, "; %s: %s", side->tls_errors.item[i].text,
                COUNT(side->tls_errors.item[i].count));
    }
}

/* ---- packets ---- */

static void tell_packets(const struct facts *facts, FILE *out)
{
    const struct result_capture *capture = &facts->result->capture;
    const struct capture_tally *tally = &capture->tally;

    if (!facts->result->has_capture) {
        return;
    }
    fprintf(out, "%s of %s", COUNT(tally->packets),
            COUNTED(tally->connections, "connection", "connections"));
    if (capture->file != NULL) {
        fprintf(out, " in %s (finwait show --seen DIR draws them)", capture->file);
    } else {
        fputs("; --out DIR keeps them", out);
    }
    if (tally->otherwise > 0) {
        fprintf(out, "; %s ended otherwise", COUNT(tally->otherwise));
    }
    if (tally->dropped_kernel + tally->dropped_memory > 0) {
        fprintf(out, "; %s more were lost", COUNT(tally->dropped_kernel + tally->dropped_memory));
    }
}

/* ---- what commands printed ---- */

/* The first lines of `text`, and how many are left. */
static void print_lines(const struct summary *summary, const char *text)
{
    size_t length = 0;

    for (int lines = 0; lines < OUTPUT_LINES && text[length] != '\0'; lines++) {
        length += strcspn(text + length, "\n");
        length += text[length] == '\n';
    }
    char *first = grow_format("%.*s", (int)length, text);
    text_indent(first, SUMMARY_LABEL, summary->out);
    if (text[length] != '\0') {
        text_blanks(SUMMARY_LABEL, summary->out);
        fputs("... (all of it: --verbose)\n", summary->out);
    }
    free(first);
}

static void print_commands(const struct summary *summary)
{
    const struct result *result = summary->facts.result;

    for (enum side side = SIDE_CLIENT; side < PLAYERS_N; side++) {
        const char *tail = result->side[side].command.tail;
        if (tail != NULL && result_command_failed(result, side)) {
            char *text = grow_format("last by the %s's command:", side_name(side));
            summary_labelled(summary, "Printed", text);
            print_lines(summary, command_last_lines(tail, OUTPUT_LINES));
            free(text);
        }
    }
}

static void print_inspections(const struct summary *summary)
{
    const struct result *result = summary->facts.result;

    for (size_t i = 0; i < result->inspection_count; i++) {
        const struct inspection *seen = &result->inspection[i];
        char *text = grow_format("%s: %s (exit %d)", seen->host != NULL ? seen->host : "?",
                                 seen->command != NULL ? seen->command : "?", seen->status);
        summary_labelled(summary, "Inspect", text);
        print_lines(summary, seen->output != NULL ? seen->output : "");
        free(text);
    }
}

void summary_beside(const struct summary *summary)
{
    const struct result *result = summary->facts.result;
    bool any = result->moment_count > 0 || result->side[SIDE_CLIENT].mix_count > 0 ||
               result->side[SIDE_CLIENT].has_tls || result->side[SIDE_SERVER].has_tls ||
               result->has_capture || result->inspection_count > 0;

    for (enum side side = SIDE_CLIENT; side < PLAYERS_N; side++) {
        any |= result->side[side].command.tail != NULL && result_command_failed(result, side);
    }
    if (any) {
        fputc('\n', summary->out);
        print_moments(summary);
        print(summary, "Programs", tell_mix);
        print(summary, "TLS", tell_tls);
        print(summary, "Packets", tell_packets);
        print_commands(summary);
        print_inspections(summary);
    }
}

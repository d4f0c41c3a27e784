#include <string.h>

#include "finwait/seen.h"
#include "finwait/units.h"

enum {
    ARROW_WIDTH = 40,
    LABEL = 96,
};

/* ---- one line ---- */

/* As packets are told: "FIN ACK seq 121 ack 250 len 18". */
static char *label(char text[LABEL], const struct seen_packet *packet)
{
    char flags[SEEN_FLAGS];
    size_t used =
        (size_t)snprintf(text, LABEL, "%s seq %u", seen_flags(flags, packet->flags), packet->seq);

    if ((packet->flags & SEGMENT_ACK) != 0) {
        used += (size_t)snprintf(text + used, LABEL - used, " ack %u", packet->ack);
    }
    if (packet->length > 0) {
        snprintf(text + used, LABEL - used, " len %u", packet->length);
    }
    return text;
}

static void draw_rule(size_t width, FILE *out)
{
    for (size_t i = 0; i < width; i++) {
        fputs("─", out);
    }
}

static void draw_arrow(const struct seen_packet *packet, FILE *out)
{
    char text[LABEL];
    size_t taken = strlen(label(text, packet)) + 3; /* a blank on either side, and the head */
    size_t rule = taken < ARROW_WIDTH ? ARROW_WIDTH - taken : 0;

    fputs(packet->side == SIDE_SERVER ? "◀" : "", out);
    draw_rule(rule / 2, out);
    fprintf(out, " %s ", text);
    draw_rule(rule - rule / 2, out);
    fputs(packet->side == SIDE_CLIENT ? "▶" : "", out);
}

/* A state's name when it is news. */
static const char *news(const struct seen_packet *packet, enum side side, enum tcp_state *shown)
{
    enum tcp_state state = packet->state[side];

    if (state == *shown || state == 0) {
        return "";
    }
    *shown = state;
    return tcp_state_name(state);
}

static void draw_packet(const struct seen_packet *packet, enum tcp_state shown[SIDE_N], FILE *out)
{
    char time[UNITS_TEXT];
    const char *client = news(packet, SIDE_CLIENT, &shown[SIDE_CLIENT]);
    const char *server = news(packet, SIDE_SERVER, &shown[SIDE_SERVER]);
    bool marked = packet->mark != SEEN_PLAIN;

    fprintf(out, "%9s  %-11s ", units_human_duration(time, sizeof time, packet->at), client);
    draw_arrow(packet, out);
    if (marked) {
        fprintf(out, " %-11s ! %s", server, seen_mark_words(packet->mark));
    } else if (server[0] != '\0') {
        fprintf(out, " %s", server);
    }
    fputc('\n', out);
}

/* ---- the whole ---- */

static bool tell_missing(enum side side, const char *what, FILE *out)
{
    fprintf(out, "%9s  ! no %s of the %s is here, and one was foreseen\n", "", what,
            side_name(side));
    return true;
}

/* What is not to be seen at any packet. */
static void tell_otherwise(const struct seen_story *story, FILE *out)
{
    struct seen_ends ends = {0};
    bool told = false;

    for (size_t i = 0; i < story->count; i++) {
        const struct seen_packet *packet = &story->packet[i];

        seen_ends_take(&ends, packet->side, packet->flags, 0, 0);
        told |= packet->mark == SEEN_RST_UNFORESEEN || packet->mark == SEEN_FIN_UNFORESEEN;
    }
    for (enum side side = SIDE_CLIENT; side < SIDE_N && story->skipped == 0; side++) {
        if (seen_must_fin(story->foreseen, side) && !ends.fin[side]) {
            told = tell_missing(side, "FIN", out);
        }
        if (seen_must_rst(story->foreseen, side) && !ends.rst[side]) {
            told = tell_missing(side, "RST", out);
        }
    }
    if (!told) {
        fprintf(out, "%9s  ! this is none of the ends that were foreseen\n", "");
    }
}

void seen_draw(const struct seen_story *story, FILE *out)
{
    enum tcp_state shown[SIDE_N] = {0};

    fprintf(out, "%9s  %-11s %*s %s\n", "time", "client", ARROW_WIDTH, "",
            story->proxied ? "proxy" : "server");
    for (size_t i = 0; i < story->count; i++) {
        if (story->skipped > 0 && i == story->count / 2) {
            fprintf(out, "%9s  ... %zu packets later ...\n", "", story->skipped);
        }
        draw_packet(&story->packet[i], shown, out);
    }
    if (story->otherwise) {
        tell_otherwise(story, out);
    }
}

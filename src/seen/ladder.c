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

static void tell_missing(const struct seen_story *story, FILE *out)
{
    bool fin[SIDE_N] = {false};

    for (size_t i = 0; i < story->count; i++) {
        fin[story->packet[i].side] |= (story->packet[i].flags & SEGMENT_FIN) != 0;
    }
    for (enum side side = SIDE_CLIENT; side < SIDE_N && story->skipped == 0; side++) {
        if (seen_must_fin(story->foreseen, side) && !fin[side]) {
            fprintf(out, "%9s  ! the %s sent no FIN, and one was foreseen\n", "", side_name(side));
        }
    }
}

void seen_draw(const struct seen_story *story, FILE *out)
{
    enum tcp_state shown[SIDE_N] = {0};

    fprintf(out, "%9s  %-11s %*s %s\n", "time", "client", ARROW_WIDTH, "", "server");
    for (size_t i = 0; i < story->count; i++) {
        if (story->skipped > 0 && i == story->count / 2) {
            fprintf(out, "%9s  ... %zu packets later ...\n", "", story->skipped);
        }
        draw_packet(&story->packet[i], shown, out);
    }
    tell_missing(story, out);
}

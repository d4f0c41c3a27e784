#include "json_capture.h"

#include <stdlib.h>

#include "finwait/result.h"

ITEM(side_item, enum side, side_name)
ITEM(state_item, enum tcp_state, tcp_state_name)

/* A plain packet has none. */
static const char *mark_item(size_t index)
{
    return index == SEEN_PLAIN ? NULL : seen_mark_words((enum seen_mark)index);
}

/* ---- TCP's flags, "SYN ACK" ---- */

static json_t *flags_to(const struct field *field, const void *base)
{
    const struct seen_packet *packet = base;
    char text[SEEN_FLAGS];

    (void)field;
    return json_string(seen_flags(text, packet->flags));
}

static int flags_from(const struct field *field, const struct node *node, void *base)
{
    struct seen_packet *packet = base;
    const char *text = node_text(node);

    (void)field;
    if (text == NULL) {
        return -1;
    }
    return seen_flags_read(text, &packet->flags) == 0 ? 0 : node_fail(node, "is no list of flags");
}

static const struct codec codec_flags = {flags_to, flags_from};

static const struct field packet_fields[] = {
    {"at", &codec_time, AT(seen_packet, at)},
    {"side", WORD(side_item, SIDE_N), AT(seen_packet, side)},
    {"flags", &codec_flags, AT(seen_packet, flags)},
    {"seq", &codec_unsigned, AT(seen_packet, seq)},
    {"ack", &codec_unsigned, AT(seen_packet, ack)},
    {"length", &codec_unsigned, AT(seen_packet, length)},
    {"client", WORD(state_item, TCP_STATE_N), AT(seen_packet, state[SIDE_CLIENT]),
     .optional = true},
    {"server", WORD(state_item, TCP_STATE_N), AT(seen_packet, state[SIDE_SERVER]),
     .optional = true},
    {"mark", WORD(mark_item, SEEN_MARK_N), AT(seen_packet, mark), .optional = true},
    {0},
};

const struct field capture_fields[] = {
#define X(name, about) {#name, &codec_count, AT(result_capture, tally.name)},
    CAPTURED(X)
#undef X
        {"file", &codec_text, AT(result_capture, file), .optional = true},
    {"drawn", &codec_count, AT(result_capture, drawn)},
    {"client", &codec_text, AT(result_capture, client), .optional = true},
    {"as_foreseen", &codec_bool, AT(result_capture, foreseen)},
    {"skipped", &codec_count, AT(result_capture, skipped)},
    {"seen", &codec_list, LIST(result_capture, packet, count), .fields = packet_fields},
    {0},
};

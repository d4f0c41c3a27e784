#include <string.h>

#include "machine.h"

bool segment_is_message(enum segment segment)
{
    return segment == SEGMENT_DATA || segment == SEGMENT_CUT;
}

bool segment_has_data(enum segment segment)
{
    return segment_is_message(segment) || segment == SEGMENT_TICKETS || segment == SEGMENT_NOTIFY ||
           segment == SEGMENT_ALERT || segment == SEGMENT_HELLO || segment == SEGMENT_FLIGHT;
}

/* Tickets, data, its cut rest, close_notify or alert, a FIN, a RST and an ACK or two between them:
 * no socket sends more kinds. */
bool channel_push(struct channel *channel, enum segment segment)
{
    size_t i = 0;

    while (i < CHANNEL_RUNS && channel->run[i].segment != SEGMENT_NONE) {
        i++;
    }
    if (i > 0 && channel->run[i - 1].segment == segment && channel->run[i - 1].count < UINT16_MAX) {
        channel->run[i - 1].count++;
        return true;
    }
    if (i == CHANNEL_RUNS) {
        return false;
    }
    channel->run[i] = (struct run){(uint16_t)segment, 1};
    return true;
}

enum segment channel_head(const struct channel *channel)
{
    return (enum segment)channel->run[0].segment;
}

bool channel_has(const struct channel *channel, enum segment segment)
{
    for (size_t i = 0; i < CHANNEL_RUNS; i++) {
        if (channel->run[i].segment == segment) {
            return true;
        }
    }
    return false;
}

unsigned channel_count(const struct channel *channel, enum segment segment)
{
    unsigned count = 0;

    for (size_t i = 0; i < CHANNEL_RUNS; i++) {
        count += channel->run[i].segment == segment ? channel->run[i].count : 0U;
    }
    return count;
}

/* The newest data under way; CHANNEL_RUNS: there are none. */
static size_t last_data(const struct channel *channel)
{
    size_t i = CHANNEL_RUNS;

    while (i > 0 && !segment_has_data((enum segment)channel->run[i - 1].segment)) {
        i--;
    }
    return i > 0 ? i - 1 : CHANNEL_RUNS;
}

/* Join neighbours that a removed run had kept apart, so that equal channels have equal bytes. */
static void channel_remove(struct channel *channel, size_t i)
{
    struct run *run = channel->run;

    memmove(&run[i], &run[i + 1], (CHANNEL_RUNS - i - 1) * sizeof *run);
    run[CHANNEL_RUNS - 1] = (struct run){0};
    if (i > 0 && run[i].segment != SEGMENT_NONE && run[i - 1].segment == run[i].segment &&
        run[i - 1].count + run[i].count <= UINT16_MAX) {
        run[i - 1].count = (uint16_t)(run[i - 1].count + run[i].count);
        channel_remove(channel, i);
    }
}

void channel_take(struct channel *channel, enum segment segment)
{
    for (size_t i = 0; i < CHANNEL_RUNS; i++) {
        if (channel->run[i].segment == segment) {
            channel->run[i].count--;
            if (channel->run[i].count == 0) {
                channel_remove(channel, i);
            }
            return;
        }
    }
}

enum segment channel_newest_data(const struct channel *channel)
{
    size_t i = last_data(channel);

    return i < CHANNEL_RUNS ? (enum segment)channel->run[i].segment : SEGMENT_NONE;
}

bool channel_drop_data(struct channel *channel, bool whole)
{
    size_t i = last_data(channel);
    struct run *run = channel->run;

    if (i == CHANNEL_RUNS) {
        return true;
    }
    if (!whole) { /* what stands behind it makes room */
        if (run[CHANNEL_RUNS - 1].segment != SEGMENT_NONE) {
            return false;
        }
        memmove(&run[i + 2], &run[i + 1], (CHANNEL_RUNS - i - 2) * sizeof *run);
        run[i + 1] = (struct run){SEGMENT_CUT, 1};
    }
    run[i].count--;
    if (run[i].count == 0) {
        channel_remove(channel, i);
    }
    return true;
}

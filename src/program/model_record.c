#include <string.h>

#include "machine.h"

/* Room for one more event.  A schedule that is too long loses its middle: beginnings and ends
 * are what a reader looks at. */
static struct model_event *new_event(struct model_end *record)
{
    struct model_event *half = &record->event[MODEL_EVENTS / 2];

    if (record->event_count == MODEL_EVENTS) {
        memmove(half, half + 1, (MODEL_EVENTS / 2 - 1) * sizeof *half);
        record->event_count--;
        record->skipped++;
    }
    return &record->event[record->event_count++];
}

static void write_event(struct world *world, struct model_event event)
{
    if (world->record == NULL) {
        return;
    }
    for (int side = 0; side < SIDE_N; side++) {
        event.state[side] = (enum tcp_state)world->machine.end[side].state;
    }
    *new_event(world->record) = event;
}

void record_step(struct world *world, enum side side, const struct step *step)
{
    write_event(world, (struct model_event){.kind = MODEL_EVENT_STEP, .side = side, .step = *step});
}

void record_note(struct world *world, const char *note)
{
    if (world->record != NULL) {
        world->record->event[world->record->event_count - 1].note = note;
    }
}

void record_handshake(struct world *world)
{
    write_event(world, (struct model_event){.kind = MODEL_EVENT_TLS, .side = SIDE_CLIENT});
}

static size_t find_segment(const struct model_end *record, enum side sender, const char *segment)
{
    size_t i = record->event_count;

    while (i > 0) {
        const struct model_event *event = &record->event[--i];
        if (event->kind == MODEL_EVENT_SEGMENT && event->side == sender &&
            strcmp(event->segment, segment) == 0) {
            return i;
        }
    }
    return record->event_count;
}

void record_take_back(struct world *world, enum side sender, const char *segment)
{
    struct model_end *record = world->record;
    enum side side = side_peer(sender);

    if (record == NULL) {
        return;
    }
    size_t i = find_segment(record, sender, segment);
    if (i == record->event_count) { /* it is one of those left out */
        return;
    }
    record->event_count--;
    memmove(&record->event[i], &record->event[i + 1],
            (record->event_count - i) * sizeof record->event[0]);
    for (; i < record->event_count; i++) {
        record->event[i].state[side] = (enum tcp_state)world->machine.end[side].state;
    }
}

void record_segment(struct world *world, enum side sender, const char *segment)
{
    write_event(world, (struct model_event){
                           .kind = MODEL_EVENT_SEGMENT, .side = sender, .segment = segment});
}

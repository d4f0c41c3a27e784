#include "window.h"

#include "finwait/clock.h"

enum {
    TURN_MS = 20,
};

#define OPEN_NS (60 * NS_PER_MS)
/* Who waits longer is not waited for: the others go on beginning. */
#define DRAIN_NS (2 * NS_PER_S)
/* It is shut for so many times as long as it was open, but no longer than this. */
#define SHUT_TIMES 8
#define SHUT_NS    (2 * NS_PER_S)

static void enter(struct window *window, enum window_phase phase, struct shelf *shelf)
{
    window->phase = phase;
    window->since = clock_now();
    shelf->full_house = phase != WINDOW_OPEN;
    if (phase == WINDOW_OPEN) {
        window->opened = window->since;
    }
}

/* Whether none is followed that has not ended. */
static bool is_drained(const struct shelf *shelf)
{
    struct filter live;

    return shelf->count[FLOW_OPEN] == 0 && shelf_live_ports(shelf, &live) && live.count == 0;
}

static void shut(struct window *window, const struct tap *tap, struct shelf *shelf)
{
    if (tap_listen(tap, false) == 0) {
        enter(window, WINDOW_SHUT, shelf);
    } else {
        enter(window, WINDOW_OPEN, shelf);
    }
}

void window_count(struct window *window, struct shelf *shelf)
{
    if (window->phase == WINDOW_SHUT) {
        shelf->tally.deaf += (uint64_t)(clock_now() - window->since);
    }
}

static void open_again(struct window *window, const struct tap *tap, struct shelf *shelf)
{
    if (tap_listen(tap, true) == 0) {
        window_count(window, shelf);
        enter(window, WINDOW_OPEN, shelf);
    }
}

static int64_t shut_for(const struct window *window)
{
    int64_t wanted = SHUT_TIMES * (window->since - window->opened);

    return wanted < SHUT_NS ? wanted : SHUT_NS;
}

void window_turn(struct window *window, const struct tap *tap, struct shelf *shelf, bool busy)
{
    int64_t passed = clock_now() - window->since;

    switch (window->phase) {
    case WINDOW_OPEN:
        if (busy && passed > OPEN_NS) {
            enter(window, WINDOW_DRAIN, shelf);
        }
        break;
    case WINDOW_DRAIN:
        if (is_drained(shelf)) {
            shut(window, tap, shelf);
        } else if (passed > DRAIN_NS) {
            enter(window, WINDOW_OPEN, shelf);
        }
        break;
    case WINDOW_SHUT:
        if (passed > shut_for(window)) {
            open_again(window, tap, shelf);
        }
        break;
    }
}

int window_patience(const struct window *window, bool busy)
{
    return window->phase == WINDOW_OPEN && !busy ? -1 : TURN_MS;
}

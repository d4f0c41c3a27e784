#include <stdarg.h>
#include <stdlib.h>

#include "finwait/report.h"
#include "story.h"

/* In the order in which they are told: what happened, how it closed, what is left, what was
 * foreseen. */
static observer *const observers[] = {
    observe_cut,          observe_faults,      observe_empty,    observe_refused,
    observe_restart,      observe_no_ports,    observe_queue,    observe_timeouts,
    observe_no_fds,       observe_workers,     observe_blind,    observe_self_connect,
    observe_closer,       observe_crossing,    observe_resets,   observe_orphans_given_up,
    observe_assassinated, observe_syn_sent,    observe_syn_recv, observe_close_wait,
    observe_fin_wait2,    observe_established, observe_unacked,  observe_held,
    observe_time_wait,    observe_gave_way,    observe_recycled, observe_overflow,
    observe_nothing_left, observe_prediction,
};

void story_say(struct story *story, const char *format, ...)
{
    va_list arguments;

    if (story->begun) {
        fputc(' ', story->out);
    }
    story->begun = true;
    va_start(arguments, format);
    vfprintf(story->out, format, arguments);
    va_end(arguments);
}

char *report_explain(const struct result *result)
{
    struct story story = {0};
    char *text = NULL;
    size_t size;

    story.out = open_memstream(&text, &size);
    if (story.out == NULL) {
        return NULL;
    }
    facts_gather(&story.facts, result);
    for (size_t i = 0; i < sizeof observers / sizeof observers[0]; i++) {
        observers[i](&story);
    }
    if (fclose(story.out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

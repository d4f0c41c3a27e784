#include <stdarg.h>
#include <stdlib.h>

#include "finwait/explain.h"
#include "story.h"

/* In the order in which they are told: what happened, how it closed, what is left, what was
 * foreseen. */
static const struct telling {
    observer *observe;
    bool by_host; /* takes a host's sockets and counters for those of one role */
} tellings[] = {
    {observe_cut, false},          {observe_faults, false},
    {observe_events, false},       {observe_moved, false},
    {observe_empty, false},        {observe_refused, false},
    {observe_restart, false},      {observe_no_ports, true},
    {observe_queue, false},        {observe_timeouts, false},
    {observe_no_fds, false},       {observe_workers, false},
    {observe_blind, false},        {observe_self_connect, false},
    {observe_closer, true},        {observe_crossing, true},
    {observe_resets, true},        {observe_tls_handshakes, true},
    {observe_tls_ends, true},      {observe_tls_tickets, true},
    {observe_tls_notify, true},    {observe_orphans_given_up, true},
    {observe_assassinated, true},  {observe_syn_sent, true},
    {observe_syn_recv, true},      {observe_close_wait, true},
    {observe_fin_wait2, true},     {observe_established, true},
    {observe_unacked, true},       {observe_held, true},
    {observe_time_wait, true},     {observe_gave_way, true},
    {observe_recycled, false},     {observe_overflow, false},
    {observe_nothing_left, false}, {observe_prediction, false},
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

char *explain_text(const struct result *result)
{
    struct story story = {0};
    char *text = NULL;
    size_t size;

    story.out = open_memstream(&text, &size);
    if (story.out == NULL) {
        return NULL;
    }
    facts_gather(&story.facts, result);
    for (size_t i = 0; i < sizeof tellings / sizeof tellings[0]; i++) {
        if (!tellings[i].by_host || !story.facts.moved) {
            tellings[i].observe(&story);
        }
    }
    if (fclose(story.out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

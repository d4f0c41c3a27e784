#include "events.h"
#include "faults.h"
#include "story.h"

/* What piled up while something lasted, and how long connects took for it. */

/* Fewer are the load's ordinary ups and downs. */
#define WORTH_TELLING 10

/* A SYN that gets no answer is sent again after TCP_TIMEOUT_INIT, 1 s. */
#define SYN_RETRY NS_PER_S

struct piles {
    uint32_t before[TCP_STATE_N], during[TCP_STATE_N];
};

static void gather(struct piles *piles, const struct result_side *side, int64_t from, int64_t until)
{
    *piles = (struct piles){0};
    for (size_t i = 0; i < side->observation_count; i++) {
        const struct observation *seen = &side->observation[i];
        uint32_t *most = seen->at < from ? piles->before : piles->during;
        for (unsigned state = 1; seen->at <= until && state < TCP_STATE_N; state++) {
            most[state] = seen->state[state] > most[state] ? seen->state[state] : most[state];
        }
    }
}

/* What no close order lets stand: of TIME_WAIT there are more with every connection. */
static bool is_pile(const struct piles *piles, unsigned state)
{
    return state != TCP_STATE_TIME_WAIT && state != TCP_STATE_LISTEN && state != TCP_STATE_CLOSE &&
           piles->during[state] >= WORTH_TELLING && piles->during[state] > 2 * piles->before[state];
}

static bool say_side(struct story *story, enum side side, const struct piles *piles, bool begun)
{
    bool any = false;

    for (unsigned state = 1; state < TCP_STATE_N; state++) {
        if (is_pile(piles, state)) {
            if (!begun && !any) {
                story_say(story, "Samples then saw up to");
            }
            story_add(story, "%s%s in %s",
                      any     ? " and "
                      : begun ? ", "
                              : " ",
                      COUNT(piles->during[state]), tcp_state_name((enum tcp_state)state));
            any = true;
        }
    }
    if (any) {
        story_add(story, " on the %s", side_name(side));
    }
    return any;
}

void story_piled_up(struct story *story, int64_t from, int64_t until)
{
    bool any = false;

    for (unsigned side = 0; from > 0 && side < SIDE_N; side++) {
        struct piles piles;
        gather(&piles, &story->facts.result->side[side], from, until);
        any |= say_side(story, (enum side)side, &piles, any);
    }
    if (any) {
        story_add(story, ".");
    }
}

/* Whom a SYN or SYN-ACK failed, so that it was sent again; NULL: nobody that is known of.  A
 * client that was stopped connects late as well. */
static const char *who_waited(const struct facts *facts)
{
    if (events_count(facts, EVENT_STOP, SIDE_CLIENT) == 0 &&
        (faults_lost(facts, FAULT_SYN, SIDE_SERVER) ||
         faults_lost(facts, FAULT_SYN_ACK, SIDE_CLIENT))) {
        return "Whoever lost its SYN or the SYN-ACK waited for one";
    }
    return facts_moved_anywhere(facts, "TcpExtListenOverflows") > 0
               ? "Whoever was dropped waited for its SYN"
               : NULL;
}

/* From where on connects took as long as a SYN that is sent again, if any did. */
void observe_slow_connects(struct story *story)
{
    const struct histogram *connect =
        &story->facts.result->side[SIDE_CLIENT].account.latency[LATENCY_CONNECT];
    const char *who = who_waited(&story->facts);

    for (size_t i = 0; who != NULL && i <= QUANTILE_N; i++) {
        struct quantile quantile = i < QUANTILE_N ? quantile_table[i] : (struct quantile){"max", 1};
        int64_t took = histogram_quantile(connect, quantile.value);
        if (connect->count > 0 && took >= SYN_RETRY) {
            story_say(story,
                      "%s to be sent again, a second or more: the %s of client connect is %s.", who,
                      quantile.name, DURATION(took));
            story_evidence(story, "latency.connect.%s", quantile.name);
            story_certainty(story, CERTAINTY_LIKELY);
            return;
        }
    }
}

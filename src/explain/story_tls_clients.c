#include <string.h>

#include "tls.h"

/* Clients whose certificate a server refused, or missed. */

/* Connections that met errors of OpenSSL's that begin so. */
static double met(const struct facts *facts, enum side side, const char *words)
{
    const struct text_counts *errors = &facts->result->side[side].tls_errors;
    double count = 0;

    for (size_t i = 0; i < errors->count; i++) {
        bool is = strncmp(errors->item[i].text, words, strlen(words)) == 0;
        count += is ? (double)errors->item[i].count : 0;
    }
    return count;
}

static const struct {
    enum outcome outcome;
    const char *how;
} learnt[] = {
    {OUTCOME_ALERT, "by the alert"},
    {OUTCOME_RESET, "by a RST"},
    {OUTCOME_TRUNCATED, "by a FIN"},
};
#define LEARNT (sizeof learnt / sizeof learnt[0])

/* How those clients were told later that thought they were done; others may have ended so, too. */
static void say_learnt(struct story *story, double refused)
{
    double left = refused;
    const char *between = ": it learnt of it";

    for (size_t i = 0; i < LEARNT; i++) {
        left -= tls_ended(&story->facts, SIDE_CLIENT, learnt[i].outcome);
    }
    for (size_t i = 0; left >= 0 && i < LEARNT; i++) {
        double count = tls_ended(&story->facts, SIDE_CLIENT, learnt[i].outcome);
        if (count > 0) {
            story_evidence(story, "client.outcome.%s", outcome_name(learnt[i].outcome));
            story_add(story, "%s %s on %s", between, learnt[i].how, COUNT(count));
            between = ",";
        }
    }
    if (left > 0) {
        story_add(story, "%s on %s it never did", between[0] == ',' ? "," : ":", COUNT(left));
    }
}

/* RFC 8446 section 4.4.2.4 and appendix E.1.2. */
static void say_too_late(struct story *story, double refused)
{
    const struct facts *facts = &story->facts;

    if (!facts->result->side[SIDE_CLIENT].has_tls ||
        tls_counted(facts, SIDE_CLIENT, TLS_HANDSHAKES) < refused) {
        return;
    }
    story_evidence(story, "client.tls.handshakes");
    story_say(story, "In TLS 1.3 a client's handshake is complete once it has sent its Finished, "
                     "before the server has looked at the certificate");
    say_learnt(story, refused);
    story_add(story, ".");
}

static void say_ours(struct story *story, double missing, double refused)
{
    story_about(story, SIDE_SERVER);
    story_evidence(story, "server.outcome.handshake server.tls.handshakes");
    story_say(story, "The server refused %s for the client's certificate:",
              COUNTED(missing + refused, "connection", "connections"));
    if (missing > 0) {
        story_add(story, " %s showed none%s", COUNT(missing), refused > 0 ? "," : "");
    }
    if (refused > 0) {
        story_add(story, " that of %s did not verify", COUNT(refused));
    }
    story_add(story, ".");
    say_too_late(story, missing + refused);
}

/* certificate_required is said of nothing else (RFC 8446 section 6.2). */
static void say_another(struct story *story, double required)
{
    story_about(story, SIDE_CLIENT);
    story_evidence(story, "client.outcome.alert");
    story_say(story,
              "The server ended %s with the alert certificate_required: the client showed it no "
              "certificate.",
              COUNTED(required, "connection", "connections"));
    say_too_late(story, required);
    story_advise(story, "give the client one: client.tls.cert and client.tls.key");
}

void observe_tls_clients(struct story *story)
{
    const struct facts *facts = &story->facts;
    double missing = met(facts, SIDE_SERVER, "peer did not return a certificate");
    double refused = met(facts, SIDE_SERVER, "certificate verify failed");
    double required = met(facts, SIDE_CLIENT, "tlsv13 alert certificate required");

    if (missing + refused > 0) {
        say_ours(story, missing, refused);
    } else if (required > 0) {
        say_another(story, required);
    }
}

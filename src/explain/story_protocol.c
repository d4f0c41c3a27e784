#include "story.h"

/* Peers that spoke another protocol than the one that was due. */

static const char *due_to(const struct facts *facts, enum side side)
{
    return facts->result->side[side].has_tls ? "TLS" : "HTTP";
}

static void say_spoken(struct story *story, enum side side, uint64_t count, const char *name,
                       const char *what)
{
    const struct account *account = &story->facts.result->side[side].account;

    if (count == 0) {
        return;
    }
    story_evidence(story, ".spoke_%s .opened", name);
    story_say(story, "On %s of %s the %s spoke %s where %s was due.", COUNT(count),
              COUNTED(account->opened, "connection", "connections"),
              side_name(side_player(facts_peer(&story->facts, side))), what,
              due_to(&story->facts, side));
}

static void advise_transport(struct story *story, const struct account *account, enum side side)
{
    if (account->spoke_tls > 0) {
        story_advise(story, side == SIDE_CLIENT ? "write transport: tls, or name the server's port "
                                                  "for plain HTTP"
                                                : "write transport: tls, or let the client speak "
                                                  "plain HTTP");
    } else if (account->spoke_http > 0) {
        story_advise(story, side == SIDE_CLIENT ? "write transport: tcp, or name the server's port "
                                                  "for TLS"
                                                : "write transport: tcp, or let the client speak "
                                                  "TLS");
    } else if (side == SIDE_CLIENT) {
        story_advise(story, "name another port: what listens there is no web server");
    }
}

void observe_other_protocol(struct story *story)
{
    enum side side = story->end;
    const struct account *account = &story->facts.result->side[side].account;

    if (account->spoke_tls + account->spoke_http + account->spoke_ssh + account->spoke_text == 0) {
        return;
    }
    say_spoken(story, side, account->spoke_tls, "tls", "TLS (a record came)");
    say_spoken(story, side, account->spoke_http, "http", "HTTP (or HTML)");
    say_spoken(story, side, account->spoke_ssh, "ssh", "SSH");
    say_spoken(story, side, account->spoke_text, "text",
               "another protocol of lines of text, as SMTP, FTP and Redis are,");
    advise_transport(story, account, side);
}

void observe_asked_for_tls(struct story *story)
{
    uint64_t asked = story->facts.result->side[SIDE_CLIENT].account.asked_for_tls;

    if (asked == 0) {
        return;
    }
    story_evidence(story, "client.asked_for_tls client.http.status.400");
    story_say(story, "%s of status 400 %s that plain HTTP was sent to a port for TLS.",
              COUNTED(asked, "response", "responses"), PLURAL(asked, "says", "say"));
    story_advise(story, "write transport: tls, or name the server's port for plain HTTP");
}

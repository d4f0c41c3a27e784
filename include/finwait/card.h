#ifndef FINWAIT_CARD_H
#define FINWAIT_CARD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "finwait/result.h"
#include "finwait/scenario.h"

/*
 * A card is a value: what the checks of finwait probe found out about one server or client.  A
 * check is a scenario that says what it asks (finwait/check.h), and its verdict is what its
 * expectations say of the result of a run.
 */

enum card_verdict {
    CARD_PASS,
    CARD_WARN,
    CARD_FAIL,
    CARD_INFO, /* nothing is asked for: what was found */
    CARD_SKIP, /* nothing was found out, and why */
    CARD_VERDICT_N,
};

/* "PASS", and in JSON "pass". */
const char *card_verdict_word(enum card_verdict verdict);
const char *card_verdict_name(enum card_verdict verdict);

/* A metric that a check shows; `unit` is "", "s", "bytes" or "1/s", or "share": of `tries`, with
 * the interval (Wilson, 95 %) in which it may lie where so few were tried. */
struct card_measure {
    char *name, *unit;
    double value;
    double tries, low, high; /* of a share */
};

struct card_check {
    char *id;       /* the stem of its file, "idle-end" */
    char *question; /* all texts are owned; */
    char *level, *source;
    char *reason;    /* why it is no PASS, or NULL */
    char *advice;    /* what to change, or NULL */
    char *reproduce; /* the command that runs it alone, or NULL */
    enum card_verdict verdict;
    enum card_verdict found; /* the same, had the level asked for it */
    size_t measure_count;
    struct card_measure *measure;
    json_t *evidence; /* packets, states, owners, expectations as in result.json; or NULL */
};

struct card {
    char *target;  /* as people call it */
    char *version; /* finwait's */
    char *started; /* RFC 3339, UTC */
    double seconds;
    bool cut; /* interrupted: checks are missing */
    size_t count;
    struct card_check *check;
};

/* ---- made ---- */

/* Append the check of that id, of which nothing is known yet: it is a SKIP.  Lives where it is
 * until the next one is appended. */
struct card_check *card_add(struct card *card, const char *id, const struct check_spec *spec);

void card_skip(struct card_check *check, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Give the check the verdict of a run: SKIP, with the reason, where it was cut short, where nothing
 * was established (without load.may_fail), or where what it needs was not measured; FAIL where the
 * command that plays `side` was ended by a signal that nobody had sent.  `program` is whose advice
 * is wanted, or NULL.  The expectations are judged in `result`.  -1: STATUS_USAGE, one of them is
 * none.
 */
int card_judge(struct card_check *check, const struct check_spec *spec, enum side side,
               const char *program, struct result *result, struct error *error);

/* -1: STATUS_USAGE, an expectation, a metric or what is shown of one is wrong. */
int card_check_spec(const struct scenario *scenario, struct error *error);

void card_fini(struct card *card);

/* How many have the verdict. */
size_t card_count(const struct card *card, enum card_verdict verdict);

/* STATUS_OK, STATUS_UNMET: one has failed; STATUS_MACHINE: all were skipped; STATUS_INTERRUPTED. */
enum status card_status(const struct card *card);

/* ---- written and read ---- */

struct card_ops {
    const char *name, *about;
    void (*write)(const struct card *cards, size_t count, FILE *out);
};

extern const struct card_ops card_text, card_json, card_junit, card_markdown;
extern const struct card_ops *const card_formats[];   /* ends with NULL */
const struct card_ops *card_format(const char *name); /* NULL: none */

/* A card as JSON, the caller's reference; and back.  -1: STATUS_USAGE, it is none. */
json_t *card_to_json(const struct card *card);
int card_from_json(struct card *card, const json_t *json, struct error *error);

/* Cards side by side, a row a check. */
void card_matrix(const struct card *cards, size_t count, FILE *out);

/* What differs between two.  True: something is worse than it was. */
bool card_diff(const struct card *before, const struct card *after, FILE *out);

/* A value with its unit, for people: "2 s". */
char *card_value(const struct card_measure *measure);

#endif

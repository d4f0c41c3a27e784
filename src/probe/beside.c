#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/card.h"
#include "finwait/grow.h"
#include "finwait/ink.h"
#include "finwait/wrap.h"

/* Cards side by side: several targets, or one before and after. */

enum {
    ID_WIDTH = 26,
    CELL = 6,
    WIDTH = 80,
};

static const struct card_check *find(const struct card *card, const char *id)
{
    for (size_t i = 0; i < card->count; i++) {
        if (strcmp(card->check[i].id, id) == 0) {
            return &card->check[i];
        }
    }
    return NULL;
}

static void put_cell(const struct card_check *check, FILE *out)
{
    static const int inks[CARD_VERDICT_N] = {[CARD_PASS] = INK_GREEN,
                                             [CARD_WARN] = INK_YELLOW,
                                             [CARD_FAIL] = INK_RED,
                                             [CARD_INFO] = INK_BOLD,
                                             [CARD_SKIP] = INK_BOLD};
    const char *word =
        check == NULL || check->verdict == CARD_SKIP ? "-" : card_verdict_word(check->verdict);

    if (check == NULL) {
        fputs(word, out);
    } else {
        ink_put((enum ink)inks[check->verdict], word, out);
    }
    text_blanks(CELL - strlen(word), out);
}

static void put_names(const struct card *cards, size_t count, FILE *out)
{
    for (size_t i = 0; i < count; i++) {
        char *name = grow_format("%zu: %s", i + 1, cards[i].target);

        fputs("  ", out);
        text_wrap(name, 2, 5, WIDTH, out);
        free(name);
    }
    fputc('\n', out);
    text_blanks(2 + ID_WIDTH, out);
    for (size_t i = 0; i < count; i++) {
        fprintf(out, "%-*zu", CELL, i + 1);
    }
    fputc('\n', out);
}

void card_matrix(const struct card *cards, size_t count, FILE *out)
{
    put_names(cards, count, out);
    for (size_t row = 0; row < cards[0].count; row++) {
        fprintf(out, "  %-*s", ID_WIDTH, cards[0].check[row].id);
        for (size_t i = 0; i < count; i++) {
            put_cell(find(&cards[i], cards[0].check[row].id), out);
        }
        fputc('\n', out);
    }
    fputs("\n  -: it could not be asked; the card of each by itself says why\n", out);
}

/* ---- before and after ---- */

/* A value is another where it moved by a tenth: two runs are never the same to the last digit. */
#define MOVED 0.1

static const struct card_measure *measure_of(const struct card_check *check, const char *name)
{
    for (size_t i = 0; i < check->measure_count; i++) {
        if (strcmp(check->measure[i].name, name) == 0) {
            return &check->measure[i];
        }
    }
    return NULL;
}

static void tell_measures(const struct card_check *before, const struct card_check *after,
                          FILE *out)
{
    for (size_t i = 0; i < after->measure_count; i++) {
        const struct card_measure *new = &after->measure[i];
        const struct card_measure *old = measure_of(before, new->name);

        if (old != NULL &&
            fabs(new->value - old->value) > MOVED * fmax(fabs(new->value), fabs(old->value))) {
            char *then = card_value(old);
            char *now = card_value(new);

            fprintf(out, "  %-*s%s %s -> %s\n", ID_WIDTH, after->id, new->name, then, now);
            free(then);
            free(now);
        }
    }
}

/* How bad a verdict is; of INFO and SKIP nobody knows. */
static int badness(enum card_verdict verdict)
{
    return verdict <= CARD_FAIL ? (int)verdict : -1;
}

static bool tell_verdict(const struct card_check *before, const struct card_check *after, FILE *out)
{
    bool known = badness(before->verdict) >= 0 && badness(after->verdict) >= 0;

    if (before->verdict == after->verdict) {
        return false;
    }
    fprintf(out, "  %-*s%s -> %s\n", ID_WIDTH, after->id, card_verdict_word(before->verdict),
            card_verdict_word(after->verdict));
    if (after->reason != NULL) {
        text_blanks(2 + ID_WIDTH, out);
        text_wrap(after->reason, 2 + ID_WIDTH, 2 + ID_WIDTH, WIDTH, out);
    }
    return (known && badness(after->verdict) > badness(before->verdict)) ||
           after->verdict == CARD_FAIL;
}

bool card_diff(const struct card *before, const struct card *after, FILE *out)
{
    bool worse = false;

    for (size_t i = 0; i < after->count; i++) {
        const struct card_check *old = find(before, after->check[i].id);

        if (old == NULL) {
            fprintf(out, "  %-*snew: %s\n", ID_WIDTH, after->check[i].id,
                    card_verdict_word(after->check[i].verdict));
            worse |= after->check[i].verdict == CARD_FAIL;
            continue;
        }
        worse |= tell_verdict(old, &after->check[i], out);
        tell_measures(old, &after->check[i], out);
    }
    for (size_t i = 0; i < before->count; i++) {
        if (find(after, before->check[i].id) == NULL) {
            fprintf(out, "  %-*sgone\n", ID_WIDTH, before->check[i].id);
        }
    }
    return worse;
}

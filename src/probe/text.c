#include <stdlib.h>
#include <string.h>

#include "finwait/card.h"
#include "finwait/grow.h"
#include "finwait/ink.h"
#include "finwait/terminal.h"
#include "finwait/wrap.h"

enum {
    WIDTH = 80,
    ID_AT = 8,
    TEXT_AT = 34,
};

static void put_verdict(enum card_verdict verdict, FILE *out)
{
    static const int inks[CARD_VERDICT_N] = {[CARD_PASS] = INK_GREEN,
                                             [CARD_WARN] = INK_YELLOW,
                                             [CARD_FAIL] = INK_RED,
                                             [CARD_INFO] = INK_BOLD,
                                             [CARD_SKIP] = -1};

    fputs("  ", out);
    if (inks[verdict] >= 0) {
        ink_put((enum ink)inks[verdict], card_verdict_word(verdict), out);
    } else {
        fputs(card_verdict_word(verdict), out);
    }
    fputs("  ", out);
}

/* "idle 2 s, advertised 2 s"; NULL: nothing was measured. */
static char *measures(const struct card_check *check)
{
    struct grow_stream stream;

    if (check->measure_count == 0) {
        return NULL;
    }
    grow_stream_open(&stream);
    for (size_t i = 0; i < check->measure_count; i++) {
        char *value = card_value(&check->measure[i]);

        fprintf(stream.out, "%s%s %s", i > 0 ? ", " : "", check->measure[i].name, value);
        free(value);
    }
    return grow_stream_close(&stream);
}

static void put_below(const char *before, const char *text, FILE *out)
{
    if (text != NULL && text[0] != '\0') {
        text_blanks(ID_AT, out);
        fputs(before, out);
        text_wrap(text, ID_AT + strlen(before), ID_AT + strlen(before), WIDTH, out);
    }
}

static void put_check(const struct card_check *check, FILE *out)
{
    char *measured = measures(check);

    put_verdict(check->verdict, out);
    fputs(check->id, out);
    size_t at = ID_AT + strlen(check->id);
    text_blanks(at < TEXT_AT ? TEXT_AT - at : 1, out);
    text_wrap(check->question, at < TEXT_AT ? TEXT_AT : at + 1, TEXT_AT, WIDTH, out);
    put_below("", measured, out);
    if (check->verdict != CARD_PASS && check->verdict != CARD_INFO) {
        put_below("", check->reason, out);
    }
    if (check->verdict == CARD_FAIL || check->verdict == CARD_WARN) {
        char *asked =
            grow_format("%s, %s", check->level, check->source != NULL ? check->source : "");

        put_below("", asked, out);
        put_below("-> ", check->advice, out);
        put_below("$ ", check->reproduce, out);
        free(asked);
    }
    free(measured);
}

static bool same_reason(const struct card_check *a, const struct card_check *b)
{
    return b->verdict == CARD_SKIP && a->reason != NULL && b->reason != NULL &&
           strcmp(a->reason, b->reason) == 0;
}

/* Those that were skipped for the same reason as the one at `first`, which is the first. */
static void put_skipped(const struct card *card, size_t first, FILE *out)
{
    const struct card_check *check = &card->check[first];
    struct grow_stream ids;

    for (size_t i = 0; i < first; i++) {
        if (same_reason(check, &card->check[i])) {
            return;
        }
    }
    grow_stream_open(&ids);
    for (size_t i = first; i < card->count; i++) {
        if (i == first || same_reason(check, &card->check[i])) {
            fprintf(ids.out, "%s%s", i > first ? ", " : "", card->check[i].id);
        }
    }
    char *text = grow_stream_close(&ids);
    put_verdict(CARD_SKIP, out);
    text_wrap(text, ID_AT, ID_AT, WIDTH, out);
    put_below("", check->reason, out);
    free(text);
}

static void put_sum(const struct card *card, FILE *out)
{
    fputs("\n  ", out);
    for (unsigned i = 0; i < CARD_VERDICT_N; i++) {
        size_t count = card_count(card, (enum card_verdict)i);

        fprintf(out, "%s%zu %s", i > 0 ? ", " : "", count, card_verdict_name((enum card_verdict)i));
    }
    fprintf(out, ": %zu check%s in %.0f s%s\n", card->count, card->count == 1 ? "" : "s",
            card->seconds, card->cut ? ", interrupted" : "");
}

static void put_card(const struct card *card, FILE *out)
{
    fputs("finwait probe: ", out);
    text_wrap(card->target, 15, 2, WIDTH, out);
    fputc('\n', out);
    for (size_t i = 0; i < card->count; i++) {
        if (card->check[i].verdict != CARD_SKIP) {
            put_check(&card->check[i], out);
        }
    }
    for (size_t i = 0; i < card->count; i++) {
        if (card->check[i].verdict == CARD_SKIP) {
            put_skipped(card, i, out);
        }
    }
    put_sum(card, out);
}

static void write_text(const struct card *cards, size_t count, FILE *out)
{
    if (count == 1) {
        put_card(&cards[0], out);
    } else {
        card_matrix(cards, count, out);
    }
}

const struct card_ops card_text = {.name = "text",
                                   .about = "for people: a card, of several targets a matrix",
                                   .write = write_text};

const struct card_ops *const card_formats[] = {&card_text, &card_json, &card_junit, &card_markdown,
                                               NULL};

const struct card_ops *card_format(const char *name)
{
    for (size_t i = 0; card_formats[i] != NULL; i++) {
        if (strcmp(card_formats[i]->name, name) == 0) {
            return card_formats[i];
        }
    }
    return NULL;
}

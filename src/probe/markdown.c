#include <stdlib.h>

#include "finwait/card.h"
#include "finwait/grow.h"
#include "finwait/table.h"

/* What a check found, and why it is no PASS. */
static char *found(const struct card_check *check)
{
    struct grow_stream stream;
    bool told = check->verdict != CARD_PASS && check->reason != NULL;

    grow_stream_open(&stream);
    for (size_t i = 0; i < check->measure_count; i++) {
        char *value = card_value(&check->measure[i]);

        fprintf(stream.out, "%s%s %s", i > 0 ? ", " : "", check->measure[i].name, value);
        free(value);
    }
    if (told) {
        fprintf(stream.out, "%s%s", check->measure_count > 0 ? "; " : "", check->reason);
    }
    return grow_stream_close(&stream);
}

static void put_card(const struct card *card, FILE *out)
{
    static const char *const heading[] = {"verdict", "check", "asked for", "found"};
    struct table table;

    table_begin(&table, "lllw");
    table.heading = heading;
    for (size_t i = 0; i < card->count; i++) {
        const struct card_check *check = &card->check[i];
        char *text = found(check);
        char *asked = grow_format("%s%s%s", check->level, check->source != NULL ? ", " : "",
                                  check->source != NULL ? check->source : "");
        const char *const cells[] = {card_verdict_word(check->verdict), check->id, asked, text};

        table_row(&table, cells);
        free(asked);
        free(text);
    }
    fprintf(out, "## %s\n\n", card->target);
    table_print_markdown(&table, out);
    table_free(&table);
}

static void put_matrix(const struct card *cards, size_t count, FILE *out)
{
    fputs("| check |", out);
    for (size_t i = 0; i < count; i++) {
        fprintf(out, " %s |", cards[i].target);
    }
    fputs("\n| --- |", out);
    for (size_t i = 0; i < count; i++) {
        fputs(" --- |", out);
    }
    fputc('\n', out);
    for (size_t row = 0; row < cards[0].count; row++) {
        fprintf(out, "| %s |", cards[0].check[row].id);
        for (size_t i = 0; i < count; i++) {
            fprintf(out, " %s |",
                    row < cards[i].count ? card_verdict_word(cards[i].check[row].verdict) : "");
        }
        fputc('\n', out);
    }
}

static void write_markdown(const struct card *cards, size_t count, FILE *out)
{
    if (count == 1) {
        put_card(&cards[0], out);
    } else {
        put_matrix(cards, count, out);
    }
}

const struct card_ops card_markdown = {
    .name = "markdown", .about = "a table in GitHub's Markdown", .write = write_markdown};

#include <stdlib.h>
#include <string.h>

#include "finwait/error.h"
#include "finwait/grow.h"
#include "finwait/kernel_counter.h"
#include "metrics.h"

/* Every name a metric can have; of the open rows, those with the word that was written, and those
 * with a counter of the catalogue. */
struct candidates {
    const char *written; /* no candidate itself */
    size_t count;
    char **name;
};

static void add_candidate(void *context, const struct metric_key *key)
{
    struct candidates *all = context;
    char text[METRIC_TEXT];

    metrics_format(text, sizeof text, key);
    if (strcmp(text, all->written) == 0) {
        return;
    }
    all->name = grow_by_one(all->name, all->count, sizeof *all->name);
    all->name[all->count++] = grow_text(text);
}

static void collect(struct candidates *all, const char *name)
{
    static const char mix[] = "client.mix.";
    const char *last = strrchr(name, '.');
    bool mixed = strncmp(name, mix, sizeof mix - 1) == 0 && last >= name + sizeof mix - 1;
    const char *word = last != NULL ? last + 1 : NULL;
    const char *program = mixed ? name + sizeof mix - 1 : NULL;
    bool counter = word != NULL && metrics_is_word(word);

    for (unsigned id = 0; id < METRIC_N; id++) {
        struct metric_key key = {.id = (enum metric_id)id};
        bool usable = metrics_is_counter(key.id) ? counter : mixed;
        key.name = metrics_is_counter(key.id) ? word : program;
        if (usable || !metrics_is_open(key.id)) {
            metrics_expand(&key, add_candidate, all);
        }
        for (size_t i = 0; metrics_is_counter(key.id) && i < counter_count; i++) {
            key.name = counter_table[i].name;
            metrics_expand(&key, add_candidate, all);
        }
    }
}

static const char *equal_but_for_case(const struct candidates *all, const char *name)
{
    for (size_t i = 0; i < all->count; i++) {
        if (strcasecmp(all->name[i], name) == 0) {
            return all->name[i];
        }
    }
    return NULL;
}

/* The first metric that `name` is the beginning of: "server.time_wait" lacks ".peak". */
static const char *continued(const struct candidates *all, const char *name)
{
    size_t length = strlen(name);

    for (size_t i = 0; i < all->count; i++) {
        if (strncmp(all->name[i], name, length) == 0 && all->name[i][length] == '.') {
            return all->name[i];
        }
    }
    return NULL;
}

char *metric_nearest(char *text, size_t size, const char *name)
{
    struct candidates all = {.written = name};

    collect(&all, name);
    const char *nearest = equal_but_for_case(&all, name);
    if (nearest == NULL) {
        nearest = continued(&all, name);
    }
    if (nearest == NULL) {
        nearest = nearest_spelling(name, (const char *const *)all.name, all.count);
    }
    snprintf(text, size, "%s", nearest == NULL ? "" : nearest);
    for (size_t i = 0; i < all.count; i++) {
        free(all.name[i]);
    }
    free(all.name);
    return text;
}

char *metric_meant(char *text, size_t size, const char *name)
{
    static const char marker[] = ".counter.";
    const char *counter = strstr(name, marker);

    if (counter == NULL || counter_info(counter + strlen(marker)) != NULL) {
        text[0] = '\0';
        return text;
    }
    return metric_nearest(text, size, name);
}

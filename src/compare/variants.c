#include "finwait/variants.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/grow.h"
#include "finwait/text.h"

/* ---- names ---- */

enum {
    VALUE_SHOWN = 24,
    FOLDER_MAX = 100, /* bytes: a file system takes 255 */
};

/* "tcp_tw_reuse" of "client.sysctl.net.ipv4.tcp_tw_reuse". */
static const char *last_part(const char *path)
{
    const char *dot = strrchr(path, '.');

    return dot != NULL ? dot + 1 : path;
}

/* As much of the path as tells it from the others that are varied: its last part, its first and its
 * last, or all. */
static char *short_path(const struct variant_groups *vary, const char *path)
{
    bool same_last = false;
    bool same_ends = false;
    size_t first = strcspn(path, ".");

    for (size_t i = 0; i < vary->count; i++) {
        const char *other = vary->item[i].name;
        if (strcmp(other, path) != 0 && strcmp(last_part(other), last_part(path)) == 0) {
            same_last = true;
            same_ends |= strncmp(other, path, first + 1) == 0;
        }
    }
    return !same_last   ? grow_text(last_part(path))
           : !same_ends ? grow_format("%.*s.%s", (int)first, path, last_part(path))
                        : grow_text(path);
}

static void name_setting(FILE *out, const struct variant_groups *vary,
                         const struct variant_setting *setting)
{
    char *path = short_path(vary, setting->path);
    char *value = grow_text(setting->value);
    size_t length = VALUE_SHOWN;

    text_fold(value);
    if (strlen(value) <= length) {
        fprintf(out, "%s=%s", path, value);
    } else {
        while (length > 0 && ((unsigned char)value[length] & 0xc0) == 0x80) {
            length--; /* no character of UTF-8 is cut */
        }
        fprintf(out, "%s=%.*s...", path, (int)length, value);
    }
    free(value);
    free(path);
}

/* The text, or where another has it already "TEXT (2)". */
static char *make_unique(char *text, const struct variants *variants, size_t offset)
{
    char *unique = grow_text(text);
    size_t number = 1;

    for (size_t i = 0; i < variants->count; i++) {
        const char *other = *(char *const *)((const char *)&variants->item[i] + offset);
        if (strcmp(other, unique) == 0) {
            free(unique);
            unique = grow_format("%s (%zu)", text, ++number);
            i = (size_t)-1; /* from the first again */
        }
    }
    free(text);
    return unique;
}

/* With no point in front: ".." is another directory, and the rest is not listed. */
static char *folder_of(const char *name)
{
    static const char kept[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                               "-+_=.";
    char *folder = grow_text(name);
    size_t used = 0;

    for (const char *c = name; *c != '\0' && used < FOLDER_MAX; c++) {
        bool keep = strchr(kept, *c) != NULL && (used > 0 || *c != '.');
        if (keep || used == 0 || folder[used - 1] != '_') {
            folder[used++] = keep ? *c : '_';
        }
    }
    folder[used] = '\0';
    return folder;
}

/* ---- the matrix ---- */

static char *name_of(const struct compare_spec *spec, const struct variant_group *named,
                     const size_t *chosen)
{
    struct grow_stream stream;

    grow_stream_open(&stream);
    fputs(named != NULL ? named->name : "", stream.out);
    for (size_t i = 0; i < spec->vary.count; i++) {
        fputs(i > 0 || named != NULL ? ", " : "", stream.out);
        name_setting(stream.out, &spec->vary, &spec->vary.item[i].setting[chosen[i]]);
    }
    return grow_stream_close(&stream);
}

static void add_setting(struct variant *variant, const struct variant_setting *setting)
{
    variant->setting = grow_by_one((void *)variant->setting, variant->count,
                                   sizeof(const struct variant_setting *));
    variant->setting[variant->count++] = setting;
}

static void add_variant(struct variants *variants, const struct compare_spec *spec,
                        const struct variant_group *named, const size_t *chosen)
{
    struct variant variant = {.name = name_of(spec, named, chosen)};

    for (size_t i = 0; named != NULL && i < named->count; i++) {
        add_setting(&variant, &named->setting[i]);
    }
    for (size_t i = 0; i < spec->vary.count; i++) {
        add_setting(&variant, &spec->vary.item[i].setting[chosen[i]]);
    }
    variant.name = make_unique(variant.name, variants, offsetof(struct variant, name));
    variant.folder =
        make_unique(folder_of(variant.name), variants, offsetof(struct variant, folder));
    variants->item[variants->count++] = variant;
}

/* The next combination, the last one's values fastest; false: that was the last. */
static bool advance(const struct variant_groups *vary, size_t *chosen)
{
    for (size_t i = vary->count; i-- > 0;) {
        if (++chosen[i] < vary->item[i].count) {
            return true;
        }
        chosen[i] = 0;
    }
    return false;
}

static void add_combinations(struct variants *variants, const struct compare_spec *spec,
                             const struct variant_group *named)
{
    size_t *chosen = grow_new(spec->vary.count + 1, sizeof *chosen);

    do {
        add_variant(variants, spec, named, chosen);
    } while (advance(&spec->vary, chosen));
    free(chosen);
}

/* How many there are, as far as that is not beyond `most`. */
static size_t count_all(const struct compare_spec *spec, size_t most)
{
    size_t count = spec->named.count > 0 ? spec->named.count : 1;

    for (size_t i = 0; i < spec->vary.count && count <= most; i++) {
        count *= spec->vary.item[i].count;
    }
    return count;
}

struct variants *variants_new(const struct compare_spec *spec, struct error *error)
{
    size_t count = count_all(spec, VARIANTS_MAX);
    struct variants *variants;

    if (count > VARIANTS_MAX) {
        error_set(error, STATUS_USAGE, "more than %d variants", VARIANTS_MAX);
        error_hint(error, "vary fewer options at a time, or fewer values of each");
        return NULL;
    }
    if (count < 2) {
        error_set(error, STATUS_USAGE, "there is one variant, and nothing to compare it with");
        error_hint(error, "give several values, e.g. --vary server.sockopt.linger=off,0s");
        return NULL;
    }
    variants = grow_new(1, sizeof *variants);
    if (spec->named.count == 0) {
        add_combinations(variants, spec, NULL);
    }
    for (size_t i = 0; i < spec->named.count; i++) {
        add_combinations(variants, spec, &spec->named.item[i]);
    }
    return variants;
}

void variants_free(struct variants *variants)
{
    for (size_t i = 0; variants != NULL && i < variants->count; i++) {
        free(variants->item[i].name);
        free(variants->item[i].folder);
        free((void *)variants->item[i].setting);
    }
    free(variants);
}

/* ---- their order ---- */

/* SplitMix64 (G. L. Steele, D. Lea, C. H. Flood, OOPSLA 2014), as in Vigna's splitmix64.c. */
static uint64_t next_number(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* Below `bound`, each as likely: what would make the first ones likelier is drawn again. */
static size_t draw_below(uint64_t *state, size_t bound)
{
    uint64_t least = -(uint64_t)bound % bound;
    uint64_t number;

    do {
        number = next_number(state);
    } while (number < least);
    return (size_t)(number % bound);
}

void variants_shuffle(size_t count, size_t order[count], uint64_t seed, uint64_t round)
{
    uint64_t state = seed;

    state = next_number(&state) ^ round;
    for (size_t i = 0; i < count; i++) {
        size_t j = draw_below(&state, i + 1);
        order[i] = order[j];
        order[j] = i;
    }
}

#ifndef FINWAIT_VARIANTS_H
#define FINWAIT_VARIANTS_H

#include <stddef.h>
#include <stdint.h>

#include "finwait/error.h"
#include "finwait/words.h"

/* The variants of a scenario: what is written of them, and which there are. */

/* An option and what it is to be, as a user would write it after --set. */
struct variant_setting {
    char *path, *value;
    struct where where;
};

/* Of `vary` an option and each value it is to have, all with that path; of `variants` one of them
 * and what makes it. */
struct variant_group {
    char *name;
    size_t count;
    struct variant_setting *setting;
};
struct variant_groups {
    size_t count;
    struct variant_group *item;
};

/* What a scenario says of a comparison. */
struct compare_spec {
    struct variant_groups vary, named;
    uint32_t rounds;
    int64_t budget; /* ns; 0: none */
    double until;   /* 0: not said */
    double margin;
    char *baseline; /* NULL: the first */
    struct words metric, fail_if;
};

#define COMPARE_ROUNDS_MAX 1000

void variant_groups_fini(struct variant_groups *groups);

/* ---- which there are (src/compare) ---- */

enum { VARIANTS_MAX = 64 };

struct variant {
    char *name;   /* "linger=0s, tcp_tw_reuse=2"; no two have the same */
    char *folder; /* the same as the name of a directory */
    size_t count;
    const struct variant_setting **setting; /* borrowed from the spec */
};

struct variants {
    size_t count;
    struct variant item[VARIANTS_MAX];
};

/*
 * Each named variant (without one: the scenario as it is) with each combination of what is varied,
 * the last option's values changing fastest.  NULL: STATUS_USAGE, they are too many or fewer than
 * two.  `spec` must outlive them.
 */
struct variants *variants_new(const struct compare_spec *spec, struct error *error);
void variants_free(struct variants *variants); /* NULL is allowed */

/*
 * The order of the variants in a round: a shuffle (Fisher-Yates) by the numbers of SplitMix64,
 * begun at a mix of the seed and the round, so that each round's is known without the others'.
 */
void variants_shuffle(size_t count, size_t order[count], uint64_t seed, uint64_t round);

#endif

#include "metrics.h"

#include <ctype.h>
#include <string.h>

#include "finwait/account.h"
#include "finwait/error.h"
#include "finwait/kernel_state.h"
#include "finwait/side.h"

const struct metric_info metric_table[] = {
#define X(id, pattern, unit, read, about) [id] = {pattern, unit, about},
    METRICS(X)
#undef X
#define X(name, unit, about) [METRIC_ACCOUNT_##name] = {"<side>." #name, unit, about},
        ACCOUNT(X)
#undef X
};
const size_t metric_count = METRIC_N;

static const char *side_word(unsigned index)
{
    return side_name((enum side)index);
}

static const char *end_word(unsigned index)
{
    return index != SIDE_PROXY ? side_name((enum side)index) : NULL;
}

static const char *state_word(unsigned index)
{
    return tcp_state_name((enum tcp_state)index);
}

static const char *latency_word(unsigned index)
{
    return latency_name((enum latency)index);
}

static const char *stat_word(unsigned index)
{
    static const char *const names[STAT_N] = {"min", "mean", "max"};

    return names[index];
}

static const char *quantile_word(unsigned index)
{
    return quantile_table[index].name;
}

static const char *outcome_word(unsigned index)
{
    return outcome_name((enum outcome)index);
}

static const char *tls_word(unsigned index)
{
    return tls_count_name((enum tls_count)index);
}

static const char *closer_word(unsigned index)
{
    static const char *const names[CLOSER_N] = {"client", "server", "proxy", "both", "unknown"};

    return names[index];
}

static const char *class_word(unsigned index)
{
    static const char *const names[] = {"1xx", "2xx", "3xx", "4xx", "5xx"};

    return names[index];
}

static const char *status_word(unsigned index)
{
    return http_status_name(index);
}

static const char *errno_word(unsigned index)
{
    return index > 0 ? strerrorname_np((int)index) : NULL;
}

/* The words of a domain; a NULL among them stands for nothing. */
struct words {
    const char *placeholder;
    unsigned count;
    const char *(*at)(unsigned index);
};

static const struct words domains[DOMAIN_N] = {
    [DOMAIN_SIDE] = {"<side>", SIDE_N, side_word},
    [DOMAIN_PLAYER] = {"<player>", PLAYERS_N, side_word},
    [DOMAIN_END] = {"<end>", ENDS_N, end_word},
    [DOMAIN_STATE] = {"<state>", TCP_STATE_N, state_word},
    [DOMAIN_LATENCY] = {"<latency>", LATENCY_N, latency_word},
    [DOMAIN_STAT] = {"<stat>", STAT_N, stat_word},
    [DOMAIN_QUANTILE] = {"<quantile>", QUANTILE_N, quantile_word},
    [DOMAIN_OUTCOME] = {"<outcome>", OUTCOME_N, outcome_word},
    [DOMAIN_TLS] = {"<tls>", TLS_COUNT_N, tls_word},
    [DOMAIN_CLOSER] = {"<closer>", CLOSER_N, closer_word},
    [DOMAIN_CLASS] = {"<class>", HTTP_STATUS_N / 100, class_word},
    [DOMAIN_STATUS] = {"<code>", HTTP_STATUS_N, status_word},
    [DOMAIN_ERRNO] = {"<ERRNO>", ERRNO_LIMIT, errno_word},
    [DOMAIN_NAME] = {"<name>", 0, NULL},
};

/* A part of a dotted text. */
struct part {
    const char *text;
    size_t length;
};

static struct part first_part(const char *dotted)
{
    return (struct part){dotted, strcspn(dotted, ".")};
}

static bool part_is(struct part part, const char *word)
{
    return word != NULL && strlen(word) == part.length && memcmp(word, part.text, part.length) == 0;
}

/* The domain a part of a pattern stands for; DOMAIN_N: none, it is literal. */
static enum domain part_domain(struct part pattern)
{
    unsigned domain = 0;

    while (domain < DOMAIN_N && !part_is(pattern, domains[domain].placeholder)) {
        domain++;
    }
    return (enum domain)domain;
}

/* nstat(8)'s names: a word of letters and digits. */
static bool is_counter_name(struct part part)
{
    for (size_t i = 0; i < part.length; i++) {
        if (!isalnum((unsigned char)part.text[i]) && part.text[i] != '_') {
            return false;
        }
    }
    return part.length > 0 && part.length <= METRIC_WORD &&
           isalpha((unsigned char)part.text[0]) != 0;
}

bool metrics_is_word(const char *name)
{
    return is_counter_name((struct part){name, strlen(name)});
}

/* What `name` begins with: a word that is one part of it, or several. */
static bool begins_with(const char *name, const char *word)
{
    size_t length = word != NULL ? strlen(word) : 0;

    return length > 0 && strncmp(name, word, length) == 0 &&
           (name[length] == '.' || name[length] == '\0');
}

static bool match_word(enum domain domain, struct part *part, struct metric_key *key)
{
    for (unsigned i = 0; i < domains[domain].count; i++) {
        const char *word = domains[domain].at(i);
        if (begins_with(part->text, word)) {
            key->part[domain] = i;
            part->length = strlen(word);
            return true;
        }
    }
    return false;
}

/* `part` grows to what it is matched with. */
static bool match_part(struct part pattern, struct part *part, struct metric_key *key)
{
    enum domain domain = part_domain(pattern);

    if (domain == DOMAIN_NAME) {
        key->name = part->text;
        return is_counter_name(*part);
    }
    if (domain < DOMAIN_CLOSED_N) {
        return match_word(domain, part, key);
    }
    return pattern.length == part->length && memcmp(pattern.text, part->text, part->length) == 0;
}

static bool match_row(const char *pattern, const char *name, struct metric_key *key)
{
    for (;;) {
        struct part wanted = first_part(pattern);
        struct part found = first_part(name);
        if (!match_part(wanted, &found, key)) {
            return false;
        }
        pattern += wanted.length;
        name += found.length;
        if (*pattern != *name || *pattern == '\0') {
            return *pattern == *name;
        }
        pattern++;
        name++;
    }
}

bool metrics_match(const char *name, struct metric_key *key)
{
    for (unsigned id = 0; id < METRIC_N; id++) {
        *key = (struct metric_key){.id = (enum metric_id)id};
        if (match_row(metric_table[id].pattern, name, key)) {
            return true;
        }
    }
    return false;
}

const struct metric_info *metric_find(const char *name)
{
    struct metric_key key;

    return metrics_match(name, &key) ? &metric_table[key.id] : NULL;
}

/* What stands in the name for a part of the pattern. */
static struct part fill_part(struct part pattern, const struct metric_key *key)
{
    enum domain domain = part_domain(pattern);

    if (domain == DOMAIN_N) {
        return pattern;
    }
    if (domain == DOMAIN_NAME) {
        return first_part(key->name);
    }
    const char *word = domains[domain].at(key->part[domain]);
    return (struct part){word, strlen(word)};
}

const struct metric_info *metric_take_apart(const char *name, struct metric_part *part,
                                            size_t *count)
{
    struct metric_key key;

    *count = 0;
    if (!metrics_match(name, &key)) {
        return NULL;
    }
    for (const char *pattern = metric_table[key.id].pattern;;) {
        struct part wanted = first_part(pattern);
        enum domain domain = part_domain(wanted);
        struct part found = first_part(name);
        if (match_part(wanted, &found, &key) && domain != DOMAIN_N && *count < METRIC_PARTS) {
            part[(*count)++] =
                (struct metric_part){domains[domain].placeholder, name, found.length};
        }
        pattern += wanted.length;
        if (*pattern == '\0') {
            return &metric_table[key.id];
        }
        pattern++;
        name += found.length + 1;
    }
}

char *metrics_format(char *text, size_t size, const struct metric_key *key)
{
    const char *pattern = metric_table[key->id].pattern;
    size_t used = 0;

    for (;;) {
        struct part wanted = first_part(pattern);
        struct part part = fill_part(wanted, key);
        pattern += wanted.length;
        int length = snprintf(text + used, size - used, "%.*s%s", (int)part.length, part.text,
                              *pattern == '.' ? "." : "");
        used += (size_t)length;
        if (*pattern == '\0' || used >= size) {
            return text;
        }
        pattern++;
    }
}

/* Run through the words of the domains of `pattern`, the rest of the row's. */
static void expand(const char *pattern, struct metric_key *key, metrics_visit *visit, void *context)
{
    struct part part = first_part(pattern);
    enum domain domain = part_domain(part);
    unsigned words = domain < DOMAIN_CLOSED_N ? domains[domain].count : 1;

    for (unsigned i = 0; i < words; i++) {
        if (domain < DOMAIN_CLOSED_N) {
            if (domains[domain].at(i) == NULL) {
                continue;
            }
            key->part[domain] = i;
        }
        if (part.text[part.length] == '\0') {
            visit(context, key);
        } else {
            expand(part.text + part.length + 1, key, visit, context);
        }
    }
}

void metrics_expand(struct metric_key *key, metrics_visit *visit, void *context)
{
    expand(metric_table[key->id].pattern, key, visit, context);
}

static bool has_domain(enum metric_id id, unsigned domain)
{
    return strstr(metric_table[id].pattern, domains[domain].placeholder) != NULL;
}

bool metrics_is_open(enum metric_id id)
{
    return has_domain(id, DOMAIN_NAME);
}

bool metrics_is_counter(enum metric_id id)
{
    const char *last = strrchr(metric_table[id].pattern, '.');

    return last != NULL && strcmp(last + 1, domains[DOMAIN_NAME].placeholder) == 0;
}

bool metrics_is_sparse(enum metric_id id)
{
    return has_domain(id, DOMAIN_ERRNO) || has_domain(id, DOMAIN_STATUS) || metrics_is_open(id);
}

const char *metric_placeholder(size_t index, char *text, size_t size)
{
    size_t used = 0;

    if (index >= DOMAIN_ERRNO) { /* errnos and statuses are too many, and known to all */
        return NULL;
    }
    text[0] = '\0';
    for (unsigned i = 0; i < domains[index].count && used < size; i++) {
        const char *word = domains[index].at(i);
        if (word != NULL) {
            used += (size_t)snprintf(text + used, size - used, "%s%s", used > 0 ? " " : "", word);
        }
    }
    return domains[index].placeholder;
}

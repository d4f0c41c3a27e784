#include "counters.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proc_net.h"

enum {
    COUNTERS_MAX = 4096, /* more are not kept: each new name is looked for among all others */
};

/* A stretch of the text being parsed. */
struct span {
    const char *start;
    size_t length;
};

static int open_file(int *fd, const char *name, struct error *error)
{
    *fd = proc_net_open(name);
    if (*fd >= 0 || errno == ENOENT) {
        return 0;
    }
    error_errno(error, STATUS_MACHINE, errno, "opening /proc/thread-self/net/%s", name);
    return error->hint[0] != '\0' ? -1 /* it is descriptors that are lacking */
                                  : error_hint(error, "the kernel's counters are read from there: "
                                                      "is /proc mounted whole?");
}

int counter_files_open(struct counter_files *files, struct error *error)
{
    *files = (struct counter_files){.snmp = -1, .netstat = -1};
    if (open_file(&files->snmp, "snmp", error) < 0) {
        return -1;
    }
    return open_file(&files->netstat, "netstat", error);
}

static void close_file(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
        *fd = -1;
    }
}

void counter_files_close(struct counter_files *files)
{
    close_file(&files->snmp);
    close_file(&files->netstat);
}

/* The next line without its newline; false at the end of the text. */
static bool next_line(const char **text, struct span *line)
{
    if (**text == '\0') {
        return false;
    }
    const char *end = strchrnul(*text, '\n');
    *line = (struct span){*text, (size_t)(end - *text)};
    *text = *end == '\n' ? end + 1 : end;
    return true;
}

/* The next word of the line, which shrinks; false when there is none. */
static bool next_word(struct span *line, struct span *word)
{
    while (line->length > 0 && *line->start == ' ') {
        line->start++;
        line->length--;
    }
    const char *end = memchr(line->start, ' ', line->length);
    size_t length = end != NULL ? (size_t)(end - line->start) : line->length;
    *word = (struct span){line->start, length};
    line->start += length;
    line->length -= length;
    return length > 0;
}

/* Take "Tcp:" off the line and give "Tcp"; false when it does not begin so. */
static bool take_prefix(struct span *line, struct span *prefix)
{
    if (!next_word(line, prefix) || prefix->length < 2 ||
        prefix->start[prefix->length - 1] != ':') {
        return false;
    }
    prefix->length--;
    return true;
}

/* Unsigned, or signed as two's complement; false for what is neither. */
static bool parse_value(struct span word, uint64_t *value)
{
    char digits[24];
    char *end;

    if (word.length >= sizeof digits) {
        return false;
    }
    memcpy(digits, word.start, word.length);
    digits[word.length] = '\0';
    const char first = digits[digits[0] == '-'];
    if (first < '0' || first > '9') {
        return false; /* strtoull would skip blanks and take a second sign */
    }
    errno = 0;
    *value = digits[0] == '-' ? (uint64_t)strtoll(digits, &end, 10) : strtoull(digits, &end, 10);
    return errno == 0 && *end == '\0';
}

/* The counter called `name`, looked for from where the previous one was found: order repeats. */
static struct counter *find(const struct counters *counters, const char *name, size_t start)
{
    for (size_t i = 0; i < counters->count; i++) {
        struct counter *item = &counters->item[(start + i) % counters->count];
        if (strcmp(item->name, name) == 0) {
            return item;
        }
    }
    return NULL;
}

/* `*next` is where the counter is expected, and moves on behind it. */
static int store(struct counters *counters, struct span prefix, struct span column, uint64_t value,
                 size_t *next)
{
    char name[sizeof counters->item->name];

    if (prefix.length + column.length >= sizeof name) {
        return 0;
    }
    memcpy(name, prefix.start, prefix.length);
    memcpy(name + prefix.length, column.start, column.length);
    name[prefix.length + column.length] = '\0';
    struct counter *item = find(counters, name, *next);
    if (item == NULL && counters->count == COUNTERS_MAX) {
        return 0;
    }
    if (item == NULL) {
        item = counters_add(counters, name);
    }
    if (item == NULL) {
        return -1;
    }
    item->after = value;
    *next = (size_t)(item - counters->item) + 1;
    return 0;
}

static int parse_pair(struct counters *counters, struct span prefix, struct span names,
                      struct span values, size_t *next)
{
    struct span column;
    struct span word;
    uint64_t value;

    while (next_word(&names, &column) && next_word(&values, &word)) {
        if (parse_value(word, &value) && store(counters, prefix, column, value, next) < 0) {
            return -1;
        }
    }
    return 0;
}

static bool same(struct span a, struct span b)
{
    return a.length == b.length && memcmp(a.start, b.start, a.length) == 0;
}

int counters_parse(struct counters *counters, const char *text)
{
    struct span names = {"", 0};
    struct span names_prefix = {"", 0};
    struct span line;
    size_t next = 0;

    while (next_line(&text, &line)) {
        struct span prefix;
        if (!take_prefix(&line, &prefix)) {
            names_prefix.length = 0;
        } else if (same(prefix, names_prefix)) {
            if (parse_pair(counters, prefix, names, line, &next) < 0) {
                return -1;
            }
            names_prefix.length = 0;
        } else {
            names = line;
            names_prefix = prefix;
        }
    }
    return 0;
}

static int read_file(struct counters *counters, int fd, struct error *error)
{
    if (fd < 0) {
        return 0;
    }
    char *text = proc_net_read(fd);
    if (text == NULL) {
        error_errno(error, STATUS_MACHINE, errno, "reading the counters of /proc/net");
        return error_hint(error, "is /proc still mounted, and is there memory left?");
    }
    int result = counters_parse(counters, text);
    free(text);
    if (result < 0) {
        error_errno(error, STATUS_MACHINE, ENOMEM, "keeping the counters of /proc/net");
        return error_hint(error, "free some memory on this machine");
    }
    return 0;
}

int counters_read(struct counters *counters, const struct counter_files *files, struct error *error)
{
    if (read_file(counters, files->snmp, error) < 0) {
        return -1;
    }
    return read_file(counters, files->netstat, error);
}

void counters_mark(struct counters *counters)
{
    for (size_t i = 0; i < counters->count; i++) {
        counters->item[i].before = counters->item[i].after;
    }
}

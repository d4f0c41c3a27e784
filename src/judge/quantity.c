#include "quantity.h"

#include <string.h>

#include "finwait/metric.h"

static const struct unit units[] = {
    {"", 1, 1, QUANTITY_COUNT},         {"k", 1e3, 1, QUANTITY_COUNT},
    {"K", 1e3, 1, QUANTITY_COUNT},      {"M", 1e6, 1, QUANTITY_COUNT},
    {"G", 1e9, 1, QUANTITY_COUNT},      {"Ki", 1024, 1, QUANTITY_COUNT},
    {"Mi", 1048576, 1, QUANTITY_COUNT}, {"Gi", 1073741824, 1, QUANTITY_COUNT},
    {"%", 1, 100, QUANTITY_COUNT},      {"ns", 1, 1e9, QUANTITY_TIME},
    {"us", 1, 1e6, QUANTITY_TIME},      {"ms", 1, 1e3, QUANTITY_TIME},
    {"s", 1, 1, QUANTITY_TIME},         {"sec", 1, 1, QUANTITY_TIME},
    {"m", 60, 1, QUANTITY_TIME},        {"min", 60, 1, QUANTITY_TIME},
    {"h", 3600, 1, QUANTITY_TIME},      {"B", 1, 1, QUANTITY_SIZE},
    {"kB", 1e3, 1, QUANTITY_SIZE},      {"MB", 1e6, 1, QUANTITY_SIZE},
    {"GB", 1e9, 1, QUANTITY_SIZE},      {"KiB", 1024, 1, QUANTITY_SIZE},
    {"MiB", 1048576, 1, QUANTITY_SIZE}, {"GiB", 1073741824, 1, QUANTITY_SIZE},
    {"/s", 1, 1, QUANTITY_RATE},        {"/sec", 1, 1, QUANTITY_RATE},
    {"/m", 1, 60, QUANTITY_RATE},       {"/min", 1, 60, QUANTITY_RATE},
    {"/h", 1, 3600, QUANTITY_RATE},     {"k/s", 1e3, 1, QUANTITY_RATE},
    {"M/s", 1e6, 1, QUANTITY_RATE},
};

static const struct quantity_words words[QUANTITY_N] = {
    [QUANTITY_COUNT] = {"a count", "", "k M G (thousands), Ki Mi Gi (1024s) or no unit"},
    [QUANTITY_TIME] = {"a time", "ms", "ns us ms s m h"},
    [QUANTITY_SIZE] = {"a size", "B", "B kB MB GB (thousands), KiB MiB GiB (1024s)"},
    [QUANTITY_RATE] = {"a rate", "/s", "/s k/s M/s /m /h"},
};

/* The units of the metric table that are not counted. */
static const struct {
    const char *unit;
    enum quantity of;
} measured[] = {
    {"s", QUANTITY_TIME},   {"socket·s", QUANTITY_TIME},  {"bytes", QUANTITY_SIZE},
    {"1/s", QUANTITY_RATE}, {"sockets/s", QUANTITY_RATE},
};

const struct unit *quantity_unit(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strlen(units[i].name) == length && strncmp(units[i].name, name, length) == 0) {
            return &units[i];
        }
    }
    return NULL;
}

struct dimension quantity_dimension(enum quantity quantity)
{
    static const struct dimension dimensions[QUANTITY_N] = {
        [QUANTITY_TIME] = {.seconds = 1},
        [QUANTITY_SIZE] = {.bytes = 1},
        [QUANTITY_RATE] = {.seconds = -1},
    };

    return dimensions[quantity];
}

enum quantity quantity_of_metric(const char *name)
{
    const struct metric_info *info = metric_find(name);

    for (size_t i = 0; info != NULL && i < sizeof measured / sizeof measured[0]; i++) {
        if (strcmp(info->unit, measured[i].unit) == 0) {
            return measured[i].of;
        }
    }
    return QUANTITY_COUNT;
}

bool quantity_find(struct dimension dimension, enum quantity *quantity)
{
    for (unsigned i = 0; i < QUANTITY_N; i++) {
        struct dimension of = quantity_dimension((enum quantity)i);
        if (of.seconds == dimension.seconds && of.bytes == dimension.bytes) {
            *quantity = (enum quantity)i;
            return true;
        }
    }
    return false;
}

const struct quantity_words *quantity_words(enum quantity quantity)
{
    return &words[quantity];
}

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/kernel_sysctl.h"

const char *sysctl_takes(char text[SYSCTL_TAKES], const struct sysctl_info *info)
{
    char many[24] = "";
    const char *rising = info->numbers == 2 ? ", low to high" : "";

    if (info->numbers == 0) {
        snprintf(text, SYSCTL_TAKES, "text");
        return text;
    }
    if (info->numbers > 1) {
        snprintf(many, sizeof many, "%u numbers of ", info->numbers);
    }
    if (info->max == INT64_MAX) {
        snprintf(text, SYSCTL_TAKES, "%s%lld or more", many, (long long)info->min);
    } else {
        snprintf(text, SYSCTL_TAKES, "%s%lld to %lld%s", many, (long long)info->min,
                 (long long)info->max, rising);
    }
    return text;
}

/* As proc_get_long() of kernel/sysctl.c reads it: a sign only before negatives, 0x and 0 as in C.
 * False: there is no number, or one with something at its end. */
static bool next_number(const char **cursor, long long *number)
{
    const char *start = *cursor + strspn(*cursor, " \t\n");
    char *end;

    errno = 0;
    *number = strtoll(start, &end, 0);
    *cursor = end;
    return *start != '+' && end != start && errno == 0 && strchr(" \t\n", *end) != NULL;
}

int64_t sysctl_number(const char *value, unsigned index)
{
    long long number = 0;

    for (unsigned i = 0; i <= index; i++) {
        if (!next_number(&value, &number)) {
            return 0;
        }
    }
    return number;
}

static bool takes(const struct sysctl_info *info, const char *value)
{
    long long before = LLONG_MIN;

    for (unsigned i = 0; i < info->numbers; i++) {
        long long number;
        if (!next_number(&value, &number) || number < info->min || number > info->max ||
            (info->numbers == 2 && number < before)) {
            return false;
        }
        before = number;
    }
    return value[strspn(value, " \t\n")] == '\0';
}

int sysctl_check(const char *name, const char *value, struct error *error)
{
    const struct sysctl_info *info = sysctl_info(name);
    char text[SYSCTL_TAKES];
    bool unit = info != NULL && info->unit[0] != '\0';

    if (info == NULL || info->numbers == 0 || takes(info, value)) {
        return 0;
    }
    error_set(error, STATUS_USAGE, "%s: the kernel does not take \"%.80s\"", name, value);
    return error_hint(error, "it takes %s%s%s%s; its default is %s", sysctl_takes(text, info),
                      unit ? " (" : "", info->unit, unit ? ")" : "", info->value);
}

const struct sysctl_danger *sysctl_danger(const struct sysctl_info *info, const char *value)
{
    long long number;

    return info != NULL && info->danger.what != NULL && next_number(&value, &number) &&
                   number >= info->danger.low && number <= info->danger.high
               ? &info->danger
               : NULL;
}

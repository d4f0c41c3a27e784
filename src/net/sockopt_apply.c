#include "finwait/sockopt.h"

#include <errno.h>
#include <sys/socket.h>

static int apply_linger(const struct sockopt_info *info, int64_t value, int fd)
{
    struct linger linger = {.l_onoff = value >= 0, .l_linger = value >= 0 ? (int)value : 0};

    return setsockopt(fd, info->level, info->option, &linger, sizeof linger);
}

/* All but linger are 32 bits to the kernel; -1 and a range's high half wrap into them. */
static int apply_one(const struct sockopt_info *info, int64_t value, int fd)
{
    uint32_t word = (uint32_t)value;

    if (info->takes.kind == VALUE_LINGER) {
        return apply_linger(info, value, fd);
    }
    return setsockopt(fd, info->level, info->option, &word, sizeof word);
}

/* Apply all but those of the other kind of socket.  0, or an errno and the option it is about. */
static int apply(const struct sockopts *options, int fd, enum sockopt_when other,
                 enum sockopt_id *failed)
{
    for (unsigned id = 0; id < SOCKOPT_N; id++) {
        const struct sockopt_info *info = &sockopt_table[id];
        if (options->set[id] && info->when != other &&
            apply_one(info, options->value[id], fd) != 0) {
            *failed = (enum sockopt_id)id;
            return errno;
        }
    }
    return 0;
}

int sockopts_apply_client(const struct sockopts *options, int fd)
{
    enum sockopt_id failed;

    return apply(options, fd, SOCKOPT_LISTENER_ONLY, &failed);
}

int sockopts_apply(const struct sockopts *options, int fd, bool listener, struct error *error)
{
    enum sockopt_id failed = SOCKOPT_N;
    char value[VALUE_WRITTEN];
    int errnum =
        apply(options, fd, listener ? SOCKOPT_CLIENT_ONLY : SOCKOPT_LISTENER_ONLY, &failed);

    if (errnum == 0) {
        return 0;
    }
    const struct sockopt_info *info = &sockopt_table[failed];
    error_errno(error, STATUS_MACHINE, errnum, "setsockopt %s (%s.sockopt.%s: %s)", info->symbol,
                listener ? "server" : "client", info->name,
                value_write(&info->takes, &options->value[failed], sizeof options->value[failed],
                            value, sizeof value));
    if (info->needs != NULL) {
        return error_hint(error, "it needs %s", info->needs);
    }
    return error_hint(error, "take sockopt.%s out of the scenario or give it another value",
                      info->name);
}

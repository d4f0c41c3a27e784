#include "finwait/nlmsg.h"

#include <errno.h>
#include <string.h>

#define MAX_ERRNO 4095 /* include/linux/err.h */

const struct nlmsghdr *nlmsg_next(const void *datagram, size_t length, size_t *at)
{
    if (length < *at || length - *at < sizeof(struct nlmsghdr)) {
        return NULL;
    }
    const struct nlmsghdr *message = (const void *)((const char *)datagram + *at);
    if (message->nlmsg_len < sizeof *message || message->nlmsg_len > length - *at) {
        return NULL;
    }
    *at += NLMSG_ALIGN((size_t)message->nlmsg_len);
    return message;
}

const void *nlmsg_payload(const struct nlmsghdr *message, size_t size)
{
    return message->nlmsg_len - sizeof *message >= size ? message + 1 : NULL;
}

int nlmsg_errno(const struct nlmsghdr *message)
{
    const void *payload = nlmsg_payload(message, sizeof(int));
    int result = 0;

    if (payload != NULL) {
        memcpy(&result, payload, sizeof result);
    }
    if (result >= 0) {
        return 0;
    }
    return result >= -MAX_ERRNO ? -result : EPROTO;
}

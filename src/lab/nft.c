#include "nft.h"

#include <linux/netlink.h>
#include <nftables/libnftables.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <threads.h>
#include <unistd.h>

#include "finwait/grow.h"
#include "netlink.h"

/* What nft says first, in one line: the rest shows the command. */
static int fail_nft(struct nft_ctx *nft, struct error *error)
{
    const char *said = nft_ctx_get_error_buffer(nft);
    static const char prefix[] = "Error: ";
    const char *at = said != NULL ? strstr(said, prefix) : NULL;

    at = at != NULL ? at + strlen(prefix) : "it does not say why";
    error_set(error, STATUS_MACHINE, "nftables: %.*s", (int)strcspn(at, "\n"), at);
    return error_hint(error, "faults by packet filter take the kernel's modules nf_tables, "
                             "nft_reject_inet and nft_numgen, for `data` and `ack` Linux 5.16: as "
                             "root, modprobe those");
}

/* libnftables ends the process where it cannot open its socket (nft_mnl_socket_open): try first. */
static int see_socket(struct error *error)
{
    struct netlink netlink;

    if (netlink_open(&netlink, NETLINK_NETFILTER, 0, error) != 0) {
        return error_hint(error, "faults take nftables in the kernel: as root, modprobe nf_tables");
    }
    netlink_close(&netlink);
    return 0;
}

/* It exits as well where it has no memory (memory_allocation_error): with its own status, and a
 * word that nobody understands. */
static bool nft_at_work;

static void at_exit(void)
{
    static const char told[] = "finwait: nftables: out of memory\n";

    if (nft_at_work) {
        (void)!write(STDERR_FILENO, told, sizeof told - 1);
        _exit(STATUS_MACHINE);
    }
}

/* Or it goes on without what it got no memory for, and crashes: it begins only where there is room
 * for a multiple of what it takes. */
#define ROOM ((size_t)8 << 20)

static once_flag nft_watched = ONCE_FLAG_INIT;

static void watch_exit(void)
{
    atexit(at_exit);
}

static int run(const char *commands, struct error *error)
{
    struct nft_ctx *nft;
    int result;

    nft = nft_ctx_new(NFT_CTX_DEFAULT);
    if (nft == NULL) {
        return error_set(error, STATUS_MACHINE, "nftables: out of memory");
    }
    nft_ctx_buffer_output(nft);
    nft_ctx_buffer_error(nft);
    result = nft_run_cmd_from_buffer(nft, commands) == 0 ? 0 : fail_nft(nft, error);
    nft_ctx_free(nft);
    return result;
}

int nft_run(const char *commands, struct error *error)
{
    int result;

    if (see_socket(error) != 0) {
        return -1;
    }
    if (!grow_has_room(ROOM)) {
        return error_set(error, STATUS_MACHINE, "nftables: out of memory");
    }
    call_once(&nft_watched, watch_exit);
    nft_at_work = true;
    result = run(commands, error);
    nft_at_work = false;
    return result;
}

#include "tap.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <pcap/sll.h>
#include <sys/socket.h>

#include "finwait/clock.h"

enum {
    RING = 32 << 20,            /* what fits in while the reader is off the CPU */
    ETHERTYPE_NOBODYS = 0x88b5, /* IEEE 802: for local experiments */
    SNAP = 262144,              /* the most libpcap takes: no packet is larger */
};

static int fail(struct tap *tap, int status, struct error *error)
{
    bool denied = status == PCAP_ERROR_PERM_DENIED;

    error_set(error, STATUS_MACHINE, "capture: %s%s%s", pcap_statustostr(status),
              pcap_geterr(tap->pcap)[0] != '\0' ? ": " : "", pcap_geterr(tap->pcap));
    tap_close(tap);
    return denied ? error_hint(error, "packets are read with CAP_NET_RAW: run it as root, or in "
                                      "lab: private, where nobody needs it")
                  : -1;
}

int tap_filter(const struct tap *tap, const struct filter *filter)
{
    struct sock_filter program[FILTER_MOST];
    struct sock_fprog attached = {.filter = program};

    /* Not pcap_setfilter(3): it lets nothing through between the old one and the new. */
    attached.len = (unsigned short)filter_write(filter, program);
    return setsockopt(tap->fd, SOL_SOCKET, SO_ATTACH_FILTER, &attached, sizeof attached);
}

/* There is no way to be bound to no protocol, bind(2) keeps the last one; this is nobody's. */
int tap_listen(const struct tap *tap, bool listen)
{
    const struct sockaddr_ll all = {
        .sll_family = AF_PACKET,
        .sll_protocol = htons(listen ? ETH_P_ALL : ETHERTYPE_NOBODYS),
    };

    return bind(tap->fd, (const struct sockaddr *)&all, sizeof all);
}

static int configure(struct tap *tap)
{
    char unused[PCAP_ERRBUF_SIZE];
    int status;

    if ((status = pcap_set_snaplen(tap->pcap, SNAP)) != 0 ||
        (status = pcap_set_buffer_size(tap->pcap, RING)) != 0 ||
        (status = pcap_set_timeout(tap->pcap, TAP_BLOCK_MS)) != 0 ||
        (status = pcap_set_tstamp_precision(tap->pcap, PCAP_TSTAMP_PRECISION_NANO)) != 0 ||
        (status = pcap_activate(tap->pcap)) < 0 ||
        (status = pcap_set_datalink(tap->pcap, DLT_LINUX_SLL2)) != 0) {
        return status;
    }
    return pcap_setnonblock(tap->pcap, 1, unused);
}

int tap_open(struct tap *tap, const struct filter *filter, struct error *error)
{
    char why[PCAP_ERRBUF_SIZE] = "";
    int status;

    *tap = (struct tap){.pcap = pcap_create("any", why), .fd = -1};
    if (tap->pcap == NULL) {
        return error_set(error, STATUS_MACHINE, "capture: %s", why);
    }
    status = configure(tap);
    if (status < 0) {
        return fail(tap, status, error);
    }
    tap->fd = pcap_get_selectable_fd(tap->pcap);
    if (tap->fd < 0 || tap_filter(tap, filter) != 0) {
        error_errno(error, STATUS_MACHINE, errno, "capture: SO_ATTACH_FILTER");
        tap_close(tap);
        return -1;
    }
    return 0;
}

struct receiver {
    tap_fn *fn;
    void *context;
};

/* What passes twice, out of loopback and into it, comes once: linux_check_direction(),
 * pcap-linux.c.
 */
static void on_packet(u_char *context, const struct pcap_pkthdr *header, const u_char *bytes)
{
    const struct receiver *receiver = (const void *)context;
    const size_t link = sizeof(struct sll2_header);

    if (header->caplen >= link) {
        receiver->fn(receiver->context, (int64_t)header->ts.tv_sec * NS_PER_S + header->ts.tv_usec,
                     bytes + link, header->caplen - link, header->len - link);
    }
}

int tap_read(const struct tap *tap, tap_fn *fn, void *context)
{
    struct receiver receiver = {fn, context};

    return pcap_dispatch(tap->pcap, -1, on_packet, (u_char *)&receiver) < 0 ? -1 : 0;
}

uint64_t tap_dropped(const struct tap *tap)
{
    struct pcap_stat stat;

    return tap->pcap != NULL && pcap_stats(tap->pcap, &stat) == 0 ? stat.ps_drop : 0;
}

void tap_close(struct tap *tap)
{
    if (tap->pcap != NULL) {
        pcap_close(tap->pcap);
    }
    *tap = (struct tap){.fd = -1};
}

#include "filter.h"

#include <netinet/in.h>

/*
 * Classic BPF (Documentation/networking/filter.rst in the kernel's source).  A connection's sample
 * is by its client's port and address; the lowest bit of the port is left out, for connect(2)
 * prefers those that are even (__inet_hash_connect() in net/ipv4/inet_hashtables.c).
 */

enum {
    TAKE_ALL = 0x7fffffff,
    IPV4_SOURCE = 12,
    IPV4_TARGET = 16,
    IPV6_SOURCE = 8,
    IPV6_TARGET = 24,
    PORT = 0,    /* M[]: the client's port … */
    ADDRESS = 1, /* … and the end of its address */
};

struct writer {
    struct sock_filter *program;
    size_t count;
};

static size_t emit(struct writer *writer, unsigned code, uint32_t k)
{
    writer->program[writer->count] = (struct sock_filter){.code = (uint16_t)code, .k = k};
    return writer->count++;
}

/* Where the test or the jump at `index` leads when it holds, or does not: here. */
static void holds_here(struct writer *writer, size_t index)
{
    writer->program[index].jt = (uint8_t)(writer->count - index - 1);
}

static void fails_here(struct writer *writer, size_t index)
{
    writer->program[index].jf = (uint8_t)(writer->count - index - 1);
}

/* Put the client's port and address by when the port at `server` (from X on) is the server's, and
 * jump; the place of the jump. */
static size_t look_for(struct writer *writer, const struct filter *filter, uint32_t server,
                       uint32_t client, uint32_t address_end)
{
    emit(writer, BPF_LD | BPF_H | BPF_IND, server);
    size_t is = emit(writer, BPF_JMP | BPF_JEQ | BPF_K, filter->port);

    emit(writer, BPF_LD | BPF_H | BPF_ABS, address_end - 2);
    emit(writer, BPF_ST, ADDRESS);
    emit(writer, BPF_LD | BPF_H | BPF_IND, client);
    emit(writer, BPF_ST, PORT);
    size_t found = emit(writer, BPF_JMP | BPF_JA, 0);
    fails_here(writer, is);
    return found;
}

static void lead_here(struct writer *writer, size_t jump)
{
    writer->program[jump].k = (uint32_t)(writer->count - jump - 1);
}

/* Of one version of IP: refuse what is no segment of these; else go on behind, by two jumps. */
static void write_version(struct writer *writer, const struct filter *filter, bool ipv6,
                          size_t found[2])
{
    uint32_t base = ipv6 ? 40 : 0;
    uint32_t size = ipv6 ? 16 : 4;
    uint32_t source = ipv6 ? IPV6_SOURCE : IPV4_SOURCE;
    uint32_t target = ipv6 ? IPV6_TARGET : IPV4_TARGET;

    emit(writer, BPF_LD | BPF_B | BPF_ABS, ipv6 ? 6 : 9);
    size_t is_tcp = emit(writer, BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_TCP);
    if (ipv6) {
        emit(writer, BPF_LDX | BPF_IMM, 0);
    } else {
        emit(writer, BPF_LDX | BPF_B | BPF_MSH, 0);
    }
    found[0] = look_for(writer, filter, base + 2, base, source + size);
    found[1] = look_for(writer, filter, base, base + 2, target + size);
    fails_here(writer, is_tcp);
    emit(writer, BPF_RET | BPF_K, 0);
}

static void write_sample(struct writer *writer, const struct filter *filter)
{
    size_t match[FILTER_PORTS];

    emit(writer, BPF_LD | BPF_MEM, PORT);
    for (size_t i = 0; i < filter->count; i++) {
        match[i] = emit(writer, BPF_JMP | BPF_JEQ | BPF_K, filter->client[i]);
    }
    emit(writer, BPF_ALU | BPF_RSH | BPF_K, 1);
    emit(writer, BPF_MISC | BPF_TAX, 0);
    emit(writer, BPF_LD | BPF_MEM, ADDRESS);
    emit(writer, BPF_ALU | BPF_XOR | BPF_X, 0);
    emit(writer, BPF_ALU | BPF_AND | BPF_K, filter->one_in - 1);
    size_t sampled = emit(writer, BPF_JMP | BPF_JEQ | BPF_K, 0);
    for (size_t i = 0; i < filter->count; i++) {
        holds_here(writer, match[i]);
    }
    emit(writer, BPF_RET | BPF_K, TAKE_ALL);
    fails_here(writer, sampled);
}

size_t filter_write(const struct filter *filter, struct sock_filter program[FILTER_MOST])
{
    struct writer writer = {.program = program};
    size_t found[4];

    if (filter->one_in == 0) {
        emit(&writer, BPF_RET | BPF_K, 0);
        return writer.count;
    }
    emit(&writer, BPF_LD | BPF_B | BPF_ABS, 0);
    emit(&writer, BPF_ALU | BPF_RSH | BPF_K, 4);
    size_t is_ipv4 = emit(&writer, BPF_JMP | BPF_JEQ | BPF_K, 4);
    write_version(&writer, filter, false, found);
    fails_here(&writer, is_ipv4);
    size_t is_ipv6 = emit(&writer, BPF_JMP | BPF_JEQ | BPF_K, 6);
    write_version(&writer, filter, true, found + 2);
    fails_here(&writer, is_ipv6);
    /* A jump, not a return: what M[] holds the kernel believes of what follows a return, too. */
    size_t refused = emit(&writer, BPF_JMP | BPF_JA, 0);
    for (size_t i = 0; i < 4; i++) {
        lead_here(&writer, found[i]);
    }
    write_sample(&writer, filter);
    lead_here(&writer, refused);
    emit(&writer, BPF_RET | BPF_K, 0);
    return writer.count;
}

bool filter_samples(const struct filter *filter, const struct endpoint *client, bool ipv6)
{
    const uint8_t *end = client->address + (ipv6 ? 16 : 4);
    uint32_t address = (uint32_t)(end[-2] << 8 | end[-1]);

    return ((client->port >> 1 ^ address) & (filter->one_in - 1)) == 0;
}

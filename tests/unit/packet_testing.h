#ifndef PACKET_TESTING_H
#define PACKET_TESTING_H

#include <stdint.h>
#include <string.h>

/* IPv4 packets with TCP, as they are on the wire. */

enum { PACKET_HEADS = 40 };

struct packet_of {
    uint8_t from, to; /* the last bytes of 10.0.0.x */
    uint16_t from_port, to_port;
    uint32_t seq, ack;
    uint8_t flags;
    uint16_t length; /* bytes of data */
};

static inline void put_16(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static inline void put_32(uint8_t *at, uint32_t value)
{
    put_16(at, (uint16_t)(value >> 16));
    put_16(at + 2, (uint16_t)value);
}

/* Returns its length; the data is zero. */
static inline size_t packet_make(uint8_t bytes[PACKET_HEADS + 256], const struct packet_of *of)
{
    size_t length = PACKET_HEADS + (size_t)of->length;

    memset(bytes, 0, length);
    bytes[0] = 0x45;
    put_16(bytes + 2, (uint16_t)length);
    bytes[9] = 6;
    memcpy(bytes + 12, (uint8_t[]){10, 0, 0, of->from, 10, 0, 0, of->to}, 8);
    put_16(bytes + 20, of->from_port);
    put_16(bytes + 22, of->to_port);
    put_32(bytes + 24, of->seq);
    put_32(bytes + 28, of->ack);
    bytes[32] = 0x50;
    bytes[33] = of->flags;
    return length;
}

#endif

#ifndef FINWAIT_NET_PORT_H
#define FINWAIT_NET_PORT_H

#include <stddef.h>
#include <stdint.h>

/* A port in decimal digits, the whole of text[0, length).  0, or -1. */
int port_parse(const char *text, size_t length, uint16_t *port);

#endif

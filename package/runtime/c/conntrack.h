/* Rows of connection tracking: which are wanted, and the first of them in an order. */
#ifndef POLYWAN_CONNTRACK_H
#define POLYWAN_CONNTRACK_H

#include <stddef.h>
#include <stdint.h>

enum { ORDER_BYTES, ORDER_PACKETS, ORDER_AGE };

/* As connections/row.ts reads it. */
struct row {
	uint8_t family, protocol, tcp_state, flags;
	uint32_t mark, status, timeout_s, id;
	uint16_t ports[4]; /* source, destination, and the same of answers; of ICMP: id, type and code */
	uint32_t unused;
	uint64_t bytes[2], packets[2], start_ns; /* out, in */
	uint8_t addresses[4][16];
};

/* As connections/selection.ts writes it; 0: any. */
struct filter {
	uint8_t family, protocol, source_bits, destination_bits;
	uint16_t source_port, destination_port;
	uint32_t mark, mask;
	uint8_t source[16], destination[16];
};

/* A heap whose root is the row that goes first when a better one comes. */
struct collector {
	struct filter filter;
	int32_t order, reverse;
	uint32_t capacity, count, total, live, room;
	struct row *rows;
};

/* conntrack_rows.c */
int collector_add(struct collector *collector, const uint8_t *received, size_t size); /* 1: the dump is whole; 0: more is to come; -errno */
int collector_merge(struct collector *into, const struct collector *from); /* -errno */
void collector_sort(struct collector *collector); /* into the order, and no heap any more */

#endif

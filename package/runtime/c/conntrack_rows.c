/* Reads a dump of connection tracking. 50,000 entries are read, filtered and sorted here; JavaScript sees those of one page. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "conntrack.h"

/* include/uapi/linux/netfilter/nfnetlink_conntrack.h */
enum { TUPLE_ORIG = 1, TUPLE_REPLY, STATUS, PROTOINFO, TIMEOUT = 7, MARK, COUNTERS_ORIG, COUNTERS_REPLY, ID = 12, TIMESTAMP = 20 };
enum { TUPLE_IP = 1, TUPLE_PROTO };
enum { V4_SRC = 1, V4_DST, V6_SRC, V6_DST };
enum { PROTO_NUM = 1, PROTO_SRC_PORT, PROTO_DST_PORT, ICMP_ID, ICMP_TYPE, ICMP_CODE, ICMPV6_ID, ICMPV6_TYPE, ICMPV6_CODE };
enum { COUNTERS_PACKETS = 1, COUNTERS_BYTES };
/* include/uapi/linux/netlink.h */
enum { MESSAGE_ERROR = 2, MESSAGE_DONE = 3, MESSAGE_HEADER = 16, FAMILY_HEADER = 4, ATTRIBUTE_HEADER = 4, TYPE_MASK = 0x3fff };

/* include/uapi/linux/netfilter/nf_conntrack_tcp.h: over, and only remembered for a while. */
enum { TCP_TIME_WAIT = 7, TCP_CLOSED };

enum { HAS_COUNTERS = 1, HAS_START = 2 };

static uint32_t read32(const uint8_t *data) { return (uint32_t)data[0] << 24 | data[1] << 16 | data[2] << 8 | data[3]; }
static uint16_t read16(const uint8_t *data) { return (uint16_t)(data[0] << 8 | data[1]); }
static uint64_t read64(const uint8_t *data) { return (uint64_t)read32(data) << 32 | read32(data + 4); }

struct attribute {
	uint16_t type, size;
	const uint8_t *data;
};

/* The next attribute of [*at, end): 0 at the end or when one does not fit. */
static int next_attribute(const uint8_t **at, const uint8_t *end, struct attribute *out)
{
	uint16_t head[2];
	if (end - *at < ATTRIBUTE_HEADER)
		return 0;
	memcpy(head, *at, sizeof(head));
	if (head[0] < ATTRIBUTE_HEADER || head[0] > end - *at)
		return 0;
	out->type = head[1] & TYPE_MASK;
	out->size = head[0] - ATTRIBUTE_HEADER;
	out->data = *at + ATTRIBUTE_HEADER;
	ptrdiff_t padded = (head[0] + 3) & ~3;
	*at = padded > end - *at ? end : *at + padded;
	return 1;
}

static void read_addresses(struct row *row, int answer, const uint8_t *at, const uint8_t *end)
{
	struct attribute a;
	while (next_attribute(&at, end, &a)) {
		int is4 = a.type == V4_SRC || a.type == V4_DST, is6 = a.type == V6_SRC || a.type == V6_DST;
		int destination = a.type == V4_DST || a.type == V6_DST;
		if ((is4 && a.size == 4) || (is6 && a.size == 16))
			memcpy(row->addresses[answer * 2 + destination], a.data, a.size);
	}
}

static void read_ports(struct row *row, int answer, const uint8_t *at, const uint8_t *end)
{
	struct attribute a;
	uint16_t *ports = row->ports + answer * 2;
	while (next_attribute(&at, end, &a)) {
		if (a.type == PROTO_NUM && a.size >= 1)
			row->protocol = a.data[0];
		else if ((a.type == PROTO_SRC_PORT || a.type == ICMP_ID || a.type == ICMPV6_ID) && a.size >= 2)
			ports[0] = read16(a.data);
		else if (a.type == PROTO_DST_PORT && a.size >= 2)
			ports[1] = read16(a.data);
		else if ((a.type == ICMP_TYPE || a.type == ICMPV6_TYPE) && a.size >= 1)
			ports[1] |= (uint16_t)(a.data[0] << 8);
		else if ((a.type == ICMP_CODE || a.type == ICMPV6_CODE) && a.size >= 1)
			ports[1] |= a.data[0];
	}
}

static void read_tuple(struct row *row, int answer, const uint8_t *at, const uint8_t *end)
{
	struct attribute a;
	while (next_attribute(&at, end, &a)) {
		if (a.type == TUPLE_IP)
			read_addresses(row, answer, a.data, a.data + a.size);
		else if (a.type == TUPLE_PROTO)
			read_ports(row, answer, a.data, a.data + a.size);
	}
}

static void read_counters(struct row *row, int answer, const uint8_t *at, const uint8_t *end)
{
	struct attribute a;
	row->flags |= HAS_COUNTERS;
	while (next_attribute(&at, end, &a)) {
		if (a.type == COUNTERS_PACKETS && a.size >= 8)
			row->packets[answer] = read64(a.data);
		else if (a.type == COUNTERS_BYTES && a.size >= 8)
			row->bytes[answer] = read64(a.data);
	}
}

/* The first attribute of the first attribute: CTA_PROTOINFO_TCP's state, and CTA_TIMESTAMP_START. */
static void read_nested(struct row *row, const struct attribute *outer)
{
	const uint8_t *at = outer->data, *end = at + outer->size;
	struct attribute a, state;
	if (!next_attribute(&at, end, &a) || a.type != 1)
		return;
	if (outer->type == TIMESTAMP && a.size >= 8) {
		row->start_ns = read64(a.data);
		row->flags |= HAS_START;
	} else if (outer->type == PROTOINFO) {
		at = a.data;
		if (next_attribute(&at, a.data + a.size, &state) && state.type == 1 && state.size >= 1)
			row->tcp_state = state.data[0];
	}
}

static void read_attribute(struct row *row, const struct attribute *a)
{
	const uint8_t *end = a->data + a->size;
	if (a->type == TUPLE_ORIG || a->type == TUPLE_REPLY)
		read_tuple(row, a->type == TUPLE_REPLY, a->data, end);
	else if (a->type == COUNTERS_ORIG || a->type == COUNTERS_REPLY)
		read_counters(row, a->type == COUNTERS_REPLY, a->data, end);
	else if (a->type == PROTOINFO || a->type == TIMESTAMP)
		read_nested(row, a);
	else if (a->size < 4)
		return;
	else if (a->type == STATUS)
		row->status = read32(a->data);
	else if (a->type == TIMEOUT)
		row->timeout_s = read32(a->data);
	else if (a->type == MARK)
		row->mark = read32(a->data);
	else if (a->type == ID)
		row->id = read32(a->data);
}

static int in_network(const uint8_t *address, const uint8_t *network, int bits)
{
	int whole = bits / 8, rest = bits % 8;
	if (whole > 16 || memcmp(address, network, (size_t)whole) != 0)
		return 0;
	return rest == 0 || ((address[whole] ^ network[whole]) >> (8 - rest)) == 0;
}

static int is_wanted(const struct filter *filter, const struct row *row)
{
	return (filter->family == 0 || filter->family == row->family) &&
	       (filter->protocol == 0 || filter->protocol == row->protocol) &&
	       (filter->source_port == 0 || filter->source_port == row->ports[0]) &&
	       (filter->destination_port == 0 || filter->destination_port == row->ports[1]) &&
	       ((row->mark ^ filter->mark) & filter->mask) == 0 &&
	       in_network(row->addresses[0], filter->source, filter->source_bits) &&
	       in_network(row->addresses[1], filter->destination, filter->destination_bits);
}

/* Of unknown age is last, whichever way. */
static uint64_t key_of(const struct collector *collector, const struct row *row)
{
	if (collector->order == ORDER_AGE && !(row->flags & HAS_START))
		return 0;
	uint64_t key = collector->order == ORDER_BYTES ? row->bytes[0] + row->bytes[1]
		: collector->order == ORDER_PACKETS ? row->packets[0] + row->packets[1] : ~row->start_ns;
	return collector->reverse ? ~key : key;
}

/* Whether a comes after b in the order wanted: the larger key first, then by id so that pages fit together. */
static int is_after(const struct collector *collector, const struct row *a, const struct row *b)
{
	uint64_t one = key_of(collector, a), other = key_of(collector, b);
	return one != other ? one < other : a->id > b->id;
}

static void swap_rows(struct row *a, struct row *b)
{
	struct row kept = *a;
	*a = *b;
	*b = kept;
}

static void sift_up(struct collector *collector, uint32_t at)
{
	struct row *rows = collector->rows;
	for (; at > 0 && is_after(collector, &rows[at], &rows[(at - 1) / 2]); at = (at - 1) / 2)
		swap_rows(&rows[at], &rows[(at - 1) / 2]);
}

static void sift_down(struct collector *collector, uint32_t count)
{
	struct row *rows = collector->rows;
	for (uint32_t at = 0, child; (child = at * 2 + 1) < count; at = child) {
		if (child + 1 < count && is_after(collector, &rows[child + 1], &rows[child]))
			child++;
		if (!is_after(collector, &rows[child], &rows[at]))
			return;
		swap_rows(&rows[at], &rows[child]);
	}
}

static int grow(struct collector *collector)
{
	uint32_t room = collector->room ? collector->room * 2 : 64;
	struct row *rows = realloc(collector->rows, (size_t)room * sizeof(*rows));
	if (!rows)
		return -ENOMEM;
	collector->rows = rows;
	collector->room = room;
	return 0;
}

static int insert(struct collector *collector, const struct row *row)
{
	if (collector->count < collector->capacity) {
		if (collector->count == collector->room && grow(collector) < 0)
			return -ENOMEM;
		collector->rows[collector->count] = *row;
		sift_up(collector, collector->count++);
	} else if (collector->count > 0 && is_after(collector, &collector->rows[0], row)) {
		collector->rows[0] = *row;
		sift_down(collector, collector->count);
	}
	return 0;
}

static int keep(struct collector *collector, const struct row *row)
{
	collector->total++;
	collector->live += row->tcp_state != TCP_TIME_WAIT && row->tcp_state != TCP_CLOSED;
	return insert(collector, row);
}

static int add_entry(struct collector *collector, const uint8_t *data, size_t size)
{
	struct row row;
	struct attribute a;
	if (size < FAMILY_HEADER)
		return 0;
	memset(&row, 0, sizeof(row));
	row.family = data[0] == AF_INET ? 4 : 6;
	const uint8_t *at = data + FAMILY_HEADER;
	while (next_attribute(&at, data + size, &a))
		read_attribute(&row, &a);
	return is_wanted(&collector->filter, &row) ? keep(collector, &row) : 0;
}

int collector_add(struct collector *collector, const uint8_t *at, size_t left)
{
	while (left >= MESSAGE_HEADER) {
		uint32_t size;
		uint16_t type;
		int32_t error = 0;
		memcpy(&size, at, sizeof(size));
		memcpy(&type, at + 4, sizeof(type));
		if (size < MESSAGE_HEADER || size > left)
			return -EBADMSG;
		if (type == MESSAGE_ERROR || type == MESSAGE_DONE) {
			if (size >= MESSAGE_HEADER + sizeof(error))
				memcpy(&error, at + MESSAGE_HEADER, sizeof(error));
			return error < 0 ? error : 1;
		}
		int result = add_entry(collector, at + MESSAGE_HEADER, size - MESSAGE_HEADER);
		if (result < 0)
			return result;
		size_t padded = ((size_t)size + 3) & ~(size_t)3;
		at += padded < left ? padded : left;
		left -= padded < left ? padded : left;
	}
	return 0;
}

int collector_merge(struct collector *into, const struct collector *from)
{
	int result = 0;
	into->total += from->total;
	into->live += from->live;
	for (uint32_t i = 0; i < from->count && result == 0; i++)
		result = insert(into, &from->rows[i]);
	return result;
}

void collector_sort(struct collector *collector)
{
	for (uint32_t left = collector->count; left > 1; left--) {
		swap_rows(&collector->rows[0], &collector->rows[left - 1]);
		sift_down(collector, left - 1);
	}
}

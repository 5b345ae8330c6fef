/*
 * netem A-NETNS A-NAME B-NETNS B-NAME
 *
 * One Internet line: moves IP packets between tun device A-NAME (in the network namespace at path A-NETNS) and
 * B-NAME, both made here and gone with this process. "out" is A to B, "in" is B to A. Ends when stdin ends.
 *
 * Commands on stdin, one a line, each answered by a line on stdout ("ok", "error: ..." or the counters):
 *   out|in|both delay MICROSECONDS          added to every packet
 *   out|in|both jitter MICROSECONDS         up to this much more, order is kept
 *   out|in|both rate BITS_PER_SECOND        0: without limit (IP bytes)
 *   out|in|both queue PACKETS               waiting for the rate; more are dropped at the tail
 *   out|in|both loss PER_MILLION            of the packets, at random
 *   out|in|both size BYTES                  larger packets vanish; 0: no limit
 *   out|in|both blackhole 0|1               everything vanishes, also what is under way
 *   out|in|both dns 0|1                     0: TCP and UDP port 53 and TCP port 853 vanish
 *   out|in|both drop ADDRESS                vanishes what goes to (out) or comes from (in) it
 *   out|in|both pass ADDRESS|all            takes that back
 *   seed NUMBER                             for loss and jitter
 *   stats                                   JSON
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { LARGEST = 65536, BATCH = 64, RING = 1 << 16, MOST_ADDRESSES = 64, QUEUE_PACKETS = 1000 };

struct packet {
	uint64_t sent_ns;    /* the last bit is on the line */
	uint64_t release_ns; /* it arrives */
	uint32_t bytes;
	uint8_t data[];
};

struct address {
	int bytes; /* 4 or 16 */
	uint8_t data[16];
};

struct counters {
	uint64_t packets, bytes, packets6, bytes6, dropped;
};

struct way {
	const char *name;
	int from, to;
	int peer_offset4, peer_offset6; /* of the far address in an IP header */
	int port_offset;                /* of the server's port in a TCP or UDP header */
	uint64_t delay_ns, jitter_ns, rate_bps, busy_until_ns, last_release_ns;
	uint32_t loss_ppm, queue_packets, largest_bytes;
	int blackhole, dns_broken;
	struct address dropped[MOST_ADDRESSES];
	int dropped_count;
	/* Sorted by sent_ns and by release_ns. head..sent are on the way, sent..tail wait for the rate. */
	struct packet **ring;
	uint32_t head, sent, tail;
	struct counters passed;
};

static uint64_t random_state = 0x9e3779b97f4a7c15u;
static uint8_t buffer[LARGEST];
static int timer_fd;
static uint64_t armed_ns;

static void fail(const char *what)
{
	fprintf(stderr, "netem: cannot %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* xorshift64*: Marsaglia 2003, Vigna 2016 */
static uint32_t random_below(uint32_t limit)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (uint32_t)(((random_state * 0x2545f4914f6cdd1du) >> 32) * limit >> 32);
}

static int open_tun(const char *namespace, const char *name)
{
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int net = open(namespace, O_RDONLY | O_CLOEXEC);
	int fd;

	if (net < 0 || setns(net, CLONE_NEWNET) < 0)
		fail("enter a network namespace");
	close(net);
	fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		fail("open /dev/net/tun");
	strncpy(request.ifr_name, name, IFNAMSIZ - 1);
	if (ioctl(fd, TUNSETIFF, &request) < 0)
		fail("make a tun device");
	return fd;
}

/* ---- which packets vanish ---- */

static int is_dns(const struct way *way, const uint8_t *ip, uint32_t bytes)
{
	int version = ip[0] >> 4;
	uint32_t header = version == 4 ? (ip[0] & 15u) * 4 : 40;
	uint8_t protocol = version == 4 ? ip[9] : ip[6];
	uint16_t port;

	if (bytes < header + 4 || (protocol != IPPROTO_TCP && protocol != IPPROTO_UDP))
		return 0;
	port = (uint16_t)(ip[header + way->port_offset] << 8 | ip[header + way->port_offset + 1]);
	return port == 53 || (port == 853 && protocol == IPPROTO_TCP);
}

static int is_dropped_address(const struct way *way, const uint8_t *ip)
{
	int v4 = ip[0] >> 4 == 4;
	const uint8_t *peer = ip + (v4 ? way->peer_offset4 : way->peer_offset6);

	for (int i = 0; i < way->dropped_count; i++)
		if (way->dropped[i].bytes == (v4 ? 4 : 16) && memcmp(way->dropped[i].data, peer, v4 ? 4 : 16) == 0)
			return 1;
	return 0;
}

static int vanishes(const struct way *way, const uint8_t *ip, uint32_t bytes)
{
	int version = ip[0] >> 4;

	if (way->blackhole || (way->largest_bytes && bytes > way->largest_bytes))
		return 1;
	if (way->loss_ppm && random_below(1000000) < way->loss_ppm)
		return 1;
	if ((version != 4 || bytes < 20) && (version != 6 || bytes < 40))
		return way->dns_broken || way->dropped_count;
	return (way->dns_broken && is_dns(way, ip, bytes)) || (way->dropped_count && is_dropped_address(way, ip));
}

/* ---- one packet ---- */

static void deliver(struct way *way, const uint8_t *ip, uint32_t bytes)
{
	struct counters *c = &way->passed;

	if (write(way->to, ip, bytes) < 0) {
		c->dropped++;
		return;
	}
	c->packets++;
	c->bytes += bytes;
	if (ip[0] >> 4 == 6) {
		c->packets6++;
		c->bytes6 += bytes;
	}
}

/* Moves the mark between what waits for the rate and what is on the line. */
static void advance_sent(struct way *way, uint64_t now)
{
	while (way->sent != way->tail && way->ring[way->sent % RING]->sent_ns <= now)
		way->sent++;
}

static void arm(uint64_t at_ns)
{
	struct itimerspec when = { .it_value = { (time_t)(at_ns / 1000000000u), (long)(at_ns % 1000000000u) } };

	if (at_ns == armed_ns)
		return;
	armed_ns = at_ns;
	timerfd_settime(timer_fd, TFD_TIMER_ABSTIME, &when, NULL);
}

static void enqueue(struct way *way, uint32_t bytes, uint64_t now)
{
	struct packet *p;

	advance_sent(way, now);
	if (way->tail - way->sent >= way->queue_packets || way->tail - way->head >= RING ||
	    !(p = malloc(sizeof *p + bytes))) {
		way->passed.dropped++;
		return;
	}
	p->bytes = bytes;
	memcpy(p->data, buffer, bytes);
	p->sent_ns = way->busy_until_ns > now ? way->busy_until_ns : now;
	if (way->rate_bps)
		p->sent_ns += (uint64_t)bytes * 8 * 1000000000u / way->rate_bps;
	way->busy_until_ns = p->sent_ns;
	p->release_ns = p->sent_ns + way->delay_ns;
	if (way->jitter_ns)
		p->release_ns += way->jitter_ns / 1000000u * random_below(1000000);
	if (p->release_ns < way->last_release_ns)
		p->release_ns = way->last_release_ns;
	way->last_release_ns = p->release_ns;
	way->ring[way->tail++ % RING] = p;
	if (!armed_ns || p->release_ns < armed_ns)
		arm(p->release_ns);
}

static void receive(struct way *way)
{
	for (int i = 0; i < BATCH; i++) {
		ssize_t bytes = read(way->from, buffer, sizeof buffer);

		if (bytes <= 0)
			return;
		if (vanishes(way, buffer, (uint32_t)bytes))
			way->passed.dropped++;
		else if (!way->delay_ns && !way->jitter_ns && !way->rate_bps && way->head == way->tail)
			deliver(way, buffer, (uint32_t)bytes);
		else
			enqueue(way, (uint32_t)bytes, now_ns());
	}
}

static void release_due(struct way *way, uint64_t now)
{
	while (way->head != way->tail && way->ring[way->head % RING]->release_ns <= now) {
		struct packet *p = way->ring[way->head % RING];

		deliver(way, p->data, p->bytes);
		free(p);
		if (way->sent == way->head)
			way->sent++;
		way->head++;
	}
}

static void forget_queue(struct way *way)
{
	while (way->head != way->tail) {
		free(way->ring[way->head++ % RING]);
		way->passed.dropped++;
	}
	way->sent = way->head;
	way->busy_until_ns = way->last_release_ns = 0;
}

static void release_and_arm(struct way *ways)
{
	uint64_t next = 0;
	uint64_t expirations;

	if (read(timer_fd, &expirations, sizeof expirations) > 0)
		armed_ns = 0;
	for (int i = 0; i < 2; i++) {
		struct way *way = ways + i;

		release_due(way, now_ns());
		if (way->head != way->tail && (!next || way->ring[way->head % RING]->release_ns < next))
			next = way->ring[way->head % RING]->release_ns;
	}
	if (next)
		arm(next);
}

/* ---- commands ---- */

static int parse_address(const char *text, struct address *address)
{
	memset(address, 0, sizeof *address);
	if (inet_pton(AF_INET, text, address->data) == 1)
		address->bytes = 4;
	else if (inet_pton(AF_INET6, text, address->data) == 1)
		address->bytes = 16;
	return address->bytes ? 0 : -1;
}

static int change_dropped(struct way *way, const char *text, int drop)
{
	struct address address;

	if (!drop && strcmp(text, "all") == 0) {
		way->dropped_count = 0;
		return 0;
	}
	if (parse_address(text, &address) < 0 || (drop && way->dropped_count == MOST_ADDRESSES))
		return -1;
	for (int i = 0; i < way->dropped_count; i++)
		if (memcmp(way->dropped + i, &address, sizeof address) == 0)
			way->dropped[i--] = way->dropped[--way->dropped_count];
	if (drop)
		way->dropped[way->dropped_count++] = address;
	return 0;
}

static int change_way(struct way *way, const char *what, const char *value)
{
	char *end;
	unsigned long long number;

	if (strcmp(what, "drop") == 0 || strcmp(what, "pass") == 0)
		return change_dropped(way, value, what[0] == 'd');
	number = strtoull(value, &end, 10);
	if (*end || end == value || *value == '-')
		return -1;
	if (strcmp(what, "delay") == 0)
		way->delay_ns = number * 1000;
	else if (strcmp(what, "jitter") == 0)
		way->jitter_ns = number * 1000;
	else if (strcmp(what, "rate") == 0)
		way->rate_bps = number;
	else if (strcmp(what, "queue") == 0)
		way->queue_packets = (uint32_t)number;
	else if (strcmp(what, "loss") == 0)
		way->loss_ppm = (uint32_t)number;
	else if (strcmp(what, "size") == 0)
		way->largest_bytes = (uint32_t)number;
	else if (strcmp(what, "dns") == 0)
		way->dns_broken = number == 0;
	else if (strcmp(what, "blackhole") == 0)
		way->blackhole = number != 0;
	else
		return -1;
	if (way->blackhole)
		forget_queue(way);
	return 0;
}

static void print_counters(const struct way *way)
{
	const struct counters *c = &way->passed;

	printf("\"%s\":{\"packets\":%llu,\"bytes\":%llu,\"packets6\":%llu,\"bytes6\":%llu,\"dropped\":%llu,\"waiting\":%u}",
	       way->name, (unsigned long long)c->packets, (unsigned long long)c->bytes,
	       (unsigned long long)c->packets6, (unsigned long long)c->bytes6, (unsigned long long)c->dropped,
	       way->tail - way->head);
}

static void run_command(struct way *ways, char *line)
{
	char direction[8] = "", what[16] = "", value[64] = "";
	int words = sscanf(line, "%7s %15s %63s", direction, what, value);
	int failed = 0;

	if (strcmp(direction, "stats") == 0) {
		printf("{");
		print_counters(ways);
		printf(",");
		print_counters(ways + 1);
		printf("}\n");
		return;
	}
	if (strcmp(direction, "seed") == 0 && words == 2) {
		random_state = strtoull(what, NULL, 10) * 2 + 1;
	} else if (words == 3) {
		int both = strcmp(direction, "both") == 0;

		failed = !both && strcmp(direction, "out") != 0 && strcmp(direction, "in") != 0;
		for (int i = 0; i < 2 && !failed; i++)
			if (both || strcmp(direction, ways[i].name) == 0)
				failed = change_way(ways + i, what, value) < 0;
	} else {
		failed = 1;
	}
	if (failed)
		printf("error: not understood: %s\n", line);
	else
		printf("ok\n");
}

/* Returns 0 when stdin has ended. */
static int read_commands(struct way *ways)
{
	static char text[4096];
	static size_t held;
	ssize_t bytes = read(STDIN_FILENO, text + held, sizeof text - held - 1);
	char *line = text, *end;

	if (bytes <= 0)
		return 0;
	held += (size_t)bytes;
	text[held] = 0;
	while ((end = strchr(line, '\n'))) {
		*end = 0;
		run_command(ways, line);
		line = end + 1;
	}
	held = strlen(line);
	memmove(text, line, held + 1);
	fflush(stdout);
	return held < sizeof text - 1;
}

/* ---- */

static void watch(int epoll, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0)
		fail("watch a file descriptor");
}

static void run(struct way *ways, int epoll)
{
	struct epoll_event events[8];

	for (;;) {
		int count = epoll_wait(epoll, events, 8, -1);

		if (count < 0 && errno != EINTR)
			fail("wait");
		for (int i = 0; i < count; i++) {
			int fd = events[i].data.fd;

			if (fd == STDIN_FILENO && !read_commands(ways))
				return;
			if (fd == timer_fd)
				release_and_arm(ways);
			for (int w = 0; w < 2; w++)
				if (fd == ways[w].from)
					receive(ways + w);
		}
	}
}

int main(int argc, char **argv)
{
	static struct way ways[2] = {
		{ .name = "out", .peer_offset4 = 16, .peer_offset6 = 24, .port_offset = 2, .queue_packets = QUEUE_PACKETS },
		{ .name = "in", .peer_offset4 = 12, .peer_offset6 = 8, .port_offset = 0, .queue_packets = QUEUE_PACKETS },
	};
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	if (argc != 5) {
		fprintf(stderr, "usage: netem A-NETNS A-NAME B-NETNS B-NAME\n");
		return 2;
	}
	prctl(PR_SET_TIMERSLACK, 1);
	/* The world outside does not slow down when the router is busy; where this is forbidden, it may. */
	setpriority(PRIO_PROCESS, 0, -10);
	timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	ways[0].from = ways[1].to = open_tun(argv[1], argv[2]);
	ways[1].from = ways[0].to = open_tun(argv[3], argv[4]);
	for (int i = 0; i < 2; i++)
		if (!(ways[i].ring = calloc(RING, sizeof *ways[i].ring)))
			fail("get memory");
	watch(epoll, ways[0].from);
	watch(epoll, ways[1].from);
	watch(epoll, timer_fd);
	watch(epoll, STDIN_FILENO);
	printf("ready\n");
	fflush(stdout);
	run(ways, epoll);
	return 0;
}

/*
 * flood ADDRESS one|new|stream MILLISECONDS TURN NAMESPACE...
 *
 * Sends to ADDRESS as fast as it can, for so long from each of the network namespaces, one after the other:
 *   one     UDP packets of 18 bytes (frames of 64 bytes with their checksum) of one flow to port 5001
 *   new     the same, each of a flow of its own: to another port with each TURN, and from ports that the seven turns before hardly used
 *   stream  a TCP connection to port 5002
 * and prints a line for each namespace: how many packets were sent or bytes were acknowledged, and in how many milliseconds.
 * Other programs of the machine wait meanwhile, where that is allowed.
 *
 * flood ADDRESS sink
 *
 * takes such connections, one after the other, until it is killed; it prints a line when it listens.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST_NAMESPACES = 16, TURNS = 8, BATCH = 64, BYTES = 18, CHUNK = 131072, FIRST_PORT = 1024, LAST_PORT = 65535, ONE_PORT = 5001, STREAM_PORT = 5002 };

static double now_ms(void) {
	struct timespec at;
	clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec * 1e3 + (double)at.tv_nsec / 1e6;
}

static int fail(const char *what) {
	perror(what);
	exit(1);
}

static int open_socket(int type) {
	int fd = socket(AF_INET, type, type == SOCK_RAW ? IPPROTO_RAW : 0), on = 1;
	if (fd < 0) fail("socket");
	if (type == SOCK_STREAM) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	return fd;
}

struct packet {
	struct iphdr ip;
	struct udphdr udp;
	char data[BYTES];
};

/* The local address towards another. */
static struct in_addr local_address(struct sockaddr_in address) {
	int fd = open_socket(SOCK_DGRAM);
	socklen_t length = sizeof address;
	if (connect(fd, (struct sockaddr *)&address, length) < 0) fail("connect");
	if (getsockname(fd, (struct sockaddr *)&address, &length) < 0) fail("getsockname");
	close(fd);
	return address.sin_addr;
}

static void fill_headers(struct packet *packets, struct sockaddr_in address) {
	struct in_addr local = local_address(address);
	memset(packets, 0, BATCH * sizeof *packets);
	for (int i = 0; i < BATCH; i++) {
		packets[i].ip = (struct iphdr){.version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP};
		packets[i].ip.tot_len = htons(sizeof *packets);
		packets[i].ip.saddr = local.s_addr;
		packets[i].ip.daddr = address.sin_addr.s_addr;
		packets[i].udp.len = htons((unsigned short)(sizeof packets[i].udp + BYTES));
	}
}

/* A flow's first packet is all there is of it; a checksum of 0 is none (RFC 768). */
static unsigned long send_packets(int fd, struct sockaddr_in address, int turn, double end_ms) {
	static struct packet packets[BATCH];
	struct mmsghdr messages[BATCH];
	struct iovec parts[BATCH];
	int many = turn >= 0, to = FIRST_PORT + turn, from = FIRST_PORT + turn % TURNS * ((LAST_PORT - FIRST_PORT) / TURNS);
	unsigned long sent = 0;
	memset(messages, 0, sizeof messages);
	fill_headers(packets, address);
	for (int i = 0; i < BATCH; i++) {
		parts[i] = many ? (struct iovec){&packets[i], sizeof packets[i]} : (struct iovec){packets[i].data, BYTES};
		messages[i].msg_hdr.msg_name = &address;
		messages[i].msg_hdr.msg_namelen = sizeof address;
		messages[i].msg_hdr.msg_iov = &parts[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	while (now_ms() < end_ms) {
		if (from + BATCH > LAST_PORT) from = FIRST_PORT;
		for (int i = 0; many && i < BATCH; i++) {
			packets[i].udp.source = htons((unsigned short)from++);
			packets[i].udp.dest = htons((unsigned short)to);
		}
		int count = sendmmsg(fd, messages, BATCH, 0);
		if (count > 0) sent += (unsigned long)count;
		else if (errno != ENOBUFS && errno != EAGAIN && errno != EPERM && errno != ECONNREFUSED) fail("sendmmsg");
	}
	return sent;
}

static unsigned long send_stream(int fd, double end_ms) {
	static char data[CHUNK];
	unsigned long sent = 0;
	int waiting = 1;
	while (now_ms() < end_ms) {
		ssize_t count = write(fd, data, sizeof data);
		if (count < 0) fail("write");
		sent += (unsigned long)count;
	}
	while (waiting > 0) {
		if (ioctl(fd, SIOCOUTQ, &waiting) < 0) fail("SIOCOUTQ");
		sched_yield();
	}
	return sent;
}

static void sink(struct sockaddr_in address) {
	static char data[CHUNK];
	int listener = open_socket(SOCK_STREAM);
	if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 8) < 0) fail("listen");
	puts("listening");
	fflush(stdout);
	for (;;) {
		int fd = accept(listener, NULL, NULL);
		if (fd < 0) fail("accept");
		while (read(fd, data, sizeof data) > 0) {}
		close(fd);
	}
}

/* A socket belongs to the namespace that its maker is in. */
static void enter(const char *network) {
	int fd = open(network, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET) < 0) fail(network);
	close(fd);
}

static void come_first(void) {
	struct sched_param first = {.sched_priority = 1};
	(void)sched_setscheduler(0, SCHED_FIFO, &first);
}

int main(int argc, char **argv) {
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(ONE_PORT)};
	int sockets[MOST_NAMESPACES], count = argc - 5;
	if (argc < 3 || inet_pton(AF_INET, argv[1], &address.sin_addr) != 1) return 2;
	int is_new = strcmp(argv[2], "new") == 0, is_stream = !is_new && strcmp(argv[2], "one") != 0;
	if (is_stream) address.sin_port = htons(STREAM_PORT);
	if (strcmp(argv[2], "sink") == 0) {
		come_first();
		sink(address);
	}
	if (count < 1 || count > MOST_NAMESPACES) return 2;
	for (int i = 0; i < count; i++) {
		enter(argv[5 + i]);
		sockets[i] = open_socket(is_new ? SOCK_RAW : is_stream ? SOCK_STREAM : SOCK_DGRAM);
		if (is_stream && connect(sockets[i], (struct sockaddr *)&address, sizeof address) < 0) fail("connect");
	}
	come_first();
	for (int i = 0; i < count; i++) {
		enter(argv[5 + i]);
		double start_ms = now_ms(), end_ms = start_ms + atof(argv[3]);
		unsigned long sent = is_stream ? send_stream(sockets[i], end_ms) : send_packets(sockets[i], address, is_new ? atoi(argv[4]) : -1, end_ms);
		printf("%lu %.3f\n", sent, now_ms() - start_ms);
	}
	return 0;
}

/*
 * flood ADDRESS one|new MILLISECONDS
 *
 * Sends UDP packets of 18 bytes (frames of 64 bytes with their checksum) as fast as it can, either of one flow to port 5001, or
 * each of a flow of its own: ports from 1024 on, from another local port with every turn. Prints how many were sent.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 64, BYTES = 18, FIRST_PORT = 1024, LAST_PORT = 65535, ONE_PORT = 5001 };

static double now_ms(void) {
	struct timespec at;
	clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec * 1e3 + (double)at.tv_nsec / 1e6;
}

static int open_socket(void) {
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd < 0) {
		perror("socket");
		exit(1);
	}
	return fd;
}

int main(int argc, char **argv) {
	struct sockaddr_in to[BATCH];
	struct mmsghdr messages[BATCH];
	char data[BYTES] = {0};
	struct iovec part = {data, BYTES};
	if (argc != 4) return 2;
	int many = strcmp(argv[2], "new") == 0, port = FIRST_PORT, fd = open_socket();
	unsigned long sent = 0;
	memset(to, 0, sizeof to);
	memset(messages, 0, sizeof messages);
	for (int i = 0; i < BATCH; i++) {
		to[i].sin_family = AF_INET;
		to[i].sin_port = htons(ONE_PORT);
		if (inet_pton(AF_INET, argv[1], &to[i].sin_addr) != 1) return 2;
		messages[i].msg_hdr.msg_name = &to[i];
		messages[i].msg_hdr.msg_namelen = sizeof to[i];
		messages[i].msg_hdr.msg_iov = &part;
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	for (double end_ms = now_ms() + atof(argv[3]); now_ms() < end_ms;) {
		if (many && port + BATCH > LAST_PORT) {
			close(fd);
			fd = open_socket();
			port = FIRST_PORT;
		}
		for (int i = 0; many && i < BATCH; i++) to[i].sin_port = htons((unsigned short)port++);
		int count = sendmmsg(fd, messages, BATCH, 0);
		if (count > 0) sent += (unsigned long)count;
		else if (errno != ENOBUFS && errno != EAGAIN && errno != EPERM && errno != ECONNREFUSED) {
			perror("sendmmsg");
			return 1;
		}
	}
	printf("%lu\n", sent);
	return 0;
}

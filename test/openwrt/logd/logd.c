/*
 * logd: takes what programs of the router say to /dev/log (syslog(3), datagrams "<priority>tag: text") and appends it
 * to /tmp/log/messages as logread -t of OpenWrt shows it.
 */
#define _GNU_SOURCE
#define SYSLOG_NAMES
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

static const char *name_of(const CODE *codes, int value)
{
	for (; codes->c_name; codes++)
		if (codes->c_val == value)
			return codes->c_name;
	return "unknown";
}

static int listen_for_messages(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "/dev/log" };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	unlink(address.sun_path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) < 0) {
		fprintf(stderr, "logd: cannot listen on %s: %s\n", address.sun_path, strerror(errno));
		exit(1);
	}
	return fd;
}

/* Behind the "Mmm dd hh:mm:ss " that the C library puts first. */
static const char *without_time(const char *text)
{
	return strlen(text) > 16 && text[3] == ' ' && text[9] == ':' && text[12] == ':' && text[15] == ' ' ? text + 16 : text;
}

int main(void)
{
	static char message[8192], line[8400];
	int from = listen_for_messages();
	int to = open("/tmp/log/messages", O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);

	for (;;) {
		ssize_t bytes = recv(from, message, sizeof message - 1, 0);
		char *text = message, when[32];
		struct timespec now;
		int priority = LOG_USER | LOG_NOTICE, length;

		if (bytes <= 0)
			continue;
		message[bytes] = 0;
		if (*text == '<') {
			priority = (int)strtol(text + 1, &text, 10);
			text += *text == '>';
		}
		text[strcspn(text, "\n")] = 0;
		clock_gettime(CLOCK_REALTIME, &now);
		strftime(when, sizeof when, "%a %b %e %H:%M:%S %Y", localtime(&now.tv_sec));
		length = snprintf(line, sizeof line, "%s [%lld.%03ld] %s.%s %s\n", when, (long long)now.tv_sec,
				  now.tv_nsec / 1000000, name_of(facilitynames, priority & LOG_FACMASK),
				  name_of(prioritynames, LOG_PRI(priority)), without_time(text));
		if (write(to, line, (size_t)length) < 0)
			fprintf(stderr, "logd: %s\n", strerror(errno));
	}
}

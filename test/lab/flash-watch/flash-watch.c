/*
 * flash-watch PATH
 *
 * Tells of every file of the file system at PATH that was written to and closed: a line with the writer's process number, its
 * name and the path. Before that, a line "watching". Other file systems that are mounted below PATH do not count.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/fanotify.h>
#include <unistd.h>

static void read_name(int pid, char *name, size_t size) {
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/comm", pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? 0 : read(fd, name, size - 1);
	if (fd >= 0) close(fd);
	if (length <= 0) {
		snprintf(name, size, "?");
		return;
	}
	name[length] = '\0';
	name[strcspn(name, "\n")] = '\0';
}

static void tell(const struct fanotify_event_metadata *event) {
	char link[64], path[4096], name[32];
	snprintf(link, sizeof link, "/proc/self/fd/%d", event->fd);
	ssize_t length = readlink(link, path, sizeof path - 1);
	path[length < 0 ? 0 : length] = '\0';
	read_name(event->pid, name, sizeof name);
	printf("%d %s %s\n", event->pid, name, path);
	close(event->fd);
}

int main(int argc, char **argv) {
	static char buffer[65536] __attribute__((aligned(8)));
	if (argc != 2) return 2;
	int fd = fanotify_init(FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_UNLIMITED_QUEUE, O_RDONLY | O_CLOEXEC | O_LARGEFILE);
	if (fd < 0 || fanotify_mark(fd, FAN_MARK_ADD | FAN_MARK_FILESYSTEM, FAN_CLOSE_WRITE, AT_FDCWD, argv[1]) < 0) {
		perror("fanotify");
		return 1;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("watching\n");
	for (;;) {
		ssize_t length = read(fd, buffer, sizeof buffer);
		if (length < 0 && errno == EINTR) continue;
		if (length <= 0) return 1;
		const struct fanotify_event_metadata *event = (const void *)buffer;
		for (; FAN_EVENT_OK(event, length); event = FAN_EVENT_NEXT(event, length))
			if (event->fd >= 0) tell(event);
	}
}

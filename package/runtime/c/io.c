/* Whole reads and writes on plain descriptors. */
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "runtime.h"

int io_write_all(int fd, const void *data, size_t size)
{
	const char *at = data;
	while (size > 0) {
		ssize_t written = write(fd, at, size);
		if (written < 0 && errno == EAGAIN) {
			struct pollfd wait = { .fd = fd, .events = POLLOUT };
			poll(&wait, 1, -1);
			continue;
		}
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -errno;
		at += written;
		size -= (size_t)written;
	}
	return 0;
}

static int read_all(int fd, uint8_t **data, size_t *size)
{
	size_t capacity = 4096, used = 0;
	uint8_t *buffer = malloc(capacity + 1);
	for (;;) {
		if (!buffer)
			return -ENOMEM;
		ssize_t got = read(fd, buffer + used, capacity - used);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			int error = -errno;
			free(buffer);
			return error;
		}
		if (got == 0)
			break;
		used += (size_t)got;
		if (used < capacity)
			continue;
		capacity *= 2;
		uint8_t *larger = realloc(buffer, capacity + 1);
		if (!larger)
			free(buffer);
		buffer = larger;
	}
	buffer[used] = 0;
	*data = buffer;
	*size = used;
	return 0;
}

int io_read_file(const char *path, uint8_t **data, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	int result = read_all(fd, data, size);
	close(fd);
	return result;
}

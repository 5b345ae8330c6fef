/*
 * hold NAME COUNT
 *
 * Makes one mount, PID, UTS and IPC namespace (host name NAME) with COUNT network namespaces in it, prints
 * "<pid of its init> <number of its first network namespace fd>\n" and keeps all of it until stdin ends. Then
 * everything that runs in it is killed, and with the last process go its mounts, devices and rule sets: whoever
 * holds the other end of stdin needs no clean-up of its own, not even after a kill -9.
 *
 * Network namespace i is /proc/<pid>/fd/<first + i> of the init.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FIRST_FD = 100, MOST = 400 };

static void fail(const char *what)
{
	fprintf(stderr, "hold: cannot %s: %s\n", what, strerror(errno));
	exit(1);
}

static void raise_loopback(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_LOOPBACK | IFF_RUNNING };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) < 0)
		fail("set lo up");
	close(fd);
}

/* Takes the network namespace this process is in to fd number `at`. */
static void keep_network(int at)
{
	int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || dup3(fd, at, O_CLOEXEC) < 0)
		fail("open a network namespace");
	close(fd);
}

static void run_init(const char *name, int count, int ready)
{
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (sethostname(name, strlen(name)) < 0)
		fail("set the host name");
	for (int i = 0; i < count; i++) {
		if (unshare(CLONE_NEWNET) < 0)
			fail("make a network namespace");
		raise_loopback();
		keep_network(FIRST_FD + i);
	}
	if (count > 0 && setns(FIRST_FD, CLONE_NEWNET) < 0)
		fail("enter the first network namespace");
	if (write(ready, "r", 1) != 1)
		_exit(1);
	for (int fd = 0; fd <= ready; fd++)
		close(fd);
	/* The kernel reaps for a PID 1 that ignores SIGCHLD. */
	signal(SIGCHLD, SIG_IGN);
	sigemptyset(&none);
	for (;;)
		sigsuspend(&none);
}

/* Until stdin ends or the init does. */
static void wait_for_end(pid_t init)
{
	char ignored[256];
	struct pollfd watched[2] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = (int)syscall(SYS_pidfd_open, init, 0), .events = POLLIN },
	};

	if (watched[1].fd < 0)
		fail("watch the init process");
	for (;;) {
		if (poll(watched, 2, -1) < 0 && errno != EINTR)
			fail("wait");
		if (watched[1].revents)
			return;
		if (watched[0].revents && read(STDIN_FILENO, ignored, sizeof ignored) <= 0)
			return;
	}
}

int main(int argc, char **argv)
{
	int count = argc == 3 ? atoi(argv[2]) : -1;
	int ready[2];
	char byte;
	pid_t init;

	if (count < 0 || count > MOST) {
		fprintf(stderr, "usage: hold NAME COUNT (at most %d)\n", MOST);
		return 2;
	}
	signal(SIGINT, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	if (unshare(CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC) < 0)
		fail("make namespaces (root is needed)");
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		fail("make mounts private");
	if (pipe2(ready, O_CLOEXEC) < 0)
		fail("make a pipe");
	init = fork();
	if (init < 0)
		fail("fork");
	if (init == 0)
		run_init(argv[1], count, ready[1]);
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		return 1;
	printf("%d %d\n", init, FIRST_FD);
	fflush(stdout);
	wait_for_end(init);
	kill(init, SIGKILL);
	/* Returns once every process of the PID namespace is gone. */
	waitpid(init, NULL, 0);
	return 0;
}

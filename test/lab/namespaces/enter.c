/*
 * enter PID NETFD -- PROGRAM [ARGUMENT...]
 *
 * Runs PROGRAM in the namespaces that `hold` made: those of its init PID, network namespace /proc/PID/fd/NETFD.
 * PROGRAM leads a session of its own; TERM, INT, HUP, QUIT, USR1 and USR2 go on to its process group, and it dies
 * when this process does. Exit code: the program's, 128 + signal, 126/127 as in a shell.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void fail(const char *what)
{
	fprintf(stderr, "enter: cannot %s: %s\n", what, strerror(errno));
	exit(125);
}

static void enter_namespaces(const char *pid, const char *network)
{
	char path[64];
	int init, net;

	snprintf(path, sizeof path, "/proc/%s/fd/%s", pid, network);
	net = open(path, O_RDONLY | O_CLOEXEC);
	init = (int)syscall(SYS_pidfd_open, atoi(pid), 0);
	if (net < 0 || init < 0)
		fail("open the namespaces; they are gone");
	if (setns(net, CLONE_NEWNET) < 0)
		fail("enter the network namespace");
	if (setns(init, CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC) < 0)
		fail("enter the namespaces");
	close(net);
	close(init);
}

static void run_program(char **argv, const sigset_t *before)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setsid();
	sigprocmask(SIG_SETMASK, before, NULL);
	execvp(argv[0], argv);
	fprintf(stderr, "enter: cannot run %s: %s\n", argv[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

int main(int argc, char **argv)
{
	static const int passed_on[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2 };
	sigset_t signals, before;
	int status, signal_number;
	pid_t child;

	if (argc < 5 || strcmp(argv[3], "--") != 0) {
		fprintf(stderr, "usage: enter PID NETFD -- PROGRAM [ARGUMENT...]\n");
		return 125;
	}
	enter_namespaces(argv[1], argv[2]);
	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	for (size_t i = 0; i < sizeof passed_on / sizeof *passed_on; i++)
		sigaddset(&signals, passed_on[i]);
	sigprocmask(SIG_BLOCK, &signals, &before);
	child = fork();
	if (child < 0)
		fail("fork");
	if (child == 0)
		run_program(argv + 4, &before);
	/* The program alone holds the ends of the caller's pipes: their end means the program's. */
	close(STDIN_FILENO);
	close(STDOUT_FILENO);
	for (;;) {
		if (sigwait(&signals, &signal_number) != 0)
			continue;
		if (signal_number != SIGCHLD)
			kill(-child, signal_number);
		else if (waitpid(child, &status, WNOHANG) == child)
			return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	}
}

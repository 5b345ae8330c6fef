/* polywan:process: children in their own process group, without a shell. */
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime.h"

/* Raw: the C library's own would change every thread, with code that must not run after vfork. */
#ifdef SYS_setresgid32
#define CALL_SETRESGID SYS_setresgid32
#define CALL_SETGROUPS SYS_setgroups32
#else
#define CALL_SETRESGID SYS_setresgid
#define CALL_SETGROUPS SYS_setgroups
#endif

/* Room in a child's input. */
#define INPUT_BYTES (512 * 1024)

enum { STREAM_NULL, STREAM_PIPE, STREAM_INHERIT };

struct launch {
	char **candidates; /* paths to try, in order */
	char **arguments, **environment;
	const char *directory; /* NULL: the parent's */
	int64_t gid; /* -1: the parent's */
	int streams[3];
	int child_ends[3], parent_ends[3]; /* -1: none */
	int failure[2]; /* carries the errno of a launch that failed */
	int pid, exit_fd;
};

static void fail_child(const struct launch *launch, int error)
{
	if (write(launch->failure[1], &error, sizeof(error)) < 0)
		_exit(126);
	_exit(127);
}

/* Runs after vfork in the parent's memory: system calls only. */
static void run_child(const struct launch *launch)
{
	sigset_t none;
	int error = ENOENT;
	signal(SIGPIPE, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (setpgid(0, 0) < 0)
		fail_child(launch, errno);
	for (int i = 0; i < 3; i++)
		if (launch->child_ends[i] >= 0 && dup2(launch->child_ends[i], i) < 0)
			fail_child(launch, errno);
	if (launch->gid >= 0) {
		gid_t gid = (gid_t)launch->gid;
		if (syscall(CALL_SETGROUPS, 1, &gid) < 0 || syscall(CALL_SETRESGID, gid, gid, gid) < 0)
			fail_child(launch, errno);
	}
	if (launch->directory && chdir(launch->directory) < 0)
		fail_child(launch, errno);
	for (char **path = launch->candidates; *path; path++) {
		execve(*path, launch->arguments, launch->environment);
		if (errno != ENOENT && errno != ENOTDIR)
			error = errno;
		if (error != ENOENT && error != EACCES)
			break;
	}
	fail_child(launch, error);
}

static void close_ends(int *ends)
{
	for (int i = 0; i < 3; i++)
		if (ends[i] >= 0)
			close(ends[i]);
}

static int open_stream(struct launch *launch, int stream)
{
	int ends[2], writes = stream != 0; /* the child writes to 1 and 2 */
	if (launch->streams[stream] == STREAM_INHERIT)
		return 0;
	if (launch->streams[stream] == STREAM_NULL)
		return (launch->child_ends[stream] = open("/dev/null", O_RDWR | O_CLOEXEC)) < 0 ? -errno : 0;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	launch->child_ends[stream] = ends[writes];
	launch->parent_ends[stream] = ends[!writes];
	if (!writes) /* a large input is taken at once, and not by turns; where that is not allowed, by turns */
		fcntl(ends[1], F_SETPIPE_SZ, INPUT_BYTES);
	return fcntl(ends[!writes], F_SETFL, O_NONBLOCK) < 0 ? -errno : 0;
}

static int open_streams(struct launch *launch)
{
	int result = 0;
	for (int i = 0; i < 3; i++)
		launch->child_ends[i] = launch->parent_ends[i] = -1;
	for (int i = 0; i < 3 && result == 0; i++)
		result = open_stream(launch, i);
	if (result == 0 && pipe2(launch->failure, O_CLOEXEC) < 0)
		result = -errno;
	return result;
}

/* A pipe, not shared memory, tells of a failed exec: user-mode emulators turn vfork into fork. */
static int start(struct launch *launch)
{
	int error = 0;
	pid_t pid = vfork();
	if (pid == 0)
		run_child(launch);
	int fork_error = errno;
	close(launch->failure[1]);
	if (pid > 0 && read(launch->failure[0], &error, sizeof(error)) == sizeof(error))
		waitpid(pid, NULL, 0);
	close(launch->failure[0]);
	if (pid < 0)
		return -fork_error;
	return error ? -error : pid;
}

/* A descriptor that is readable once the child ended. */
static int open_exit(int pid)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (fd >= 0)
		return fd;
	int error = -errno;
	kill(-pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return error;
}

static int spawn(struct launch *launch)
{
	int result = open_streams(launch);
	if (result == 0)
		result = launch->pid = start(launch);
	if (result > 0)
		result = launch->exit_fd = open_exit(launch->pid);
	close_ends(launch->child_ends);
	if (result < 0)
		close_ends(launch->parent_ends);
	return result;
}

static JSValue describe(JSContext *ctx, const struct launch *launch)
{
	static const char *const names[] = { "stdin", "stdout", "stderr" };
	JSValue value = JS_NewObject(ctx);
	value_set(ctx, value, "pid", JS_NewInt32(ctx, launch->pid));
	value_set(ctx, value, "exitFd", JS_NewInt32(ctx, launch->exit_fd));
	for (int i = 0; i < 3; i++)
		value_set(ctx, value, names[i], JS_NewInt32(ctx, launch->parent_ends[i]));
	return value;
}

/* spawn(candidates, argv, environment, directory | null, gid | -1, [stdin, stdout, stderr]) */
static JSValue js_spawn(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	struct launch launch = { .gid = -1 };
	JSValue value = JS_EXCEPTION;
	if (JS_ToInt64(ctx, &launch.gid, argv[4]))
		return JS_EXCEPTION;
	for (int i = 0; i < 3; i++) {
		JSValue stream = JS_GetPropertyUint32(ctx, argv[5], (uint32_t)i);
		if (JS_ToInt32(ctx, &launch.streams[i], stream))
			return JS_EXCEPTION;
	}
	if (value_is_given(argv[3]) && !(launch.directory = JS_ToCString(ctx, argv[3])))
		return JS_EXCEPTION;
	if ((launch.candidates = value_strings(ctx, argv[0])) && (launch.arguments = value_strings(ctx, argv[1])) &&
	    (launch.environment = value_strings(ctx, argv[2]))) {
		int result = spawn(&launch);
		value = result < 0 ? JS_NewInt32(ctx, result) : describe(ctx, &launch);
	}
	value_free_strings(ctx, launch.candidates);
	value_free_strings(ctx, launch.arguments);
	value_free_strings(ctx, launch.environment);
	JS_FreeCString(ctx, launch.directory);
	return value;
}

/* wait(pid): the wait status of a child that ended, or a negative errno (EAGAIN: it runs). */
static JSValue js_wait(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	int32_t pid;
	int status;
	if (JS_ToInt32(ctx, &pid, argv[0]))
		return JS_EXCEPTION;
	pid_t ended = waitpid(pid, &status, WNOHANG);
	if (ended == 0)
		return JS_NewInt32(ctx, -EAGAIN);
	return value_result(ctx, ended < 0 ? -1 : status);
}

static JSValue js_kill(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	int32_t pid, number;
	if (JS_ToInt32(ctx, &pid, argv[0]) || JS_ToInt32(ctx, &number, argv[1]))
		return JS_EXCEPTION;
	return value_result(ctx, kill(pid, number));
}

static const JSCFunctionListEntry entries[] = {
	JS_CFUNC_DEF("spawn", 6, js_spawn),
	JS_CFUNC_DEF("wait", 1, js_wait),
	JS_CFUNC_DEF("kill", 2, js_kill),
};

const struct native_module mod_process = { "polywan:process", entries, COUNT(entries), NULL };

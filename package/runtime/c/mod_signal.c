/* polywan:signal: signals as reads from a signalfd. Numbers differ between architectures, so names go in and out. */
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "runtime.h"

static const struct {
	int number;
	const char *name;
} names[] = {
#define S(name) { name, #name }
	S(SIGHUP), S(SIGINT), S(SIGQUIT), S(SIGILL), S(SIGTRAP), S(SIGABRT), S(SIGBUS), S(SIGFPE), S(SIGKILL),
	S(SIGUSR1), S(SIGSEGV), S(SIGUSR2), S(SIGPIPE), S(SIGALRM), S(SIGTERM), S(SIGCHLD), S(SIGCONT), S(SIGSTOP),
	S(SIGTSTP), S(SIGTTIN), S(SIGTTOU), S(SIGURG), S(SIGXCPU), S(SIGXFSZ), S(SIGVTALRM), S(SIGPROF),
	S(SIGWINCH), S(SIGIO), S(SIGPWR), S(SIGSYS),
#undef S
};

static JSValue js_number(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	const char *name = JS_ToCString(ctx, argv[0]);
	int number = -EINVAL;
	if (!name)
		return JS_EXCEPTION;
	for (size_t i = 0; i < COUNT(names); i++)
		if (strcmp(names[i].name, name) == 0)
			number = names[i].number;
	JS_FreeCString(ctx, name);
	return JS_NewInt32(ctx, number);
}

static JSValue js_name(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	int32_t number;
	if (JS_ToInt32(ctx, &number, argv[0]))
		return JS_EXCEPTION;
	for (size_t i = 0; i < COUNT(names); i++)
		if (names[i].number == number)
			return JS_NewString(ctx, names[i].name);
	return JS_NULL;
}

/* listen(fd, numbers): exactly these signals are blocked and read from the signalfd (fd -1: a new one). */
static JSValue js_listen(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	int32_t fd, count, number;
	sigset_t set;
	sigemptyset(&set);
	if (JS_ToInt32(ctx, &fd, argv[0]) || value_get_int(ctx, argv[1], "length", &count) < 0)
		return JS_EXCEPTION;
	for (int i = 0; i < count; i++) {
		JSValue item = JS_GetPropertyUint32(ctx, argv[1], (uint32_t)i);
		int failed = JS_ToInt32(ctx, &number, item);
		JS_FreeValue(ctx, item);
		if (failed)
			return JS_EXCEPTION;
		if (sigaddset(&set, number) < 0)
			return JS_NewInt32(ctx, -errno);
	}
	int result = signalfd(fd, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (result >= 0)
		sigprocmask(SIG_SETMASK, &set, NULL);
	return value_result(ctx, result);
}

/* next(fd): the number of the next signal, or a negative errno (EAGAIN: none). */
static JSValue js_next(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	int32_t fd;
	struct signalfd_siginfo info;
	if (JS_ToInt32(ctx, &fd, argv[0]))
		return JS_EXCEPTION;
	return value_result(ctx, read(fd, &info, sizeof(info)) < 0 ? -1 : (int64_t)info.ssi_signo);
}

static const JSCFunctionListEntry entries[] = {
	JS_CFUNC_DEF("number", 1, js_number),
	JS_CFUNC_DEF("name", 1, js_name),
	JS_CFUNC_DEF("listen", 2, js_listen),
	JS_CFUNC_DEF("next", 1, js_next),
};

const struct native_module mod_signal = { "polywan:signal", entries, COUNT(entries), NULL };

/* polywan:exec: another program in place of this one. */
#include <grp.h>
#include <signal.h>
#include <unistd.h>

#include "runtime.h"

static int replace(char **candidates, char **arguments, char **environment, int64_t gid)
{
	int error = ENOENT;
	sigset_t none;
	if (gid >= 0) {
		gid_t group = (gid_t)gid;
		if (setgroups(1, &group) < 0 || setresgid(group, group, group) < 0)
			return -errno;
	}
	signal(SIGPIPE, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (char **path = candidates; *path; path++) {
		execve(*path, arguments, environment);
		if (errno != ENOENT && errno != ENOTDIR)
			error = errno;
		if (error != ENOENT && error != EACCES)
			break;
	}
	return -error;
}

/* exec(candidates, argv, environment, gid | -1): returns only when it failed, a negative errno. */
static JSValue js_exec(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	char **candidates, **arguments = NULL, **environment = NULL;
	int64_t gid;
	JSValue value = JS_EXCEPTION;
	if (JS_ToInt64(ctx, &gid, argv[3]))
		return JS_EXCEPTION;
	if ((candidates = value_strings(ctx, argv[0])) && (arguments = value_strings(ctx, argv[1])) &&
	    (environment = value_strings(ctx, argv[2])))
		value = JS_NewInt32(ctx, replace(candidates, arguments, environment, gid));
	value_free_strings(ctx, candidates);
	value_free_strings(ctx, arguments);
	value_free_strings(ctx, environment);
	return value;
}

static const JSCFunctionListEntry entries[] = {
	JS_CFUNC_DEF("exec", 4, js_exec),
};

const struct native_module mod_exec = { "polywan:exec", entries, COUNT(entries), NULL };

/* polywan:program: the program itself, its arguments, environment and terminal. */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "runtime.h"

extern char **environ;

static JSValue string_list(JSContext *ctx, char **strings, int count)
{
	JSValue list = JS_NewArray(ctx);
	for (int i = 0; i < count && !JS_IsException(list); i++)
		JS_DefinePropertyValueUint32(ctx, list, (uint32_t)i, JS_NewString(ctx, strings[i]), JS_PROP_C_W_E);
	return list;
}

static JSValue js_arguments(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc, (void)argv;
	return string_list(ctx, program.arguments, program.argument_count);
}

static JSValue js_environment(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc, (void)argv;
	int count = 0;
	while (environ && environ[count])
		count++;
	return string_list(ctx, environ, count);
}

static JSValue js_path(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc, (void)argv;
	return JS_NewString(ctx, program.path);
}

static JSValue js_build_id(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc, (void)argv;
	return JS_NewString(ctx, build_id);
}

static JSValue js_pid(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc, (void)argv;
	return JS_NewInt32(ctx, getpid());
}

static JSValue js_exit(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	int32_t code;
	if (JS_ToInt32(ctx, &code, argv[0]))
		return JS_EXCEPTION;
	exit(code);
}

static JSValue js_is_terminal(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	int32_t fd;
	return JS_ToInt32(ctx, &fd, argv[0]) ? JS_EXCEPTION : JS_NewBool(ctx, isatty(fd));
}

static JSValue js_terminal_size(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	int32_t fd;
	struct winsize size;
	if (JS_ToInt32(ctx, &fd, argv[0]))
		return JS_EXCEPTION;
	if (ioctl(fd, TIOCGWINSZ, &size) < 0 || !size.ws_col)
		return JS_NULL;
	JSValue value = JS_NewObject(ctx);
	value_set(ctx, value, "columns", JS_NewInt32(ctx, size.ws_col));
	value_set(ctx, value, "rows", JS_NewInt32(ctx, size.ws_row));
	return value;
}

static JSValue js_collect_garbage(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc, (void)argv;
	JS_RunGC(JS_GetRuntime(ctx));
	return JS_UNDEFINED;
}

static JSValue js_heap_bytes(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc, (void)argv;
	JSMemoryUsage usage;
	JS_ComputeMemoryUsage(JS_GetRuntime(ctx), &usage);
	return JS_NewInt64(ctx, usage.malloc_size);
}

static JSValue js_processors(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc, (void)argv;
	return JS_NewInt32(ctx, (int32_t)sysconf(_SC_NPROCESSORS_ONLN));
}

static const JSCFunctionListEntry entries[] = {
	JS_CFUNC_DEF("programArguments", 0, js_arguments),
	JS_CFUNC_DEF("environment", 0, js_environment),
	JS_CFUNC_DEF("path", 0, js_path),
	JS_CFUNC_DEF("buildId", 0, js_build_id),
	JS_CFUNC_DEF("pid", 0, js_pid),
	JS_CFUNC_DEF("exit", 1, js_exit),
	JS_CFUNC_DEF("isTerminal", 1, js_is_terminal),
	JS_CFUNC_DEF("terminalSize", 1, js_terminal_size),
	JS_CFUNC_DEF("collectGarbage", 0, js_collect_garbage),
	JS_CFUNC_DEF("heapBytes", 0, js_heap_bytes),
	JS_CFUNC_DEF("processors", 0, js_processors),
};

const struct native_module mod_program = { "polywan:program", entries, COUNT(entries), NULL };

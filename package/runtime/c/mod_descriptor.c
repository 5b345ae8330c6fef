/* polywan:descriptor: read, write and close on any file descriptor. */
#include <fcntl.h>
#include <unistd.h>

#include "runtime.h"

static JSValue js_read(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	int32_t fd;
	struct bytes into;
	if (JS_ToInt32(ctx, &fd, argv[0]) || value_bytes(ctx, argv[1], &into) < 0)
		return JS_EXCEPTION;
	return value_result(ctx, read(fd, into.data, into.size));
}

static JSValue js_write(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	int32_t fd;
	struct bytes data;
	if (JS_ToInt32(ctx, &fd, argv[0]) || value_bytes(ctx, argv[1], &data) < 0)
		return JS_EXCEPTION;
	return value_result(ctx, write(fd, data.data, data.size));
}

static JSValue js_write_all(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	int32_t fd;
	struct bytes data;
	if (JS_ToInt32(ctx, &fd, argv[0]) || value_bytes(ctx, argv[1], &data) < 0)
		return JS_EXCEPTION;
	return JS_NewInt32(ctx, io_write_all(fd, data.data, data.size));
}

static JSValue js_close(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	int32_t fd;
	if (JS_ToInt32(ctx, &fd, argv[0]))
		return JS_EXCEPTION;
	return value_result(ctx, close(fd));
}

static JSValue js_set_non_blocking(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	int32_t fd;
	if (JS_ToInt32(ctx, &fd, argv[0]))
		return JS_EXCEPTION;
	int flags = fcntl(fd, F_GETFL);
	return value_result(ctx, flags < 0 ? -1 : fcntl(fd, F_SETFL, flags | O_NONBLOCK));
}

static const JSCFunctionListEntry entries[] = {
	JS_CFUNC_DEF("read", 2, js_read),
	JS_CFUNC_DEF("write", 2, js_write),
	JS_CFUNC_DEF("writeAll", 2, js_write_all),
	JS_CFUNC_DEF("close", 1, js_close),
	JS_CFUNC_DEF("setNonBlocking", 1, js_set_non_blocking),
};

const struct native_module mod_descriptor = { "polywan:descriptor", entries, COUNT(entries), NULL };

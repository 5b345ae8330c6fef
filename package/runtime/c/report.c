/* Errors nobody caught: printed with their stack; the program then ends with EXIT_SOFTWARE. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime.h"

struct rejection {
	JSValue promise, reason;
};

static struct rejection *rejections;
static int rejection_count, rejection_capacity;

static void print_property(JSContext *ctx, JSValueConst error, const char *name)
{
	JSValue value = JS_GetPropertyStr(ctx, error, name);
	const char *text = JS_IsString(value) ? JS_ToCString(ctx, value) : NULL;
	if (text) {
		size_t size = strlen(text);
		io_write_all(STDERR_FILENO, text, size);
		if (size > 0 && text[size - 1] != '\n')
			io_write_all(STDERR_FILENO, "\n", 1);
		JS_FreeCString(ctx, text);
	}
	JS_FreeValue(ctx, value);
}

void report_error(JSContext *ctx, JSValueConst error, const char *what)
{
	const char *text = JS_ToCString(ctx, error);
	char prefix[256];
	snprintf(prefix, sizeof(prefix), "%s: ", what);
	io_write_all(STDERR_FILENO, prefix, strlen(prefix));
	if (!text) {
		JS_FreeValue(ctx, JS_GetException(ctx));
		io_write_all(STDERR_FILENO, "(a value that has no text)\n", 27);
		return;
	}
	io_write_all(STDERR_FILENO, text, strlen(text));
	io_write_all(STDERR_FILENO, "\n", 1);
	JS_FreeCString(ctx, text);
	if (!JS_IsError(ctx, error))
		return;
	print_property(ctx, error, "stack");
	JSValue cause = JS_GetPropertyStr(ctx, error, "cause");
	if (JS_IsError(ctx, cause))
		report_error(ctx, cause, "caused by");
	JS_FreeValue(ctx, cause);
}

void report_pending_exception(JSContext *ctx)
{
	JSValue error = JS_GetException(ctx);
	report_error(ctx, error, "polywan-run: uncaught");
	JS_FreeValue(ctx, error);
}

static void forget_rejection(JSContext *ctx, JSValueConst promise)
{
	for (int i = 0; i < rejection_count; i++) {
		if (JS_VALUE_GET_PTR(rejections[i].promise) != JS_VALUE_GET_PTR(promise))
			continue;
		JS_FreeValue(ctx, rejections[i].promise);
		JS_FreeValue(ctx, rejections[i].reason);
		rejections[i] = rejections[--rejection_count];
		return;
	}
}

static void track_rejection(JSContext *ctx, JSValueConst promise, JSValueConst reason, JS_BOOL handled, void *opaque)
{
	(void)opaque;
	if (handled) {
		forget_rejection(ctx, promise);
		return;
	}
	if (rejection_count == rejection_capacity) {
		int capacity = rejection_capacity ? rejection_capacity * 2 : 8;
		struct rejection *larger = realloc(rejections, sizeof(*larger) * (size_t)capacity);
		if (!larger)
			return;
		rejections = larger;
		rejection_capacity = capacity;
	}
	rejections[rejection_count++] = (struct rejection){ JS_DupValue(ctx, promise), JS_DupValue(ctx, reason) };
}

void report_track_rejections(JSContext *ctx)
{
	JS_SetHostPromiseRejectionTracker(JS_GetRuntime(ctx), track_rejection, NULL);
}

int report_unhandled_rejection(JSContext *ctx)
{
	if (rejection_count == 0)
		return 0;
	report_error(ctx, rejections[0].reason, "polywan-run: unhandled rejection");
	return 1;
}

void report_free(JSContext *ctx)
{
	while (rejection_count > 0)
		forget_rejection(ctx, rejections[0].promise);
	free(rejections);
	rejections = NULL;
}

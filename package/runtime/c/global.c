/* The global functions programs expect beside the language: timers, queueMicrotask, console, text. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime.h"

static JSValue run_microtask(JSContext *ctx, int argc, JSValueConst *argv)
{
	(void)argc;
	return JS_Call(ctx, argv[0], JS_UNDEFINED, 0, NULL);
}

static JSValue js_queue_microtask(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	if (!JS_IsFunction(ctx, argv[0]))
		return JS_ThrowTypeError(ctx, "queueMicrotask: the callback is not a function");
	return JS_EnqueueJob(ctx, run_microtask, 1, argv) < 0 ? JS_EXCEPTION : JS_UNDEFINED;
}

/* Objects as JSON, errors with their stack, everything else as text. */
static JSValue describe(JSContext *ctx, JSValueConst value)
{
	if (!JS_IsObject(value))
		return JS_IsSymbol(value) ? JS_NewString(ctx, "Symbol()") : JS_ToString(ctx, value);
	if (JS_IsFunction(ctx, value))
		return JS_NewString(ctx, "[function]");
	if (!JS_IsError(ctx, value)) {
		JSValue json = JS_JSONStringify(ctx, value, JS_UNDEFINED, JS_UNDEFINED);
		if (JS_IsString(json))
			return json;
		if (JS_IsException(json))
			JS_FreeValue(ctx, JS_GetException(ctx));
		else
			JS_FreeValue(ctx, json);
	}
	return JS_ToString(ctx, value);
}

struct line {
	char *text;
	size_t size;
};

static void append(struct line *line, const char *text, size_t size)
{
	char *larger = realloc(line->text, line->size + size);
	if (!larger)
		return;
	memcpy(larger + line->size, text, size);
	line->text = larger;
	line->size += size;
}

static int append_value(JSContext *ctx, struct line *line, JSValueConst value)
{
	JSValue text = describe(ctx, value);
	size_t size;
	const char *bytes = JS_IsException(text) ? NULL : JS_ToCStringLen(ctx, &size, text);
	JS_FreeValue(ctx, text);
	if (!bytes)
		return -1;
	append(line, bytes, size);
	JS_FreeCString(ctx, bytes);
	return 0;
}

static JSValue js_print(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv, int fd)
{
	(void)self;
	struct line line = { NULL, 0 };
	int failed = 0;
	for (int i = 0; i < argc && !failed; i++) {
		if (i > 0)
			append(&line, " ", 1);
		failed = append_value(ctx, &line, argv[i]);
		if (failed || !JS_IsError(ctx, argv[i]))
			continue;
		JSValue stack = JS_GetPropertyStr(ctx, argv[i], "stack");
		append(&line, "\n", 1);
		failed = append_value(ctx, &line, stack);
		JS_FreeValue(ctx, stack);
		if (line.size > 0 && line.text[line.size - 1] == '\n')
			line.size--;
	}
	append(&line, "\n", 1);
	if (!failed)
		io_write_all(fd, line.text, line.size); /* nobody reading is no error of the program */
	free(line.text);
	return failed ? JS_EXCEPTION : JS_UNDEFINED;
}

static const JSCFunctionListEntry console[] = {
	JS_CFUNC_MAGIC_DEF("log", 0, js_print, STDOUT_FILENO),
	JS_CFUNC_MAGIC_DEF("info", 0, js_print, STDOUT_FILENO),
	JS_CFUNC_MAGIC_DEF("debug", 0, js_print, STDOUT_FILENO),
	JS_CFUNC_MAGIC_DEF("warn", 0, js_print, STDERR_FILENO),
	JS_CFUNC_MAGIC_DEF("error", 0, js_print, STDERR_FILENO),
};

static const JSCFunctionListEntry globals[] = {
	JS_CFUNC_DEF("queueMicrotask", 1, js_queue_microtask),
	JS_OBJECT_DEF("console", console, COUNT(console), JS_PROP_WRITABLE | JS_PROP_CONFIGURABLE),
};

void global_init(JSContext *ctx)
{
	JSValue global = JS_GetGlobalObject(ctx);
	JS_SetPropertyFunctionList(ctx, global, globals, COUNT(globals));
	JS_SetPropertyFunctionList(ctx, global, timer_globals, timer_globals_count);
	text_init(ctx, global);
	JS_FreeValue(ctx, global);
}

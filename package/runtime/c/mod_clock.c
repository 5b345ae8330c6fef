/* polywan:clock */
#include <sys/timex.h>
#include <time.h>

#include "runtime.h"

static int64_t now_us(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_monotonic_us(void)
{
	return now_us(CLOCK_MONOTONIC);
}

static JSValue js_monotonic_us(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc, (void)argv;
	return JS_NewInt64(ctx, now_us(CLOCK_MONOTONIC));
}

static JSValue js_wall_us(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc, (void)argv;
	return JS_NewInt64(ctx, now_us(CLOCK_REALTIME));
}

/* adjtimex(2): as the kernel was told by what sets the clock */
static JSValue js_is_synchronized(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc, (void)argv;
	struct timex state = { .modes = 0 };
	return JS_NewBool(ctx, adjtimex(&state) >= 0 && !(state.status & STA_UNSYNC));
}

static const JSCFunctionListEntry entries[] = {
	JS_CFUNC_DEF("monotonicUs", 0, js_monotonic_us),
	JS_CFUNC_DEF("wallUs", 0, js_wall_us),
	JS_CFUNC_DEF("isSynchronized", 0, js_is_synchronized),
};

const struct native_module mod_clock = { "polywan:clock", entries, COUNT(entries), NULL };

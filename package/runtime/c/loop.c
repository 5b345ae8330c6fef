/* The epoll loop. One turn: timers that are due, then one callback for every ready descriptor, micro-tasks drained
 * after each. Level-triggered epoll reports every ready descriptor before it repeats one, so none can starve another. */
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "runtime.h"

enum { INTEREST_READ = 1, INTEREST_WRITE = 2, READY_ERROR = 4 };

/* Indexed by descriptor. The generation tells a watch from an older one on a descriptor number used again. */
struct watch {
	uint32_t generation; /* 0: nobody watches */
	uint8_t interest;
	uint8_t registered;
	uint8_t background; /* does not keep the program running */
	JSValue callback;
};

static int epoll_fd = -1;
static struct watch *watches;
static int watch_capacity;
static int watch_count, foreground_count;
static uint32_t last_generation;
static struct epoll_event *ready;
static int ready_capacity;

static void end_with_software_error(void)
{
	exit(EXIT_SOFTWARE);
}

void loop_after_callback(JSContext *ctx, JSValue result)
{
	JSRuntime *rt = JS_GetRuntime(ctx);
	JSContext *job_ctx;
	int state = JS_IsException(result) ? -1 : 1;
	JS_FreeValue(ctx, result);
	while (state > 0)
		state = JS_ExecutePendingJob(rt, &job_ctx);
	if (state < 0) {
		report_pending_exception(ctx);
		end_with_software_error();
	}
	if (report_unhandled_rejection(ctx))
		end_with_software_error();
}

static int grow_watches(int fd)
{
	int capacity = watch_capacity ? watch_capacity : 32;
	while (capacity <= fd)
		capacity *= 2;
	if (capacity == watch_capacity)
		return 0;
	struct watch *larger = realloc(watches, sizeof(*larger) * (size_t)capacity);
	if (!larger)
		return -ENOMEM;
	for (int i = watch_capacity; i < capacity; i++)
		larger[i] = (struct watch){ .callback = JS_UNDEFINED };
	watches = larger;
	watch_capacity = capacity;
	return 0;
}

static int update_epoll(int fd, int operation, uint8_t interest, uint32_t generation)
{
	struct epoll_event event = {
		.events = (interest & INTEREST_READ ? EPOLLIN | EPOLLRDHUP : 0) | (interest & INTEREST_WRITE ? EPOLLOUT : 0),
		.data.u64 = (uint64_t)generation << 32 | (uint32_t)fd,
	};
	return epoll_ctl(epoll_fd, operation, fd, &event) < 0 ? -errno : 0;
}

static struct watch *find_watch(int fd, uint32_t generation)
{
	if (fd < 0 || fd >= watch_capacity || generation == 0 || watches[fd].generation != generation)
		return NULL;
	return &watches[fd];
}

static void forget_watch(JSContext *ctx, struct watch *watch)
{
	JSValue callback = watch->callback;
	watch_count--;
	foreground_count -= !watch->background;
	*watch = (struct watch){ .callback = JS_UNDEFINED };
	JS_FreeValue(ctx, callback);
}

/* A descriptor without interest is taken out of epoll, which would go on reporting its hang-up. */
static int set_interest(int fd, struct watch *watch, uint8_t interest)
{
	if (interest == watch->interest)
		return 0;
	int operation = !interest ? EPOLL_CTL_DEL : watch->registered ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
	int result = watch->registered || interest ? update_epoll(fd, operation, interest, watch->generation) : 0;
	if (result < 0)
		return result;
	watch->registered = interest != 0;
	watch->interest = interest;
	return 0;
}

static int add_watch(JSContext *ctx, int fd, uint8_t interest, JSValueConst callback, int background)
{
	int result = fd < 0 ? -EBADF : grow_watches(fd);
	if (result < 0)
		return result;
	if (++last_generation > INT32_MAX)
		last_generation = 1;
	uint32_t generation = last_generation;
	if (interest && (result = update_epoll(fd, EPOLL_CTL_ADD, interest, generation)) < 0)
		return result;
	struct watch *watch = &watches[fd];
	if (watch->generation) /* its descriptor was closed without closing the watch: epoll let it go already */
		forget_watch(ctx, watch);
	*watch = (struct watch){ generation, interest, interest != 0, background != 0, JS_DupValue(ctx, callback) };
	watch_count++;
	foreground_count += !background;
	return (int)generation;
}

static void call_watch(JSContext *ctx, const struct epoll_event *event)
{
	int fd = (int)(uint32_t)event->data.u64;
	struct watch *watch = find_watch(fd, event->data.u64 >> 32);
	if (!watch || !watch->interest)
		return;
	int mask = 0;
	if (event->events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLPRI))
		mask |= watch->interest & INTEREST_READ;
	if (event->events & EPOLLOUT)
		mask |= watch->interest & INTEREST_WRITE;
	if (event->events & (EPOLLERR | EPOLLHUP))
		mask |= READY_ERROR;
	if (!mask)
		return;
	JSValue callback = JS_DupValue(ctx, watch->callback);
	JSValueConst arguments[] = { JS_NewInt32(ctx, mask) };
	JSValue result = JS_Call(ctx, callback, JS_UNDEFINED, 1, arguments);
	JS_FreeValue(ctx, callback);
	loop_after_callback(ctx, result);
}

static void grow_ready(void)
{
	if (ready_capacity >= watch_count && ready_capacity > 0)
		return;
	int capacity = ready_capacity ? ready_capacity : 16;
	while (capacity < watch_count)
		capacity *= 2;
	struct epoll_event *larger = realloc(ready, sizeof(*larger) * (size_t)capacity);
	if (!larger)
		return; /* a turn then takes fewer; epoll hands out the others next */
	ready = larger;
	ready_capacity = capacity;
}

static int wait_ms(void)
{
	int64_t next_us = timer_next_us();
	if (next_us < 0)
		return -1;
	int64_t left_us = next_us - clock_monotonic_us();
	if (left_us <= 0)
		return 0;
	int64_t left_ms = (left_us + 999) / 1000;
	return left_ms > 3600000 ? 3600000 : (int)left_ms;
}

int loop_run(JSContext *ctx)
{
	for (;;) {
		timer_run_due(ctx, clock_monotonic_us());
		if (foreground_count == 0 && timer_next_us() < 0)
			return 0;
		grow_ready();
		map_forget();
		int count = epoll_wait(epoll_fd, ready, ready_capacity, wait_ms());
		for (int i = 0; i < count; i++)
			call_watch(ctx, &ready[i]);
	}
}

static JSValue js_watch(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	int32_t fd, interest;
	if (JS_ToInt32(ctx, &fd, argv[0]) || JS_ToInt32(ctx, &interest, argv[1]))
		return JS_EXCEPTION;
	if (!JS_IsFunction(ctx, argv[2]))
		return JS_ThrowTypeError(ctx, "watch: the callback is not a function");
	return JS_NewInt32(ctx, add_watch(ctx, fd, interest & 3, argv[2], JS_ToBool(ctx, argv[3])));
}

static JSValue js_set(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	int32_t fd, interest;
	uint32_t generation;
	if (JS_ToInt32(ctx, &fd, argv[0]) || JS_ToUint32(ctx, &generation, argv[1]) || JS_ToInt32(ctx, &interest, argv[2]))
		return JS_EXCEPTION;
	struct watch *watch = find_watch(fd, generation);
	return JS_NewInt32(ctx, watch ? set_interest(fd, watch, interest & 3) : -EBADF);
}

static JSValue js_unwatch(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	int32_t fd;
	uint32_t generation;
	if (JS_ToInt32(ctx, &fd, argv[0]) || JS_ToUint32(ctx, &generation, argv[1]))
		return JS_EXCEPTION;
	struct watch *watch = find_watch(fd, generation);
	if (watch) {
		set_interest(fd, watch, 0);
		forget_watch(ctx, watch);
	}
	return JS_UNDEFINED;
}

void loop_init(JSContext *ctx)
{
	(void)ctx;
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
}

void loop_free(JSContext *ctx)
{
	for (int i = 0; i < watch_capacity; i++)
		if (watches[i].generation)
			forget_watch(ctx, &watches[i]);
	free(watches);
	free(ready);
	watches = NULL;
	ready = NULL;
	close(epoll_fd);
}

static const JSCFunctionListEntry entries[] = {
	JS_CFUNC_DEF("watch", 4, js_watch),
	JS_CFUNC_DEF("set", 3, js_set),
	JS_CFUNC_DEF("unwatch", 2, js_unwatch),
};

const struct native_module mod_loop = { "polywan:loop", entries, COUNT(entries), NULL };

/* polywan:conntrack: the first rows, in an order, of a dump of connection tracking. Nearly all of the time that a dump takes
 * is the kernel's, which works while it is read: threads read it, so that several parts of it come at once and the loop goes on. */
#include <linux/netlink.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/time.h>
#include <unistd.h>

#include "conntrack.h"
#include "runtime.h"

/* One recv of a dump gives no more: NLMSG_GOODSIZE and max_recvmsg_len in net/netlink/af_netlink.c. */
enum { RECEIVE_BYTES = 32768, ANSWER_TIMEOUT_S = 5 };

/* A thread that sends a request and reads the answer. */
struct dump {
	struct collector *collector;
	pthread_t thread;
	atomic_int cancelled;
	int event, result; /* an eventfd, readable when the result is there: 0 or -errno */
	size_t size;
	uint8_t request[];
};

static JSClassID collector_class, dump_class;

static void delete_collector(struct collector *collector)
{
	if (collector)
		free(collector->rows);
	free(collector);
}

static void free_collector(JSRuntime *runtime, JSValue value)
{
	(void)runtime;
	delete_collector(JS_GetOpaque(value, collector_class));
}

static void free_dump(JSRuntime *runtime, JSValue value)
{
	(void)runtime;
	struct dump *dump = JS_GetOpaque(value, dump_class);
	if (!dump)
		return;
	atomic_store(&dump->cancelled, 1);
	pthread_join(dump->thread, NULL);
	close(dump->event);
	delete_collector(dump->collector);
	free(dump);
}

static const JSClassDef collector_definition = { "ConntrackCollector", .finalizer = free_collector };
static const JSClassDef dump_definition = { "ConntrackDump", .finalizer = free_dump };

static JSValue collector_value(JSContext *ctx, struct collector *collector)
{
	JSValue value = collector ? JS_NewObjectClass(ctx, (int)collector_class) : JS_ThrowOutOfMemory(ctx);
	if (JS_IsException(value))
		delete_collector(collector);
	else
		JS_SetOpaque(value, collector);
	return value;
}

/* newCollector(filter, capacity, order, reverse) */
static JSValue js_new_collector(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	struct bytes filter;
	uint32_t capacity;
	int32_t order;
	if (value_bytes(ctx, argv[0], &filter) < 0 || JS_ToUint32(ctx, &capacity, argv[1]) || JS_ToInt32(ctx, &order, argv[2]))
		return JS_EXCEPTION;
	if (filter.size != sizeof(struct filter))
		return JS_ThrowTypeError(ctx, "a filter has %zu bytes", sizeof(struct filter));
	struct collector *collector = calloc(1, sizeof(*collector));
	if (collector) {
		memcpy(&collector->filter, filter.data, sizeof(struct filter));
		collector->capacity = capacity;
		collector->order = order;
		collector->reverse = JS_ToBool(ctx, argv[3]);
	}
	return collector_value(ctx, collector);
}

static int receive_dump(struct dump *dump, int fd, uint8_t *buffer)
{
	const struct timeval timeout = { .tv_sec = ANSWER_TIMEOUT_S };
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) < 0 || send(fd, dump->request, dump->size, 0) < 0)
		return -errno;
	while (!atomic_load(&dump->cancelled)) {
		ssize_t size = recv(fd, buffer, RECEIVE_BYTES, 0);
		int result = size < 0 ? -errno : collector_add(dump->collector, buffer, (size_t)size);
		if (result != 0)
			return result < 0 ? result : 0;
	}
	return -ECANCELED;
}

static void *run_dump(void *opaque)
{
	struct dump *dump = opaque;
	const uint64_t one = 1;
	uint8_t *buffer = malloc(RECEIVE_BYTES);
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
	dump->result = fd < 0 ? -errno : buffer ? receive_dump(dump, fd, buffer) : -ENOMEM;
	if (fd >= 0)
		close(fd);
	free(buffer);
	return write(dump->event, &one, sizeof(one)) < 0 ? NULL : dump;
}

/* Signals are the main thread's. */
static int start_thread(struct dump *dump)
{
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int error = pthread_create(&dump->thread, NULL, run_dump, dump);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -error;
}

/* startDump(collector, request): the dump has the collector until it is finished. */
static JSValue js_start_dump(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	struct collector *collector = JS_GetOpaque2(ctx, argv[0], collector_class);
	struct bytes request;
	if (!collector || value_bytes(ctx, argv[1], &request) < 0)
		return JS_EXCEPTION;
	struct dump *dump = calloc(1, sizeof(*dump) + request.size);
	JSValue value = dump ? JS_NewObjectClass(ctx, (int)dump_class) : JS_ThrowOutOfMemory(ctx);
	if (JS_IsException(value)) {
		free(dump);
		return value;
	}
	memcpy(dump->request, request.data, request.size);
	dump->size = request.size;
	dump->collector = collector;
	dump->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	int error = dump->event < 0 ? -errno : start_thread(dump);
	if (error < 0) {
		if (dump->event >= 0)
			close(dump->event);
		free(dump);
		JS_FreeValue(ctx, value);
		return JS_NewInt32(ctx, error);
	}
	JS_SetOpaque(argv[0], NULL);
	JS_SetOpaque(value, dump);
	return value;
}

/* dumpFd(dump): readable when it has ended. */
static JSValue js_dump_fd(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	struct dump *dump = JS_GetOpaque2(ctx, argv[0], dump_class);
	return dump ? JS_NewInt32(ctx, dump->event) : JS_EXCEPTION;
}

/* finishDump(dump): its collector, or a negative errno. Waits for the thread. */
static JSValue js_finish_dump(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	struct dump *dump = JS_GetOpaque2(ctx, argv[0], dump_class);
	if (!dump)
		return JS_EXCEPTION;
	pthread_join(dump->thread, NULL);
	close(dump->event);
	struct collector *collector = dump->collector;
	int result = dump->result;
	free(dump);
	JS_SetOpaque(argv[0], NULL);
	if (result == 0)
		return collector_value(ctx, collector);
	delete_collector(collector);
	return JS_NewInt32(ctx, result);
}

/* merge(into, from) */
static JSValue js_merge(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	struct collector *into = JS_GetOpaque2(ctx, argv[0], collector_class);
	struct collector *from = into ? JS_GetOpaque2(ctx, argv[1], collector_class) : NULL;
	return from ? JS_NewInt32(ctx, collector_merge(into, from)) : JS_EXCEPTION;
}

/* add(collector, received) */
static JSValue js_add(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	struct collector *collector = JS_GetOpaque2(ctx, argv[0], collector_class);
	struct bytes bytes;
	if (!collector || value_bytes(ctx, argv[1], &bytes) < 0)
		return JS_EXCEPTION;
	return JS_NewInt32(ctx, collector_add(collector, bytes.data, bytes.size));
}

static JSValue js_total(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	struct collector *collector = JS_GetOpaque2(ctx, argv[0], collector_class);
	return collector ? JS_NewUint32(ctx, collector->total) : JS_EXCEPTION;
}

static JSValue js_live(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	struct collector *collector = JS_GetOpaque2(ctx, argv[0], collector_class);
	return collector ? JS_NewUint32(ctx, collector->live) : JS_EXCEPTION;
}

/* takeRows(collector): the rows in order, one after the other; the collector is empty then. */
static JSValue js_take_rows(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	struct collector *collector = JS_GetOpaque2(ctx, argv[0], collector_class);
	if (!collector)
		return JS_EXCEPTION;
	uint32_t count = collector->count;
	collector_sort(collector);
	collector->count = 0;
	return value_new_bytes(ctx, count ? (const void *)collector->rows : "", (size_t)count * sizeof(struct row));
}

static int init(JSContext *ctx, JSModuleDef *module)
{
	(void)module;
	JS_NewClassID(&collector_class);
	JS_NewClassID(&dump_class);
	JS_NewClass(JS_GetRuntime(ctx), collector_class, &collector_definition);
	return JS_NewClass(JS_GetRuntime(ctx), dump_class, &dump_definition);
}

static const JSCFunctionListEntry entries[] = {
	JS_CFUNC_DEF("newCollector", 4, js_new_collector),
	JS_CFUNC_DEF("add", 2, js_add),
	JS_CFUNC_DEF("total", 1, js_total),
	JS_CFUNC_DEF("live", 1, js_live),
	JS_CFUNC_DEF("takeRows", 1, js_take_rows),
	JS_CFUNC_DEF("merge", 2, js_merge),
	JS_CFUNC_DEF("startDump", 2, js_start_dump),
	JS_CFUNC_DEF("dumpFd", 1, js_dump_fd),
	JS_CFUNC_DEF("finishDump", 1, js_finish_dump),
};

const struct native_module mod_conntrack = { "polywan:conntrack", entries, COUNT(entries), init };

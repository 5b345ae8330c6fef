/* setTimeout and its kin: a binary heap ordered by due time, then by the order in which they were set. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "runtime.h"

#define SLOT_BITS 24
#define SLOT_MASK ((1u << SLOT_BITS) - 1)
#define MAX_DELAY_MS 4e12

struct timer {
	int64_t due_us, interval_us; /* interval 0: once */
	uint64_t sequence;
	uint32_t generation; /* with the slot number it makes the id, so that an old id cannot clear a newer timer */
	int heap_index; /* -1: free, or running */
	int next_free;
	JSValue callback;
	int argument_count;
	JSValue *arguments;
};

static struct timer *timers;
static int *heap;
static int timer_capacity, timer_count, first_free = -1;
static uint64_t last_sequence;

static int comes_first(int a, int b)
{
	const struct timer *x = &timers[a], *y = &timers[b];
	return x->due_us != y->due_us ? x->due_us < y->due_us : x->sequence < y->sequence;
}

static void put(int index, int slot)
{
	heap[index] = slot;
	timers[slot].heap_index = index;
}

static void sift_up(int index)
{
	int slot = heap[index];
	while (index > 0 && comes_first(slot, heap[(index - 1) / 2])) {
		put(index, heap[(index - 1) / 2]);
		index = (index - 1) / 2;
	}
	put(index, slot);
}

static void sift_down(int index)
{
	int slot = heap[index];
	for (;;) {
		int child = 2 * index + 1;
		if (child >= timer_count)
			break;
		if (child + 1 < timer_count && comes_first(heap[child + 1], heap[child]))
			child++;
		if (!comes_first(heap[child], slot))
			break;
		put(index, heap[child]);
		index = child;
	}
	put(index, slot);
}

static void heap_add(int slot)
{
	put(timer_count, slot);
	sift_up(timer_count++);
}

static void heap_remove(int slot)
{
	int index = timers[slot].heap_index;
	int last = heap[--timer_count];
	timers[slot].heap_index = -1;
	if (last == slot)
		return;
	put(index, last);
	sift_up(index);
	sift_down(timers[last].heap_index);
}

static int take_slot(void)
{
	if (first_free < 0) {
		int capacity = timer_capacity ? timer_capacity * 2 : 16;
		if (capacity > (int)SLOT_MASK)
			return -1;
		int *larger_heap = realloc(heap, sizeof(*heap) * (size_t)capacity);
		if (!larger_heap)
			return -1;
		heap = larger_heap;
		struct timer *larger = realloc(timers, sizeof(*timers) * (size_t)capacity);
		if (!larger)
			return -1;
		timers = larger;
		for (int i = capacity - 1; i >= timer_capacity; i--) {
			timers[i] = (struct timer){ .generation = 1, .heap_index = -1, .next_free = first_free };
			first_free = i;
		}
		timer_capacity = capacity;
	}
	int slot = first_free;
	first_free = timers[slot].next_free;
	return slot;
}

static void free_slot(JSContext *ctx, int slot)
{
	struct timer timer = timers[slot];
	timers[slot] = (struct timer){ .generation = timer.generation + 1, .heap_index = -1, .next_free = first_free };
	first_free = slot;
	JS_FreeValue(ctx, timer.callback);
	for (int i = 0; i < timer.argument_count; i++)
		JS_FreeValue(ctx, timer.arguments[i]);
	free(timer.arguments);
}

static JSValue set_timer(JSContext *ctx, int argc, JSValueConst *argv, int repeats)
{
	double delay_ms = 0;
	if (!JS_IsFunction(ctx, argv[0]))
		return JS_ThrowTypeError(ctx, "setTimeout: the callback is not a function");
	if (argc > 1 && JS_ToFloat64(ctx, &delay_ms, argv[1]))
		return JS_EXCEPTION;
	if (!(delay_ms > 0))
		delay_ms = 0;
	if (delay_ms > MAX_DELAY_MS)
		delay_ms = MAX_DELAY_MS;
	if (repeats && delay_ms < 1)
		delay_ms = 1;
	int slot = take_slot();
	if (slot < 0)
		return JS_ThrowOutOfMemory(ctx);
	struct timer *timer = &timers[slot];
	int64_t delay_us = (int64_t)ceil(delay_ms * 1000);
	timer->due_us = clock_monotonic_us() + delay_us;
	timer->interval_us = repeats ? delay_us : 0;
	timer->sequence = ++last_sequence;
	timer->callback = JS_DupValue(ctx, argv[0]);
	if (argc > 2 && (timer->arguments = malloc(sizeof(JSValue) * (size_t)(argc - 2))))
		for (int i = 2; i < argc; i++)
			timer->arguments[timer->argument_count++] = JS_DupValue(ctx, argv[i]);
	heap_add(slot);
	return JS_NewInt64(ctx, (int64_t)(timer->generation & 0xfffffff) << SLOT_BITS | slot);
}

static void run_timer(JSContext *ctx, int slot, int64_t now_us)
{
	struct timer timer = timers[slot];
	if (timer.interval_us) {
		int64_t due_us = timer.due_us + timer.interval_us;
		heap_remove(slot);
		timers[slot].due_us = due_us > now_us ? due_us : now_us + timer.interval_us;
		timers[slot].sequence = ++last_sequence;
		heap_add(slot);
		JSValue callback = JS_DupValue(ctx, timer.callback); /* the callback may clear its own timer */
		JSValue result = JS_Call(ctx, callback, JS_UNDEFINED, 0, NULL);
		JS_FreeValue(ctx, callback);
		loop_after_callback(ctx, result);
		return;
	}
	heap_remove(slot);
	timers[slot].callback = JS_UNDEFINED;
	timers[slot].arguments = NULL;
	timers[slot].argument_count = 0;
	free_slot(ctx, slot);
	JSValue result = JS_Call(ctx, timer.callback, JS_UNDEFINED, timer.argument_count, timer.arguments);
	JS_FreeValue(ctx, timer.callback);
	for (int i = 0; i < timer.argument_count; i++)
		JS_FreeValue(ctx, timer.arguments[i]);
	free(timer.arguments);
	loop_after_callback(ctx, result);
}

int64_t timer_next_us(void)
{
	return timer_count ? timers[heap[0]].due_us : -1;
}

/* Timers set while these run wait for the next turn, so that a timer of 0 ms cannot starve the descriptors. */
void timer_run_due(JSContext *ctx, int64_t now_us)
{
	uint64_t newest = last_sequence;
	while (timer_count && timers[heap[0]].due_us <= now_us && timers[heap[0]].sequence <= newest)
		run_timer(ctx, heap[0], now_us);
}

void timer_free(JSContext *ctx)
{
	while (timer_count) {
		int slot = heap[0];
		heap_remove(slot);
		free_slot(ctx, slot);
	}
	free(timers);
	free(heap);
	timers = NULL;
	heap = NULL;
}

static JSValue js_set_timeout(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self;
	return set_timer(ctx, argc, argv, 0);
}

static JSValue js_set_interval(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self;
	return set_timer(ctx, argc, argv, 1);
}

static JSValue js_clear(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	int64_t id;
	if (!JS_IsNumber(argv[0]))
		return JS_UNDEFINED;
	if (JS_ToInt64(ctx, &id, argv[0]))
		return JS_EXCEPTION;
	int slot = (int)(id & SLOT_MASK);
	if (id < 0 || slot >= timer_capacity || timers[slot].heap_index < 0 ||
	    (timers[slot].generation & 0xfffffff) != (uint64_t)id >> SLOT_BITS)
		return JS_UNDEFINED;
	heap_remove(slot);
	free_slot(ctx, slot);
	return JS_UNDEFINED;
}

const JSCFunctionListEntry timer_globals[] = {
	JS_CFUNC_DEF("setTimeout", 1, js_set_timeout),
	JS_CFUNC_DEF("setInterval", 1, js_set_interval),
	JS_CFUNC_DEF("clearTimeout", 1, js_clear),
	JS_CFUNC_DEF("clearInterval", 1, js_clear),
};
const int timer_globals_count = COUNT(timer_globals);

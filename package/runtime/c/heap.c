/* The heap of JavaScript values. QuickJS makes very many small blocks, of which the C library's allocator wastes more than a
 * quarter: here they come from slabs of blocks of one size. What is larger is the C library's. */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "runtime.h"

#ifdef __SANITIZE_ADDRESS__ /* it is to see every block */

JSRuntime *heap_new_runtime(void)
{
	return JS_NewRuntime();
}

#else

/* A slab lies at a multiple of its size, so that a block's address tells its slab. */
#define SLAB_BYTES 16384
#define GRAIN 8
#define LARGEST 512
/* Addresses only; where there are no more, or none, all blocks are the C library's. */
#define REGION_BYTES ((size_t)64 << 20)
#define SLABS (REGION_BYTES / SLAB_BYTES)
/* Of empty slabs beyond these the memory is given back. */
#define EMPTY_KEPT 8
/* As quickjs.c counts for each block. */
#define OVERHEAD 8

struct block {
	struct block *next;
};

struct slab {
	uint32_t size; /* of each block */
	uint32_t used;
	struct block *freed;
	char *fresh; /* the rest has never been used */
	struct slab *next, *previous; /* of those of this size with room */
};

static char *region, *region_end, *region_fresh;
static struct slab *with_room[LARGEST / GRAIN + 1];
static uint16_t empty[SLABS]; /* numbers of those without a block */
static size_t empty_count;

static int is_small(const void *pointer)
{
	return (uintptr_t)pointer - (uintptr_t)region < (uintptr_t)(region_end - region);
}

static struct slab *slab_of(const void *pointer)
{
	return (struct slab *)((uintptr_t)pointer & ~(uintptr_t)(SLAB_BYTES - 1));
}

static int is_full(const struct slab *slab)
{
	return !slab->freed && slab->fresh + slab->size > (const char *)slab + SLAB_BYTES;
}

static void link_slab(struct slab *slab)
{
	struct slab **head = &with_room[slab->size / GRAIN];
	slab->previous = NULL;
	slab->next = *head;
	if (*head)
		(*head)->previous = slab;
	*head = slab;
}

static void unlink_slab(struct slab *slab)
{
	if (slab->previous)
		slab->previous->next = slab->next;
	else
		with_room[slab->size / GRAIN] = slab->next;
	if (slab->next)
		slab->next->previous = slab->previous;
}

static struct slab *take_slab(uint32_t size)
{
	if (empty_count == 0 && region_fresh == region_end)
		return NULL;
	char *place = empty_count > 0 ? region + (size_t)empty[--empty_count] * SLAB_BYTES : region_fresh;
	if (place == region_fresh)
		region_fresh += SLAB_BYTES;
	struct slab *slab = (struct slab *)(void *)place;
	*slab = (struct slab){ .size = size, .fresh = (char *)(slab + 1) };
	link_slab(slab);
	return slab;
}

static void give_slab(struct slab *slab)
{
	unlink_slab(slab);
	empty[empty_count++] = (uint16_t)(((char *)slab - region) / SLAB_BYTES);
	if (empty_count > EMPTY_KEPT)
		madvise(slab, SLAB_BYTES, MADV_DONTNEED);
}

static void *small_malloc(size_t size)
{
	uint32_t rounded = (uint32_t)((size + GRAIN - 1) / GRAIN * GRAIN);
	struct slab *slab = with_room[rounded / GRAIN];
	if (!slab && !(slab = take_slab(rounded)))
		return NULL;
	void *pointer = slab->freed;
	if (pointer) {
		slab->freed = slab->freed->next;
	} else {
		pointer = slab->fresh;
		slab->fresh += rounded;
	}
	slab->used++;
	if (is_full(slab))
		unlink_slab(slab);
	return pointer;
}

static void small_free(void *pointer)
{
	struct slab *slab = slab_of(pointer);
	struct block *block = pointer;
	if (is_full(slab))
		link_slab(slab);
	block->next = slab->freed;
	slab->freed = block;
	if (--slab->used == 0)
		give_slab(slab);
}

static size_t usable_size(const void *pointer)
{
	if (!pointer)
		return 0;
	return is_small(pointer) ? slab_of(pointer)->size : malloc_usable_size((void *)(uintptr_t)pointer);
}

static void *heap_malloc(JSMallocState *state, size_t size)
{
	if (size == 0 || state->malloc_size + size > state->malloc_limit)
		return NULL;
	void *pointer = size <= LARGEST ? small_malloc(size) : NULL;
	if (!pointer && !(pointer = malloc(size)))
		return NULL;
	state->malloc_count++;
	state->malloc_size += usable_size(pointer) + OVERHEAD;
	return pointer;
}

static void heap_free(JSMallocState *state, void *pointer)
{
	if (!pointer)
		return;
	state->malloc_count--;
	state->malloc_size -= usable_size(pointer) + OVERHEAD;
	if (is_small(pointer))
		small_free(pointer);
	else
		free(pointer);
}

static void *large_realloc(JSMallocState *state, void *pointer, size_t old, size_t size)
{
	if (size > old && state->malloc_size + size - old > state->malloc_limit)
		return NULL;
	void *moved = realloc(pointer, size);
	if (moved)
		state->malloc_size += usable_size(moved) - old;
	return moved;
}

static void *heap_realloc(JSMallocState *state, void *pointer, size_t size)
{
	if (!pointer)
		return heap_malloc(state, size);
	if (size == 0) {
		heap_free(state, pointer);
		return NULL;
	}
	size_t old = usable_size(pointer);
	if (is_small(pointer) && size <= old && size > old - GRAIN)
		return pointer;
	if (!is_small(pointer) && size > LARGEST)
		return large_realloc(state, pointer, old, size);
	void *moved = heap_malloc(state, size);
	if (!moved)
		return NULL;
	memcpy(moved, pointer, old < size ? old : size);
	heap_free(state, pointer);
	return moved;
}

static void reserve_region(void)
{
	char *mapped = mmap(NULL, REGION_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (mapped == MAP_FAILED)
		return;
	region = (char *)slab_of(mapped + SLAB_BYTES - 1);
	region_end = (char *)slab_of(mapped + REGION_BYTES);
	region_fresh = region;
}

JSRuntime *heap_new_runtime(void)
{
	static const JSMallocFunctions functions = { heap_malloc, heap_free, heap_realloc, usable_size };
	reserve_region();
	return JS_NewRuntime2(&functions, NULL);
}

#endif

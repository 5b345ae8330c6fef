/* Program files: "#!/usr/bin/polywan-run", a line "polywan-program <build id> <parts> <index bytes> <file bytes>", an index
 * with a line "<name> <bytecode bytes> <map bytes> <sum of the bytecode>" for each part, then bytecode and line map of one part
 * after the other. The first part is where the program starts; the others are read when they are imported, and the maps when
 * an error needs them, all from the descriptor that was opened first: an upgrade may have put another file in its place.
 * Bytecode fits only the very build that made it, hence the build id. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime.h"

#ifndef POLYWAN_BUILD_ID
#error "POLYWAN_BUILD_ID must name this build: a hash of all its inputs"
#endif

const char *const build_id = POLYWAN_BUILD_ID;
struct program program;

struct part {
	const char *name;
	size_t code_size, map_size;
	uint32_t sum;
	off_t offset;
};

static int file = -1;
static char *index_text; /* the names of the parts lie there */
static struct part *parts;
static size_t part_count;

/* FNV-1a of 32 bits: http://www.isthe.com/chongo/tech/comp/fnv/ */
uint32_t program_sum(const uint8_t *data, size_t size)
{
	uint32_t sum = 2166136261u;
	for (size_t i = 0; i < size; i++)
		sum = (sum ^ data[i]) * 16777619u;
	return sum;
}

static const struct part *find_part(const char *name)
{
	for (size_t i = 0; i < part_count; i++)
		if (strcmp(parts[i].name, name) == 0)
			return &parts[i];
	return NULL;
}

static int has_part(const char *name)
{
	return find_part(name) != NULL;
}

static int read_at(off_t offset, void *data, size_t size)
{
	for (uint8_t *at = data; size > 0;) {
		ssize_t got = pread(file, at, size, offset);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return -1;
		at += got;
		offset += got;
		size -= (size_t)got;
	}
	return 0;
}

static JSValue throw_damaged(JSContext *ctx)
{
	return JS_ThrowSyntaxError(ctx, "%s is damaged: install it again", program.path);
}

static JSValue read_part(JSContext *ctx, const struct part *part)
{
	uint8_t *code = malloc(part->code_size + 1);
	if (!code)
		return JS_ThrowOutOfMemory(ctx);
	JSValue module;
	if (read_at(part->offset, code, part->code_size) < 0 || program_sum(code, part->code_size) != part->sum)
		module = throw_damaged(ctx);
	else
		module = JS_ReadObject(ctx, code, part->code_size, JS_READ_OBJ_BYTECODE);
	free(code);
	return module;
}

static JSModuleDef *load_part(JSContext *ctx, const char *name)
{
	JSValue module = read_part(ctx, find_part(name));
	if (JS_IsException(module))
		return NULL;
	JSModuleDef *definition = JS_VALUE_GET_PTR(module);
	JS_FreeValue(ctx, module); /* the context has it now */
	return definition;
}

int program_read_map(const char *name, char **text, size_t *size)
{
	const struct part *part = find_part(name);
	if (!part || part->map_size == 0 || !(*text = malloc(part->map_size + 1)))
		return -1;
	*size = part->map_size;
	(*text)[part->map_size] = 0;
	if (read_at(part->offset + (off_t)part->code_size, *text, part->map_size) == 0)
		return 0;
	free(*text);
	return -1;
}

/* Returns where the line after this one starts; NULL: the line is none of an index. */
static char *read_entry(char *line, struct part *part, off_t offset, off_t file_size)
{
	char *end = strchr(line, '\n'), *name_end = strchr(line, ' ');
	int used = 0;
	if (!end || !name_end || name_end > end)
		return NULL;
	if (sscanf(name_end, " %zu %zu %x%n", &part->code_size, &part->map_size, &part->sum, &used) != 3 || name_end + used != end)
		return NULL;
	size_t left = (size_t)(file_size - offset);
	if (part->code_size > left || part->map_size > left - part->code_size)
		return NULL;
	*name_end = 0;
	part->name = line;
	part->offset = offset;
	return end + 1;
}

static int read_index(off_t offset, size_t size, size_t count, off_t file_size)
{
	index_text = malloc(size + 1);
	parts = calloc(count, sizeof(*parts));
	if (!index_text || !parts || read_at(offset, index_text, size) < 0)
		return -1;
	index_text[size] = 0;
	char *line = index_text;
	offset += (off_t)size;
	for (; line && part_count < count; part_count++) {
		struct part *part = &parts[part_count];
		line = read_entry(line, part, offset, file_size);
		offset += (off_t)(part->code_size + part->map_size);
	}
	return line == index_text + size && offset == file_size ? 0 : -1;
}

static JSValue open_compiled(JSContext *ctx, const char *header, off_t file_size)
{
	char id[65];
	size_t count, index_size, size;
	int used = 0;
	if (sscanf(header, PROGRAM_START "%64s", id) != 1 || !strchr(header + sizeof(PROGRAM_START) - 1, '\n'))
		return throw_damaged(ctx);
	if (strcmp(id, build_id) != 0)
		return JS_ThrowTypeError(ctx, "%s was compiled for build %s of polywan-run, this is build %s: install the "
					      "package that belongs to this polywan-runtime", program.path, id, build_id);
	sscanf(header, PROGRAM_START "%*s %zu %zu %zu%n", &count, &index_size, &size, &used);
	if (!used || header[used] != '\n' || (off_t)size != file_size || index_size > size || count == 0 || count > index_size ||
	    read_index(used + 1, index_size, count, file_size) < 0)
		return throw_damaged(ctx);
	static const struct part_loader loader = { has_part, load_part };
	module_set_parts(&loader);
	JSValue module = read_part(ctx, &parts[0]);
	if (JS_VALUE_GET_TAG(module) == JS_TAG_MODULE && JS_ResolveModule(ctx, module) < 0) {
		JS_FreeValue(ctx, module);
		return JS_EXCEPTION;
	}
	return module;
}

static void fail_to_read(int error)
{
	fprintf(stderr, "polywan-run: cannot read the program %s: %s\n", program.path, strerror(error));
	exit(EXIT_NO_INPUT);
}

static JSValue load_text(JSContext *ctx)
{
	uint8_t *text;
	size_t size;
	int result = io_read_file(program.path, &text, &size);
	if (result < 0)
		fail_to_read(-result);
	JSValue module = JS_Eval(ctx, (const char *)text, size, program.path, JS_EVAL_TYPE_MODULE | JS_EVAL_FLAG_COMPILE_ONLY);
	free(text);
	return module;
}

JSValue program_load(JSContext *ctx)
{
	char header[256] = { 0 };
	struct stat status;
	file = open(program.path, O_RDONLY | O_CLOEXEC);
	if (file < 0 || fstat(file, &status) < 0)
		fail_to_read(errno);
	/* What cannot be read so, as a pipe, is text. */
	if (pread(file, header, sizeof(header) - 1, 0) > 0 && strncmp(header, PROGRAM_START, sizeof(PROGRAM_START) - 1) == 0)
		return open_compiled(ctx, header, status.st_size);
	close(file);
	file = -1;
	return load_text(ctx);
}

void program_free(void)
{
	free(parts);
	free(index_text);
	parts = NULL;
	index_text = NULL;
	part_count = 0;
}

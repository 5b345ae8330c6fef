/* Makes program files, which program.c describes and reads, of the modules of a bundle. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime.h"

struct part {
	const char *source; /* path */
	JSValue module; /* undefined: not compiled yet */
	uint8_t *code, *map;
	size_t code_size, map_size;
};

static struct part *parts;
static int part_count;

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

static struct part *find_part(const char *name)
{
	for (int i = 0; i < part_count; i++)
		if (strcmp(base_name(parts[i].source), name) == 0)
			return &parts[i];
	return NULL;
}

static int has_part(const char *name)
{
	return find_part(name) != NULL;
}

static JSModuleDef *compile_part(JSContext *ctx, struct part *part)
{
	uint8_t *text;
	size_t size;
	int result = io_read_file(part->source, &text, &size);
	if (result < 0) {
		JS_ThrowReferenceError(ctx, "cannot read %s: %s", part->source, strerror(-result));
		return NULL;
	}
	part->module = JS_Eval(ctx, (const char *)text, size, base_name(part->source),
			       JS_EVAL_TYPE_MODULE | JS_EVAL_FLAG_COMPILE_ONLY);
	free(text);
	return JS_IsException(part->module) ? NULL : JS_VALUE_GET_PTR(part->module);
}

/* What a part imports statically is compiled while that part is. */
static JSModuleDef *load_part(JSContext *ctx, const char *name)
{
	return compile_part(ctx, find_part(name));
}

/* The map lies beside the module: x.js, x.map. There may be none. */
static int read_map(struct part *part)
{
	size_t length = strlen(part->source);
	char path[4096];
	if (length < 3 || length + 2 > sizeof(path))
		return 0;
	snprintf(path, sizeof(path), "%.*s.map", (int)length - 3, part->source);
	int result = io_read_file(path, &part->map, &part->map_size);
	return result == -ENOENT ? 0 : result;
}

static int compile_all(JSContext *ctx)
{
	for (int i = 0; i < part_count; i++)
		if (JS_IsUndefined(parts[i].module) && !compile_part(ctx, &parts[i]))
			return -1;
	for (int i = 0; i < part_count; i++) {
		struct part *part = &parts[i];
		part->code = JS_WriteObject(ctx, &part->code_size, part->module, JS_WRITE_OBJ_BYTECODE);
		if (!part->code)
			return -1;
	}
	return 0;
}

static int write_index(FILE *out, size_t *payload)
{
	for (int i = 0; i < part_count; i++) {
		const struct part *part = &parts[i];
		fprintf(out, "%s %zu %zu %x\n", base_name(part->source), part->code_size, part->map_size,
			program_sum(part->code, part->code_size));
		*payload += part->code_size + part->map_size;
	}
	return ferror(out);
}

/* How many bytes the header of a file has whose rest has that many: its own length is part of the number in it. */
static int render_header(char *header, size_t capacity, size_t index_size, size_t rest)
{
	int length = 0, before;
	do {
		before = length;
		length = snprintf(header, capacity, PROGRAM_START "%s %d %zu %zu\n", build_id, part_count, index_size,
				  rest + (size_t)before);
	} while (length != before);
	return length;
}

static int write_program(const char *out)
{
	char *index = NULL, header[256];
	size_t index_size = 0, payload = 0;
	FILE *stream = open_memstream(&index, &index_size);
	if (!stream || write_index(stream, &payload) || fclose(stream) != 0)
		return -ENOMEM;
	int header_size = render_header(header, sizeof(header), index_size, index_size + payload);
	int fd = open(out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	int result = fd < 0 ? -errno : io_write_all(fd, header, (size_t)header_size);
	if (result == 0)
		result = io_write_all(fd, index, index_size);
	for (int i = 0; i < part_count && result == 0; i++) {
		result = io_write_all(fd, parts[i].code, parts[i].code_size);
		if (result == 0)
			result = io_write_all(fd, parts[i].map, parts[i].map_size);
	}
	if (result == 0 && fchmod(fd, 0755) < 0)
		result = -errno;
	if (fd >= 0)
		close(fd);
	free(index);
	return result;
}

static int fail(const char *what, const char *path, int result)
{
	fprintf(stderr, "polywan-run: cannot %s %s: %s\n", what, path, strerror(-result));
	return EXIT_NO_INPUT;
}

static int compile(JSContext *ctx, const char *out)
{
	for (int i = 0; i < part_count; i++) {
		int result = access(parts[i].source, R_OK) < 0 ? -errno : read_map(&parts[i]);
		if (result < 0)
			return fail("read", parts[i].source, result);
	}
	if (compile_all(ctx) < 0) {
		report_pending_exception(ctx);
		return EXIT_SOFTWARE;
	}
	int result = write_program(out);
	return result < 0 ? fail("write", out, result) : 0;
}

int compile_program(JSContext *ctx, const char *out, char **sources, int count)
{
	static const struct part_loader loader = { has_part, load_part };
	parts = calloc((size_t)count, sizeof(*parts));
	if (!parts)
		return fail("compile", sources[0], -ENOMEM);
	part_count = count;
	for (int i = 0; i < count; i++)
		parts[i] = (struct part){ .source = sources[i], .module = JS_UNDEFINED };
	JS_SetStripInfo(JS_GetRuntime(ctx), JS_STRIP_SOURCE);
	module_set_parts(&loader);
	int code = compile(ctx, out);
	for (int i = 0; i < count; i++) {
		JS_FreeValue(ctx, parts[i].module);
		js_free(ctx, parts[i].code);
		free(parts[i].map);
	}
	free(parts);
	return code;
}

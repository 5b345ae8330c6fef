/* Program files: "#!/usr/bin/polywan-run", then a line "polywan-program <build id> <bytecode bytes> <map bytes>", then
 * the bytecode and the line map. Bytecode fits only the very build that made it, hence the build id. */
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

#define SHEBANG "#!/usr/bin/polywan-run\n"
#define MAGIC "polywan-program "

const char *const build_id = POLYWAN_BUILD_ID;
struct program program;

static JSValue read_module(JSContext *ctx, const char *path, const uint8_t *data, size_t size)
{
	char id[65];
	size_t code_size, map_size;
	int header_size = 0;
	if (sscanf((const char *)data, SHEBANG MAGIC "%64s %zu %zu%n", id, &code_size, &map_size, &header_size) != 3 ||
	    !header_size || data[header_size] != '\n' || code_size > size || map_size > size ||
	    (size_t)header_size + 1 + code_size + map_size != size)
		return JS_ThrowSyntaxError(ctx, "%s is damaged: install it again", path);
	if (strcmp(id, build_id) != 0)
		return JS_ThrowTypeError(ctx, "%s was compiled for build %s of polywan-run, this is build %s: install the "
					      "package that belongs to this polywan-runtime", path, id, build_id);
	const uint8_t *code = data + header_size + 1;
	if (map_set((const char *)code + code_size, map_size) < 0)
		return JS_ThrowOutOfMemory(ctx);
	return JS_ReadObject(ctx, code, code_size, JS_READ_OBJ_BYTECODE);
}

static JSValue load(JSContext *ctx, const char *path, const uint8_t *data, size_t size)
{
	static const char start[] = SHEBANG MAGIC;
	if (size < sizeof(start) || memcmp(data, start, sizeof(start) - 1) != 0)
		return JS_Eval(ctx, (const char *)data, size, path, JS_EVAL_TYPE_MODULE | JS_EVAL_FLAG_COMPILE_ONLY);
	JSValue module = read_module(ctx, path, data, size);
	if (JS_VALUE_GET_TAG(module) == JS_TAG_MODULE && JS_ResolveModule(ctx, module) < 0) {
		JS_FreeValue(ctx, module);
		return JS_EXCEPTION;
	}
	return module;
}

JSValue program_load(JSContext *ctx, const char *path)
{
	uint8_t *data;
	size_t size;
	int result = io_read_file(path, &data, &size);
	if (result < 0) {
		fprintf(stderr, "polywan-run: cannot read the program %s: %s\n", path, strerror(-result));
		exit(EXIT_NO_INPUT);
	}
	JSValue module = load(ctx, path, data, size);
	free(data);
	return module;
}

static int write_program(const char *out, const uint8_t *code, size_t code_size, const uint8_t *map, size_t map_size)
{
	char header[160];
	int header_size = snprintf(header, sizeof(header), SHEBANG MAGIC "%s %zu %zu\n", build_id, code_size, map_size);
	int fd = open(out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	if (fd < 0)
		return -errno;
	int result = io_write_all(fd, header, (size_t)header_size);
	if (result == 0)
		result = io_write_all(fd, code, code_size);
	if (result == 0)
		result = io_write_all(fd, map, map_size);
	if (result == 0 && fchmod(fd, 0755) < 0)
		result = -errno;
	close(fd);
	return result;
}

static int fail(const char *what, const char *path, int result)
{
	fprintf(stderr, "polywan-run: cannot %s %s: %s\n", what, path, strerror(-result));
	return EXIT_NO_INPUT;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

int program_compile(JSContext *ctx, const char *source, const char *out, const char *map)
{
	uint8_t *text, *map_text = NULL;
	size_t text_size, map_size = 0, code_size;
	int result = io_read_file(source, &text, &text_size);
	if (result < 0)
		return fail("read", source, result);
	if (map && (result = io_read_file(map, &map_text, &map_size)) < 0) {
		free(text);
		return fail("read", map, result);
	}
	JS_SetStripInfo(JS_GetRuntime(ctx), JS_STRIP_SOURCE);
	JSValue module = JS_Eval(ctx, (const char *)text, text_size, base_name(source),
				 JS_EVAL_TYPE_MODULE | JS_EVAL_FLAG_COMPILE_ONLY);
	free(text);
	uint8_t *code = JS_IsException(module) ? NULL : JS_WriteObject(ctx, &code_size, module, JS_WRITE_OBJ_BYTECODE);
	JS_FreeValue(ctx, module);
	if (code) {
		result = write_program(out, code, code_size, map_text, map_size);
		js_free(ctx, code);
	}
	free(map_text);
	if (!code) {
		report_pending_exception(ctx);
		return EXIT_SOFTWARE;
	}
	return result < 0 ? fail("write", out, result) : 0;
}

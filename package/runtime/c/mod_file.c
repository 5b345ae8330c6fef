/* polywan:file */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime.h"

#define PATH_BYTES 4096

static JSValue js_read(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	const char *path = JS_ToCString(ctx, argv[0]);
	uint8_t *data;
	size_t size;
	if (!path)
		return JS_EXCEPTION;
	int result = io_read_file(path, &data, &size);
	JS_FreeCString(ctx, path);
	if (result < 0)
		return JS_NewInt32(ctx, result);
	JSValue bytes = value_new_bytes(ctx, data, size);
	free(data);
	return bytes;
}

static int write_to(int fd, const struct bytes *data, int sync)
{
	if (fd < 0)
		return -errno;
	int result = io_write_all(fd, data->data, data->size);
	if (result == 0 && sync && fsync(fd) < 0)
		result = -errno;
	if (close(fd) < 0 && result == 0)
		result = -errno;
	return result;
}

static int sync_directory_of(const char *path)
{
	char directory[PATH_BYTES];
	const char *slash = strrchr(path, '/');
	if (!slash)
		strcpy(directory, ".");
	else
		snprintf(directory, sizeof(directory), "%.*s", slash == path ? 1 : (int)(slash - path), path);
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	int result = fsync(fd) < 0 && errno != EINVAL ? -errno : 0; /* EINVAL: a file system that cannot */
	close(fd);
	return result;
}

/* A reader sees the old content or the new, and so does the next boot. */
static int write_atomic(const char *path, const struct bytes *data, mode_t mode)
{
	char temporary[PATH_BYTES];
	if (snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path) >= (int)sizeof(temporary))
		return -ENAMETOOLONG;
	int fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	int result = fchmod(fd, mode) < 0 ? -errno : 0;
	int written = write_to(fd, data, 1);
	if (result == 0)
		result = written;
	if (result == 0 && rename(temporary, path) < 0)
		result = -errno;
	if (result < 0) {
		unlink(temporary);
		return result;
	}
	return sync_directory_of(path);
}

enum { WRITE_PLAIN, WRITE_APPEND, WRITE_ATOMIC };

static JSValue js_write(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv, int how)
{
	(void)self, (void)argc;
	int32_t mode;
	int result;
	struct bytes data;
	const char *path = JS_ToCString(ctx, argv[0]);
	if (!path || JS_ToInt32(ctx, &mode, argv[2]) || value_bytes(ctx, argv[1], &data) < 0) {
		JS_FreeCString(ctx, path);
		return JS_EXCEPTION;
	}
	int flags = O_WRONLY | O_CREAT | O_CLOEXEC | (how == WRITE_APPEND ? O_APPEND : O_TRUNC);
	if (how == WRITE_ATOMIC)
		result = write_atomic(path, &data, (mode_t)mode);
	else
		result = write_to(open(path, flags, (mode_t)mode), &data, 0);
	JS_FreeCString(ctx, path);
	return JS_NewInt32(ctx, result);
}

static JSValue js_stat(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	struct stat status;
	const char *path = JS_ToCString(ctx, argv[0]);
	if (!path)
		return JS_EXCEPTION;
	int result = stat(path, &status) < 0 ? -errno : 0;
	JS_FreeCString(ctx, path);
	if (result < 0)
		return JS_NewInt32(ctx, result);
	JSValue value = JS_NewObject(ctx);
	double mtime_ms = (double)status.st_mtim.tv_sec * 1000 + (double)status.st_mtim.tv_nsec / 1e6;
	value_set(ctx, value, "size", JS_NewInt64(ctx, status.st_size));
	value_set(ctx, value, "mode", JS_NewInt32(ctx, status.st_mode & 07777));
	value_set(ctx, value, "mtimeMs", JS_NewFloat64(ctx, mtime_ms));
	value_set(ctx, value, "isDirectory", JS_NewBool(ctx, S_ISDIR(status.st_mode)));
	value_set(ctx, value, "isFile", JS_NewBool(ctx, S_ISREG(status.st_mode)));
	value_set(ctx, value, "inode", JS_NewInt64(ctx, (int64_t)status.st_ino));
	return value;
}

static JSValue js_list(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	const char *path = JS_ToCString(ctx, argv[0]);
	if (!path)
		return JS_EXCEPTION;
	DIR *directory = opendir(path);
	int error = -errno;
	JS_FreeCString(ctx, path);
	if (!directory)
		return JS_NewInt32(ctx, error);
	JSValue names = JS_NewArray(ctx);
	uint32_t count = 0;
	for (struct dirent *entry; (entry = readdir(directory));)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			JS_DefinePropertyValueUint32(ctx, names, count++, JS_NewString(ctx, entry->d_name), JS_PROP_C_W_E);
	closedir(directory);
	return names;
}

enum { DO_MAKE_DIRECTORY, DO_UNLINK, DO_REMOVE_DIRECTORY, DO_LOCK };

static int act(const char *path, int32_t mode, int action)
{
	if (action == DO_MAKE_DIRECTORY)
		return mkdir(path, (mode_t)mode) < 0 ? -errno : 0;
	if (action == DO_UNLINK)
		return unlink(path) < 0 ? -errno : 0;
	if (action == DO_REMOVE_DIRECTORY)
		return rmdir(path) < 0 ? -errno : 0;
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, (mode_t)mode);
	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	int error = -errno;
	close(fd);
	return error;
}

static JSValue js_act(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv, int action)
{
	(void)self, (void)argc;
	int32_t mode;
	const char *path = JS_ToCString(ctx, argv[0]);
	if (!path || JS_ToInt32(ctx, &mode, argv[1])) {
		JS_FreeCString(ctx, path);
		return JS_EXCEPTION;
	}
	int result = act(path, mode, action);
	JS_FreeCString(ctx, path);
	return JS_NewInt32(ctx, result);
}

static JSValue js_rename(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	const char *from = JS_ToCString(ctx, argv[0]), *to = JS_ToCString(ctx, argv[1]);
	JSValue result = from && to ? value_result(ctx, rename(from, to)) : JS_EXCEPTION;
	JS_FreeCString(ctx, from);
	JS_FreeCString(ctx, to);
	return result;
}

static const JSCFunctionListEntry entries[] = {
	JS_CFUNC_DEF("read", 1, js_read),
	JS_CFUNC_MAGIC_DEF("write", 3, js_write, WRITE_PLAIN),
	JS_CFUNC_MAGIC_DEF("append", 3, js_write, WRITE_APPEND),
	JS_CFUNC_MAGIC_DEF("writeAtomic", 3, js_write, WRITE_ATOMIC),
	JS_CFUNC_DEF("stat", 1, js_stat),
	JS_CFUNC_DEF("list", 1, js_list),
	JS_CFUNC_MAGIC_DEF("makeDirectory", 2, js_act, DO_MAKE_DIRECTORY),
	JS_CFUNC_MAGIC_DEF("unlink", 2, js_act, DO_UNLINK),
	JS_CFUNC_MAGIC_DEF("removeDirectory", 2, js_act, DO_REMOVE_DIRECTORY),
	JS_CFUNC_MAGIC_DEF("lock", 2, js_act, DO_LOCK),
	JS_CFUNC_DEF("rename", 2, js_rename),
};

const struct native_module mod_file = { "polywan:file", entries, COUNT(entries), NULL };

/* polywan:error: names and texts of errno values, whose numbers differ between architectures. */
#include <string.h>

#include "runtime.h"

static const struct {
	int number;
	const char *name;
} names[] = {
#define E(name) { name, #name }
	E(EPERM), E(ENOENT), E(ESRCH), E(EINTR), E(EIO), E(ENXIO), E(E2BIG), E(ENOEXEC), E(EBADF), E(ECHILD),
	E(EAGAIN), E(ENOMEM), E(EACCES), E(EFAULT), E(EBUSY), E(EEXIST), E(EXDEV), E(ENODEV), E(ENOTDIR), E(EISDIR),
	E(EINVAL), E(ENFILE), E(EMFILE), E(ENOTTY), E(ETXTBSY), E(EFBIG), E(ENOSPC), E(ESPIPE), E(EROFS), E(EMLINK),
	E(EPIPE), E(ERANGE), E(EDEADLK), E(ENAMETOOLONG), E(ENOSYS), E(ENOTEMPTY), E(ELOOP), E(ENODATA), E(EPROTO),
	E(EBADMSG), E(EOVERFLOW), E(EILSEQ), E(ENOTSOCK), E(EDESTADDRREQ), E(EMSGSIZE), E(EPROTOTYPE),
	E(ENOPROTOOPT), E(EPROTONOSUPPORT), E(ESOCKTNOSUPPORT), E(EOPNOTSUPP), E(EPFNOSUPPORT), E(EAFNOSUPPORT),
	E(EADDRINUSE), E(EADDRNOTAVAIL), E(ENETDOWN), E(ENETUNREACH), E(ENETRESET), E(ECONNABORTED), E(ECONNRESET),
	E(ENOBUFS), E(EISCONN), E(ENOTCONN), E(ESHUTDOWN), E(ETIMEDOUT), E(ECONNREFUSED), E(EHOSTDOWN),
	E(EHOSTUNREACH), E(EALREADY), E(EINPROGRESS), E(ESTALE), E(EDQUOT), E(ECANCELED),
#undef E
};

static JSValue js_name(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	int32_t number;
	if (JS_ToInt32(ctx, &number, argv[0]))
		return JS_EXCEPTION;
	for (size_t i = 0; i < COUNT(names); i++)
		if (names[i].number == number)
			return JS_NewString(ctx, names[i].name);
	return JS_NULL;
}

static JSValue js_text(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	int32_t number;
	if (JS_ToInt32(ctx, &number, argv[0]))
		return JS_EXCEPTION;
	return JS_NewString(ctx, strerror(number));
}

static const JSCFunctionListEntry entries[] = {
	JS_CFUNC_DEF("name", 1, js_name),
	JS_CFUNC_DEF("text", 1, js_text),
};

const struct native_module mod_error = { "polywan:error", entries, COUNT(entries), NULL };

/* polywan:tun */
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "runtime.h"

static int open_tun(const char *name, int flags, struct ifreq *request)
{
	memset(request, 0, sizeof(*request));
	if (strlen(name) >= IFNAMSIZ)
		return -ENAMETOOLONG;
	strcpy(request->ifr_name, name);
	request->ifr_flags = (short)flags;
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	if (ioctl(fd, TUNSETIFF, request) == 0)
		return fd;
	int error = -errno;
	close(fd);
	return error;
}

/* open(name, tap): {fd, name}; the kernel fills in a %d of the name. */
static JSValue js_open(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	struct ifreq request;
	const char *name = JS_ToCString(ctx, argv[0]);
	if (!name)
		return JS_EXCEPTION;
	int fd = open_tun(name, (JS_ToBool(ctx, argv[1]) ? IFF_TAP : IFF_TUN) | IFF_NO_PI, &request);
	JS_FreeCString(ctx, name);
	if (fd < 0)
		return JS_NewInt32(ctx, fd);
	JSValue value = JS_NewObject(ctx);
	value_set(ctx, value, "fd", JS_NewInt32(ctx, fd));
	value_set(ctx, value, "name", JS_NewString(ctx, request.ifr_name));
	return value;
}

static const JSCFunctionListEntry entries[] = {
	JS_CFUNC_DEF("open", 2, js_open),
};

const struct native_module mod_tun = { "polywan:tun", entries, COUNT(entries), NULL };

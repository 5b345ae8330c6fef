/* polywan:xtables: what the kernel knows of a table of legacy iptables, without a copy of its rules. */
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "runtime.h"

/* include/uapi/linux/netfilter_ipv4/ip_tables.h: IPT_SO_GET_INFO and IP6T_SO_GET_INFO are the same number. */
#define SO_GET_INFO 64

struct table_info {
	char name[32];
	uint32_t valid_hooks, hook_entry[5], underflow[5], entry_count, size;
};

static int read_info(int family, struct table_info *info)
{
	socklen_t size = sizeof(*info);
	int fd = socket(family == 4 ? AF_INET : AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	if (fd < 0)
		return -errno;
	int level = family == 4 ? IPPROTO_IP : IPPROTO_IPV6;
	int result = getsockopt(fd, level, SO_GET_INFO, info, &size) < 0 ? -errno : 0;
	close(fd);
	return result;
}

/* tableInfo(family, table): the bytes of struct ipt_getinfo, or a negative errno. */
static JSValue js_table_info(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	struct table_info info;
	int32_t family;
	if (JS_ToInt32(ctx, &family, argv[0]))
		return JS_EXCEPTION;
	const char *name = JS_ToCString(ctx, argv[1]);
	if (!name)
		return JS_EXCEPTION;
	memset(&info, 0, sizeof(info));
	strncpy(info.name, name, sizeof(info.name) - 1);
	JS_FreeCString(ctx, name);
	int result = read_info(family, &info);
	return result < 0 ? JS_NewInt32(ctx, result) : value_new_bytes(ctx, &info, sizeof(info));
}

static const JSCFunctionListEntry entries[] = {
	JS_CFUNC_DEF("tableInfo", 2, js_table_info),
};

const struct native_module mod_xtables = { "polywan:xtables", entries, COUNT(entries), NULL };

/* polywan:interface */
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "runtime.h"

#define TIMEOUT_US 500000

static int route_socket = -1;
static uint32_t sequence;

struct request {
	struct nlmsghdr header;
	struct ifinfomsg link;
	struct rtattr attribute;
	char name[RTA_ALIGN(IFNAMSIZ)];
};

static int open_route_socket(void)
{
	struct timeval timeout = { .tv_usec = TIMEOUT_US };
	if (route_socket >= 0)
		return 0;
	route_socket = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (route_socket < 0)
		return -errno;
	setsockopt(route_socket, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	return 0;
}

static int read_stats(const struct nlmsghdr *header, struct rtnl_link_stats64 *out)
{
	const struct rtattr *attribute = (const void *)((const char *)NLMSG_DATA(header) + NLMSG_ALIGN(sizeof(struct ifinfomsg)));
	int left = (int)NLMSG_PAYLOAD(header, sizeof(struct ifinfomsg));
	for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
		if (attribute->rta_type != IFLA_STATS64)
			continue;
		size_t size = RTA_PAYLOAD(attribute);
		memset(out, 0, sizeof(*out));
		memcpy(out, RTA_DATA(attribute), size < sizeof(*out) ? size : sizeof(*out)); /* it is only 4-byte aligned */
		return 0;
	}
	return -ENODATA;
}

static int read_answer(struct rtnl_link_stats64 *out)
{
	static _Alignas(struct nlmsghdr) char buffer[16384];
	for (;;) {
		ssize_t size = recv(route_socket, buffer, sizeof(buffer), 0);
		if (size < 0)
			return errno == EAGAIN ? -ETIMEDOUT : -errno;
		const struct nlmsghdr *header = (const void *)buffer;
		if (!NLMSG_OK(header, (unsigned)size) || header->nlmsg_seq != sequence)
			continue;
		if (header->nlmsg_type == NLMSG_ERROR)
			return ((const struct nlmsgerr *)NLMSG_DATA(header))->error;
		if (header->nlmsg_type == RTM_NEWLINK)
			return read_stats(header, out);
	}
}

static int read_counters(const char *name, struct rtnl_link_stats64 *out)
{
	struct request request = { .link.ifi_family = AF_UNSPEC };
	size_t length = strlen(name);
	if (length == 0 || length >= IFNAMSIZ)
		return -ENODEV;
	int result = open_route_socket();
	if (result < 0)
		return result;
	memcpy(request.name, name, length + 1);
	request.attribute = (struct rtattr){ (unsigned short)RTA_LENGTH(length + 1), IFLA_IFNAME };
	request.header = (struct nlmsghdr){
		.nlmsg_len = (uint32_t)(NLMSG_LENGTH(sizeof(request.link)) + RTA_SPACE(length + 1)),
		.nlmsg_type = RTM_GETLINK,
		.nlmsg_flags = NLM_F_REQUEST,
		.nlmsg_seq = ++sequence,
	};
	if (send(route_socket, &request, request.header.nlmsg_len, 0) < 0)
		return -errno;
	return read_answer(out);
}

/* One RTM_GETLINK: 64-bit counters of any device of this network namespace, without /sys. */
static JSValue js_read_counters(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	struct rtnl_link_stats64 stats;
	const char *name = JS_ToCString(ctx, argv[0]);
	if (!name)
		return JS_EXCEPTION;
	int result = read_counters(name, &stats);
	JS_FreeCString(ctx, name);
	if (result < 0)
		return JS_NewInt32(ctx, result);
	JSValue value = JS_NewObject(ctx);
	value_set(ctx, value, "rxPackets", JS_NewInt64(ctx, (int64_t)stats.rx_packets));
	value_set(ctx, value, "rxBytes", JS_NewInt64(ctx, (int64_t)stats.rx_bytes));
	value_set(ctx, value, "txPackets", JS_NewInt64(ctx, (int64_t)stats.tx_packets));
	value_set(ctx, value, "txBytes", JS_NewInt64(ctx, (int64_t)stats.tx_bytes));
	return value;
}

static JSValue js_index(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	const char *name = JS_ToCString(ctx, argv[0]);
	if (!name)
		return JS_EXCEPTION;
	unsigned index = if_nametoindex(name);
	int error = errno;
	JS_FreeCString(ctx, name);
	return JS_NewInt32(ctx, index ? (int)index : -error);
}

static const JSCFunctionListEntry entries[] = {
	JS_CFUNC_DEF("index", 1, js_index),
	JS_CFUNC_DEF("readCounters", 1, js_read_counters),
};

const struct native_module mod_interface = { "polywan:interface", entries, COUNT(entries), NULL };

/* polywan:socket */
#include <linux/filter.h>
#include <linux/netlink.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "runtime.h"

/* linux/icmp.h, which musl's netinet/ does not go together with */
#ifndef ICMP_FILTER
#define ICMP_FILTER 1
#endif
#define ICMP_FILTER_BYTES 4

struct name {
	const char *name;
	int value;
};

static const struct name families[] = {
	{ "inet", AF_INET }, { "inet6", AF_INET6 }, { "unix", AF_UNIX }, { "netlink", AF_NETLINK }, { "packet", AF_PACKET },
};

static const struct name types[] = {
	{ "stream", SOCK_STREAM }, { "dgram", SOCK_DGRAM }, { "raw", SOCK_RAW }, { "seqpacket", SOCK_SEQPACKET },
};

enum option_kind { KIND_NUMBER, KIND_TEXT, KIND_ICMP_FILTER, KIND_ICMP6_FILTER };

static const struct option {
	const char *name;
	int level, option;
	enum option_kind kind;
} options[] = {
	{ "mark", SOL_SOCKET, SO_MARK, KIND_NUMBER },
	{ "bindToDevice", SOL_SOCKET, SO_BINDTODEVICE, KIND_TEXT },
	{ "reuseAddress", SOL_SOCKET, SO_REUSEADDR, KIND_NUMBER },
	{ "reusePort", SOL_SOCKET, SO_REUSEPORT, KIND_NUMBER },
	{ "broadcast", SOL_SOCKET, SO_BROADCAST, KIND_NUMBER },
	{ "receiveBuffer", SOL_SOCKET, SO_RCVBUF, KIND_NUMBER },
	{ "receiveBufferForce", SOL_SOCKET, SO_RCVBUFFORCE, KIND_NUMBER },
	{ "sendBuffer", SOL_SOCKET, SO_SNDBUF, KIND_NUMBER },
	{ "priority", SOL_SOCKET, SO_PRIORITY, KIND_NUMBER },
	{ "keepAlive", SOL_SOCKET, SO_KEEPALIVE, KIND_NUMBER },
	{ "ttl", IPPROTO_IP, IP_TTL, KIND_NUMBER },
	{ "typeOfService", IPPROTO_IP, IP_TOS, KIND_NUMBER },
	{ "headerIncluded", IPPROTO_IP, IP_HDRINCL, KIND_NUMBER },
	{ "transparent", IPPROTO_IP, IP_TRANSPARENT, KIND_NUMBER },
	{ "freeBind", IPPROTO_IP, IP_FREEBIND, KIND_NUMBER },
	{ "receiveErrors", IPPROTO_IP, IP_RECVERR, KIND_NUMBER },
	{ "icmpFilter", SOL_RAW, ICMP_FILTER, KIND_ICMP_FILTER },
	{ "hopLimit", IPPROTO_IPV6, IPV6_UNICAST_HOPS, KIND_NUMBER },
	{ "v6Only", IPPROTO_IPV6, IPV6_V6ONLY, KIND_NUMBER },
	{ "transparent6", IPPROTO_IPV6, IPV6_TRANSPARENT, KIND_NUMBER },
	{ "receiveErrors6", IPPROTO_IPV6, IPV6_RECVERR, KIND_NUMBER },
	{ "icmp6Filter", IPPROTO_ICMPV6, ICMP6_FILTER, KIND_ICMP6_FILTER },
	{ "noDelay", IPPROTO_TCP, TCP_NODELAY, KIND_NUMBER },
	{ "userTimeout", IPPROTO_TCP, TCP_USER_TIMEOUT, KIND_NUMBER },
	{ "netlinkGroup", SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, KIND_NUMBER },
	{ "netlinkNoEnobufs", SOL_NETLINK, NETLINK_NO_ENOBUFS, KIND_NUMBER },
	{ "netlinkExtAck", SOL_NETLINK, NETLINK_EXT_ACK, KIND_NUMBER },
	{ "netlinkStrictCheck", SOL_NETLINK, NETLINK_GET_STRICT_CHK, KIND_NUMBER },
};

static int find_name(JSContext *ctx, JSValueConst value, const struct name *list, size_t count, int *out)
{
	const char *text = JS_ToCString(ctx, value);
	if (!text)
		return -1;
	size_t i = 0;
	while (i < count && strcmp(list[i].name, text) != 0)
		i++;
	if (i == count)
		JS_ThrowTypeError(ctx, "socket: '%s' is not known", text);
	else
		*out = list[i].value;
	JS_FreeCString(ctx, text);
	return i == count ? -1 : 0;
}

static JSValue js_open(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	int family, type;
	int32_t protocol;
	if (find_name(ctx, argv[0], families, COUNT(families), &family) < 0 ||
	    find_name(ctx, argv[1], types, COUNT(types), &type) < 0 || JS_ToInt32(ctx, &protocol, argv[2]))
		return JS_EXCEPTION;
	if (family == AF_PACKET)
		protocol = htons((uint16_t)protocol);
	return value_result(ctx, socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol));
}

static JSValue js_bind(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	int32_t fd;
	struct sockaddr_storage address;
	socklen_t size;
	if (JS_ToInt32(ctx, &fd, argv[0]) || sockaddr_parse(ctx, argv[1], &address, &size) < 0)
		return JS_EXCEPTION;
	return value_result(ctx, bind(fd, (struct sockaddr *)&address, size));
}

/* connect(fd, address): 0, 1 when it goes on in the background, or a negative errno. */
static JSValue js_connect(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	int32_t fd;
	struct sockaddr_storage address;
	socklen_t size;
	if (JS_ToInt32(ctx, &fd, argv[0]) || sockaddr_parse(ctx, argv[1], &address, &size) < 0)
		return JS_EXCEPTION;
	int result = connect(fd, (struct sockaddr *)&address, size);
	return value_result(ctx, result < 0 && errno == EINPROGRESS ? 1 : result);
}

static JSValue js_listen(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	int32_t fd, backlog;
	if (JS_ToInt32(ctx, &fd, argv[0]) || JS_ToInt32(ctx, &backlog, argv[1]))
		return JS_EXCEPTION;
	return value_result(ctx, listen(fd, backlog));
}

static JSValue js_accept(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	int32_t fd;
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);
	if (JS_ToInt32(ctx, &fd, argv[0]))
		return JS_EXCEPTION;
	int accepted = accept4(fd, (struct sockaddr *)&address, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (accepted < 0)
		return JS_NewInt32(ctx, -errno);
	JSValue value = JS_NewObject(ctx);
	value_set(ctx, value, "fd", JS_NewInt32(ctx, accepted));
	value_set(ctx, value, "from", sockaddr_value(ctx, &address, size));
	return value;
}

/* encode(address): the kernel's structure, for send: what is sent to again and again is parsed once. */
static JSValue js_encode(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	struct sockaddr_storage address;
	socklen_t size;
	if (sockaddr_parse(ctx, argv[0], &address, &size) < 0)
		return JS_EXCEPTION;
	return JS_NewArrayBufferCopy(ctx, (const uint8_t *)&address, size);
}

static JSValue js_send(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	int32_t fd;
	struct sockaddr_storage address;
	socklen_t size = 0;
	struct bytes data;
	if (JS_ToInt32(ctx, &fd, argv[0]) || (value_is_given(argv[2]) && sockaddr_parse(ctx, argv[2], &address, &size) < 0) ||
	    value_bytes(ctx, argv[1], &data) < 0)
		return JS_EXCEPTION;
	return value_result(ctx, sendto(fd, data.data, data.size, MSG_NOSIGNAL, size ? (struct sockaddr *)&address : NULL, size));
}

/* sendEncoded(fd, data, to): as send, to what encode gave. */
static JSValue js_send_encoded(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	int32_t fd;
	struct bytes data, to;
	if (JS_ToInt32(ctx, &fd, argv[0]) || value_bytes(ctx, argv[1], &data) < 0 || value_bytes(ctx, argv[2], &to) < 0)
		return JS_EXCEPTION;
	return value_result(ctx, sendto(fd, data.data, data.size, MSG_NOSIGNAL, (struct sockaddr *)to.data, (socklen_t)to.size));
}

static JSValue js_receive(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	int32_t fd;
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);
	struct bytes into;
	if (JS_ToInt32(ctx, &fd, argv[0]) || value_bytes(ctx, argv[1], &into) < 0)
		return JS_EXCEPTION;
	ssize_t received = recvfrom(fd, into.data, into.size, 0, (struct sockaddr *)&address, &size);
	if (received < 0)
		return JS_NewInt32(ctx, -errno);
	JSValue value = JS_NewObject(ctx);
	value_set(ctx, value, "bytes", JS_NewInt64(ctx, received));
	value_set(ctx, value, "from", sockaddr_value(ctx, &address, size));
	return value;
}

/* receiveBytes(fd, into): as receive, without where it came from: how many bytes, or a negative errno. */
static JSValue js_receive_bytes(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	int32_t fd;
	struct bytes into;
	if (JS_ToInt32(ctx, &fd, argv[0]) || value_bytes(ctx, argv[1], &into) < 0)
		return JS_EXCEPTION;
	ssize_t received = recv(fd, into.data, into.size, 0);
	return JS_NewInt64(ctx, received < 0 ? -errno : received);
}

/* error(fd): SO_ERROR as a negative errno, 0: none. */
static JSValue js_error(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	int32_t fd;
	int error = 0;
	socklen_t size = sizeof(error);
	if (JS_ToInt32(ctx, &fd, argv[0]))
		return JS_EXCEPTION;
	return JS_NewInt32(ctx, getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0 ? -errno : -error);
}

static int set_text(JSContext *ctx, int fd, const struct option *option, JSValueConst value)
{
	size_t size;
	const char *text = JS_ToCStringLen(ctx, &size, value);
	if (!text)
		return 1;
	int result = setsockopt(fd, option->level, option->option, text, (socklen_t)size) < 0 ? -errno : 0;
	JS_FreeCString(ctx, text);
	return result;
}

static int set_number(JSContext *ctx, int fd, const struct option *option, JSValueConst value)
{
	int32_t number; /* modulo 2^32: a mark is unsigned */
	if (JS_ToInt32(ctx, &number, value))
		return 1;
	return setsockopt(fd, option->level, option->option, &number, sizeof(number)) < 0 ? -errno : 0;
}

/* The value lists the ICMP types that pass. In the kernel's filter a set bit blocks a type (raw(7), RFC 3542 3.2). */
static int set_filter(JSContext *ctx, int fd, const struct option *option, JSValueConst value)
{
	uint32_t blocked[8];
	struct bytes passing;
	if (value_bytes(ctx, value, &passing) < 0)
		return 1;
	memset(blocked, 0xff, sizeof(blocked));
	for (size_t i = 0; i < passing.size; i++)
		blocked[passing.data[i] / 32] &= ~(1u << passing.data[i] % 32);
	socklen_t size = option->kind == KIND_ICMP_FILTER ? ICMP_FILTER_BYTES : sizeof(blocked);
	return setsockopt(fd, option->level, option->option, blocked, size) < 0 ? -errno : 0;
}

static int set_option(JSContext *ctx, int fd, const struct option *option, JSValueConst value)
{
	switch (option->kind) {
	case KIND_TEXT:
		return set_text(ctx, fd, option, value);
	case KIND_NUMBER:
		return set_number(ctx, fd, option, value);
	default:
		return set_filter(ctx, fd, option, value);
	}
}

static JSValue js_set_option(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	int32_t fd;
	if (JS_ToInt32(ctx, &fd, argv[0]))
		return JS_EXCEPTION;
	const char *name = JS_ToCString(ctx, argv[1]);
	const struct option *found = NULL;
	for (size_t i = 0; name && i < COUNT(options); i++)
		if (strcmp(options[i].name, name) == 0)
			found = &options[i];
	if (name && !found)
		JS_ThrowTypeError(ctx, "socket: there is no option '%s'", name);
	JS_FreeCString(ctx, name);
	if (!found)
		return JS_EXCEPTION;
	int result = set_option(ctx, fd, found, argv[2]);
	return result > 0 ? JS_EXCEPTION : JS_NewInt32(ctx, result);
}

/* attachFilter(fd, Float64Array of code, jt, jf, k, code, jt, …) */
static JSValue js_attach_filter(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	int32_t fd;
	struct bytes bytes;
	if (JS_ToInt32(ctx, &fd, argv[0]) || value_bytes(ctx, argv[1], &bytes) < 0)
		return JS_EXCEPTION;
	const double *numbers = (const double *)bytes.data;
	size_t count = bytes.size / sizeof(double) / 4;
	struct sock_filter *filter = js_malloc(ctx, sizeof(*filter) * (count + 1));
	if (!filter)
		return JS_EXCEPTION;
	for (size_t i = 0; i < count; i++, numbers += 4)
		filter[i] = (struct sock_filter){ (uint16_t)numbers[0], (uint8_t)numbers[1], (uint8_t)numbers[2],
						  (uint32_t)numbers[3] };
	struct sock_fprog attached = { (unsigned short)count, filter };
	int result = setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &attached, sizeof(attached)) < 0 ? -errno : 0;
	js_free(ctx, filter);
	return JS_NewInt32(ctx, result);
}

static JSValue js_local_address(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	int32_t fd;
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);
	if (JS_ToInt32(ctx, &fd, argv[0]))
		return JS_EXCEPTION;
	if (getsockname(fd, (struct sockaddr *)&address, &size) < 0)
		return JS_NewInt32(ctx, -errno);
	return sockaddr_value(ctx, &address, size);
}

static JSValue js_shutdown(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	static const struct name ways[] = { { "read", SHUT_RD }, { "write", SHUT_WR }, { "both", SHUT_RDWR } };
	int32_t fd;
	int how;
	if (JS_ToInt32(ctx, &fd, argv[0]) || find_name(ctx, argv[1], ways, COUNT(ways), &how) < 0)
		return JS_EXCEPTION;
	return value_result(ctx, shutdown(fd, how));
}

static const JSCFunctionListEntry entries[] = {
	JS_CFUNC_DEF("open", 3, js_open),
	JS_CFUNC_DEF("bind", 2, js_bind),
	JS_CFUNC_DEF("connect", 2, js_connect),
	JS_CFUNC_DEF("listen", 2, js_listen),
	JS_CFUNC_DEF("accept", 1, js_accept),
	JS_CFUNC_DEF("send", 3, js_send),
	JS_CFUNC_DEF("encode", 1, js_encode),
	JS_CFUNC_DEF("sendEncoded", 3, js_send_encoded),
	JS_CFUNC_DEF("receive", 2, js_receive),
	JS_CFUNC_DEF("receiveBytes", 2, js_receive_bytes),
	JS_CFUNC_DEF("error", 1, js_error),
	JS_CFUNC_DEF("setOption", 3, js_set_option),
	JS_CFUNC_DEF("attachFilter", 2, js_attach_filter),
	JS_CFUNC_DEF("localAddress", 1, js_local_address),
	JS_CFUNC_DEF("shutdown", 2, js_shutdown),
};

const struct native_module mod_socket = { "polywan:socket", entries, COUNT(entries), NULL };

/* Socket addresses between JavaScript objects and the kernel's structures. */
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/un.h>

#include "runtime.h"

/* Copies a string property; -1: an exception is pending. */
static int copy_string(JSContext *ctx, JSValueConst object, const char *name, char *out, size_t capacity, size_t *size)
{
	JSValue value = JS_GetPropertyStr(ctx, object, name);
	const char *text = JS_IsException(value) ? NULL : JS_ToCStringLen(ctx, size, value);
	JS_FreeValue(ctx, value);
	if (!text)
		return -1;
	int fits = *size < capacity;
	if (fits)
		memcpy(out, text, *size + 1);
	else
		JS_ThrowRangeError(ctx, "address: %s is longer than %zu bytes", name, capacity - 1);
	JS_FreeCString(ctx, text);
	return fits ? 0 : -1;
}

static int parse_ip(JSContext *ctx, JSValueConst address, int family, void *ip, in_port_t *port)
{
	char text[64];
	size_t size;
	int32_t number;
	if (copy_string(ctx, address, "address", text, sizeof(text), &size) < 0 || value_get_int(ctx, address, "port", &number) < 0)
		return -1;
	if (inet_pton(family, text, ip) != 1) {
		JS_ThrowTypeError(ctx, "address: '%s' is not an %s address", text, family == AF_INET ? "IPv4" : "IPv6");
		return -1;
	}
	if (number < 0 || number > 65535) {
		JS_ThrowRangeError(ctx, "address: port %d is not within 0-65535", number);
		return -1;
	}
	*port = htons((uint16_t)number);
	return 0;
}

static int parse_inet(JSContext *ctx, JSValueConst address, struct sockaddr_in *out, socklen_t *size)
{
	out->sin_family = AF_INET;
	*size = sizeof(*out);
	return parse_ip(ctx, address, AF_INET, &out->sin_addr, &out->sin_port);
}

static int parse_inet6(JSContext *ctx, JSValueConst address, struct sockaddr_in6 *out, socklen_t *size)
{
	int32_t scope;
	out->sin6_family = AF_INET6;
	*size = sizeof(*out);
	if (value_get_int(ctx, address, "scopeId", &scope) < 0)
		return -1;
	out->sin6_scope_id = (uint32_t)scope;
	return parse_ip(ctx, address, AF_INET6, &out->sin6_addr, &out->sin6_port);
}

static int parse_unix(JSContext *ctx, JSValueConst address, struct sockaddr_un *out, socklen_t *size)
{
	size_t length;
	out->sun_family = AF_UNIX;
	if (copy_string(ctx, address, "path", out->sun_path, sizeof(out->sun_path), &length) < 0)
		return -1;
	*size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + (out->sun_path[0] != 0));
	return 0;
}

static int parse_netlink(JSContext *ctx, JSValueConst address, struct sockaddr_nl *out, socklen_t *size)
{
	int32_t pid, groups;
	if (value_get_int(ctx, address, "pid", &pid) < 0 || value_get_int(ctx, address, "groups", &groups) < 0)
		return -1;
	out->nl_family = AF_NETLINK;
	out->nl_pid = (uint32_t)pid;
	out->nl_groups = (uint32_t)groups;
	*size = sizeof(*out);
	return 0;
}

static int parse_packet(JSContext *ctx, JSValueConst address, struct sockaddr_ll *out, socklen_t *size)
{
	int32_t index, protocol;
	struct bytes hardware = { NULL, 0 };
	if (value_get_int(ctx, address, "ifindex", &index) < 0 || value_get_int(ctx, address, "protocol", &protocol) < 0)
		return -1;
	JSValue value = JS_GetPropertyStr(ctx, address, "hardwareAddress");
	int failed = JS_IsException(value) || (value_is_given(value) && value_bytes(ctx, value, &hardware) < 0);
	if (!failed && hardware.size > sizeof(out->sll_addr)) {
		JS_ThrowRangeError(ctx, "address: a hardware address has at most %zu bytes", sizeof(out->sll_addr));
		failed = 1;
	}
	if (!failed && hardware.size)
		memcpy(out->sll_addr, hardware.data, hardware.size);
	JS_FreeValue(ctx, value);
	out->sll_family = AF_PACKET;
	out->sll_ifindex = index;
	out->sll_protocol = htons((uint16_t)protocol);
	out->sll_halen = (uint8_t)hardware.size;
	*size = sizeof(*out);
	return failed ? -1 : 0;
}

int sockaddr_parse(JSContext *ctx, JSValueConst address, struct sockaddr_storage *out, socklen_t *size)
{
	char family[16];
	size_t length;
	memset(out, 0, sizeof(*out));
	if (copy_string(ctx, address, "family", family, sizeof(family), &length) < 0)
		return -1;
	if (strcmp(family, "inet") == 0)
		return parse_inet(ctx, address, (struct sockaddr_in *)out, size);
	if (strcmp(family, "inet6") == 0)
		return parse_inet6(ctx, address, (struct sockaddr_in6 *)out, size);
	if (strcmp(family, "unix") == 0)
		return parse_unix(ctx, address, (struct sockaddr_un *)out, size);
	if (strcmp(family, "netlink") == 0)
		return parse_netlink(ctx, address, (struct sockaddr_nl *)out, size);
	if (strcmp(family, "packet") == 0)
		return parse_packet(ctx, address, (struct sockaddr_ll *)out, size);
	JS_ThrowTypeError(ctx, "address: there is no family '%s'", family);
	return -1;
}

static JSValue new_address(JSContext *ctx, const char *family)
{
	JSValue value = JS_NewObject(ctx);
	value_set(ctx, value, "family", JS_NewString(ctx, family));
	return value;
}

static JSValue inet_value(JSContext *ctx, const struct sockaddr_in *address)
{
	char text[INET_ADDRSTRLEN];
	JSValue value = new_address(ctx, "inet");
	value_set(ctx, value, "address", JS_NewString(ctx, inet_ntop(AF_INET, &address->sin_addr, text, sizeof(text))));
	value_set(ctx, value, "port", JS_NewInt32(ctx, ntohs(address->sin_port)));
	return value;
}

static JSValue inet6_value(JSContext *ctx, const struct sockaddr_in6 *address)
{
	char text[INET6_ADDRSTRLEN];
	JSValue value = new_address(ctx, "inet6");
	value_set(ctx, value, "address", JS_NewString(ctx, inet_ntop(AF_INET6, &address->sin6_addr, text, sizeof(text))));
	value_set(ctx, value, "port", JS_NewInt32(ctx, ntohs(address->sin6_port)));
	value_set(ctx, value, "scopeId", JS_NewUint32(ctx, address->sin6_scope_id));
	return value;
}

static JSValue unix_value(JSContext *ctx, const struct sockaddr_un *address, socklen_t size)
{
	size_t length = size > offsetof(struct sockaddr_un, sun_path) ? size - offsetof(struct sockaddr_un, sun_path) : 0;
	if (length && address->sun_path[0]) /* an abstract name begins with NUL and has no end mark */
		length = strnlen(address->sun_path, length);
	JSValue value = new_address(ctx, "unix");
	value_set(ctx, value, "path", JS_NewStringLen(ctx, address->sun_path, length));
	return value;
}

static JSValue netlink_value(JSContext *ctx, const struct sockaddr_nl *address)
{
	JSValue value = new_address(ctx, "netlink");
	value_set(ctx, value, "pid", JS_NewUint32(ctx, address->nl_pid));
	value_set(ctx, value, "groups", JS_NewUint32(ctx, address->nl_groups));
	return value;
}

static JSValue packet_value(JSContext *ctx, const struct sockaddr_ll *address)
{
	size_t length = address->sll_halen < sizeof(address->sll_addr) ? address->sll_halen : sizeof(address->sll_addr);
	JSValue value = new_address(ctx, "packet");
	value_set(ctx, value, "ifindex", JS_NewInt32(ctx, address->sll_ifindex));
	value_set(ctx, value, "protocol", JS_NewInt32(ctx, ntohs(address->sll_protocol)));
	value_set(ctx, value, "hardwareAddress", value_new_bytes(ctx, address->sll_addr, length));
	return value;
}

JSValue sockaddr_value(JSContext *ctx, const struct sockaddr_storage *address, socklen_t size)
{
	if (size < sizeof(address->ss_family))
		return JS_NULL;
	switch (address->ss_family) {
	case AF_INET:
		return inet_value(ctx, (const struct sockaddr_in *)address);
	case AF_INET6:
		return inet6_value(ctx, (const struct sockaddr_in6 *)address);
	case AF_UNIX:
		return unix_value(ctx, (const struct sockaddr_un *)address, size);
	case AF_NETLINK:
		return netlink_value(ctx, (const struct sockaddr_nl *)address);
	case AF_PACKET:
		return packet_value(ctx, (const struct sockaddr_ll *)address);
	}
	return JS_NULL;
}

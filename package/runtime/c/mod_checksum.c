/* polywan:checksum */
#include "runtime.h"

/* RFC 1071: one's complement of the one's complement sum of 16-bit words in network order. */
static uint16_t internet_checksum(const uint8_t *data, size_t size, uint32_t initial)
{
	uint64_t sum = initial;
	size_t i = 0;
	for (; i + 1 < size; i += 2)
		sum += (uint32_t)data[i] << 8 | data[i + 1];
	if (i < size)
		sum += (uint32_t)data[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static JSValue js_internet_checksum(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	struct bytes bytes;
	uint32_t initial;
	if (JS_ToUint32(ctx, &initial, argv[1]) || value_bytes(ctx, argv[0], &bytes) < 0)
		return JS_EXCEPTION;
	return JS_NewInt32(ctx, internet_checksum(bytes.data, bytes.size, initial));
}

static const JSCFunctionListEntry entries[] = {
	JS_CFUNC_DEF("internetChecksum", 2, js_internet_checksum),
};

const struct native_module mod_checksum = { "polywan:checksum", entries, COUNT(entries), NULL };

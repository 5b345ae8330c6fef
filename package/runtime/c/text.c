/* TextEncoder and TextDecoder, UTF-8 alone, as the WHATWG Encoding Standard has them. */
#include <string.h>

#include "runtime.h"

static JSClassID decoder_class;

enum { FATAL = 1, IGNORE_BOM = 2 };

/* The length of the well-formed sequence at `at`, or minus the length of the maximal ill-formed part of one. */
static int sequence_length(const uint8_t *at, size_t left)
{
	uint8_t lead = at[0], low = 0x80, high = 0xbf;
	int length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
	if (length == 0)
		return -1;
	if (lead == 0xe0)
		low = 0xa0;
	else if (lead == 0xed)
		high = 0x9f;
	else if (lead == 0xf0)
		low = 0x90;
	else if (lead == 0xf4)
		high = 0x8f;
	for (int i = 1; i < length; i++) {
		if ((size_t)i >= left || at[i] < low || at[i] > high)
			return -i;
		low = 0x80;
		high = 0xbf;
	}
	return length;
}

/* Ill-formed parts become U+FFFD, each 3 bytes. */
static JSValue decode_repaired(JSContext *ctx, const uint8_t *data, size_t size)
{
	char *repaired = js_malloc(ctx, size * 3 + 1);
	size_t used = 0;
	if (!repaired)
		return JS_EXCEPTION;
	for (size_t i = 0; i < size;) {
		int length = sequence_length(data + i, size - i);
		memcpy(repaired + used, length > 0 ? (const char *)data + i : "\xef\xbf\xbd", length > 0 ? (size_t)length : 3);
		used += length > 0 ? (size_t)length : 3;
		i += (size_t)(length > 0 ? length : -length);
	}
	JSValue text = JS_NewStringLen(ctx, repaired, used);
	js_free(ctx, repaired);
	return text;
}

static JSValue js_decode(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)argc;
	struct bytes bytes = { (uint8_t *)"", 0 };
	uintptr_t flags = (uintptr_t)JS_GetOpaque2(ctx, self, decoder_class);
	if (!flags)
		return JS_EXCEPTION;
	if (value_is_given(argv[0])) {
		bytes.data = JS_GetArrayBuffer(ctx, &bytes.size, argv[0]);
		if (!bytes.data) {
			JS_FreeValue(ctx, JS_GetException(ctx));
			if (value_bytes(ctx, argv[0], &bytes) < 0)
				return JS_EXCEPTION;
		}
	}
	if (!(flags & IGNORE_BOM) && bytes.size >= 3 && memcmp(bytes.data, "\xef\xbb\xbf", 3) == 0) {
		bytes.data += 3;
		bytes.size -= 3;
	}
	for (size_t i = 0; i < bytes.size;) {
		int length = sequence_length(bytes.data + i, bytes.size - i);
		if (length < 0 && flags & FATAL)
			return JS_ThrowTypeError(ctx, "TextDecoder: byte %zu is not UTF-8", i);
		if (length < 0)
			return decode_repaired(ctx, bytes.data, bytes.size);
		i += (size_t)length;
	}
	return JS_NewStringLen(ctx, (const char *)bytes.data, bytes.size);
}

static uintptr_t option_flag(JSContext *ctx, JSValueConst options, const char *name, uintptr_t flag)
{
	if (!JS_IsObject(options))
		return 0;
	JSValue value = JS_GetPropertyStr(ctx, options, name);
	int given = JS_ToBool(ctx, value);
	JS_FreeValue(ctx, value);
	return given > 0 ? flag : 0;
}

static JSValue js_new_decoder(JSContext *ctx, JSValueConst target, int argc, JSValueConst *argv)
{
	JSValueConst options = argc > 1 ? argv[1] : JS_UNDEFINED;
	if (argc > 0 && value_is_given(argv[0])) {
		const char *label = JS_ToCString(ctx, argv[0]);
		int known = label && (!strcasecmp(label, "utf-8") || !strcasecmp(label, "utf8"));
		JS_FreeCString(ctx, label);
		if (!known)
			return JS_ThrowRangeError(ctx, "TextDecoder: only utf-8 is known");
	}
	JSValue prototype = JS_GetPropertyStr(ctx, target, "prototype");
	JSValue decoder = JS_NewObjectProtoClass(ctx, prototype, decoder_class);
	JS_FreeValue(ctx, prototype);
	uintptr_t flags = option_flag(ctx, options, "fatal", FATAL) | option_flag(ctx, options, "ignoreBOM", IGNORE_BOM) | 4;
	if (!JS_IsException(decoder))
		JS_SetOpaque(decoder, (void *)flags);
	return decoder;
}

/* QuickJS writes a lone surrogate as ED A0..BF xx; the standard wants U+FFFD, which is as long. */
static void replace_surrogates(uint8_t *data, size_t size)
{
	for (size_t i = 0; i + 2 < size; i++)
		if (data[i] == 0xed && data[i + 1] >= 0xa0)
			memcpy(data + i, "\xef\xbf\xbd", 3);
}

static JSValue js_encode(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	size_t size = 0;
	const char *text = JS_IsUndefined(argv[0]) ? NULL : JS_ToCStringLen(ctx, &size, argv[0]);
	if (!text && !JS_IsUndefined(argv[0]))
		return JS_EXCEPTION;
	JSValue array = value_new_bytes(ctx, text, size);
	JS_FreeCString(ctx, text);
	struct bytes bytes;
	if (!JS_IsException(array) && value_bytes(ctx, array, &bytes) == 0)
		replace_surrogates(bytes.data, bytes.size);
	return array;
}

static JSValue js_new_encoder(JSContext *ctx, JSValueConst target, int argc, JSValueConst *argv)
{
	(void)argc, (void)argv;
	JSValue prototype = JS_GetPropertyStr(ctx, target, "prototype");
	JSValue encoder = JS_NewObjectProto(ctx, prototype);
	JS_FreeValue(ctx, prototype);
	return encoder;
}

static const JSCFunctionListEntry encoder_entries[] = {
	JS_CFUNC_DEF("encode", 1, js_encode),
	JS_PROP_STRING_DEF("encoding", "utf-8", 0),
};

static const JSCFunctionListEntry decoder_entries[] = {
	JS_CFUNC_DEF("decode", 1, js_decode),
	JS_PROP_STRING_DEF("encoding", "utf-8", 0),
};

static const JSClassDef decoder_definition = { .class_name = "TextDecoder" };

static void add_class(JSContext *ctx, JSValueConst global, const char *name, JSCFunction *construct,
		      const JSCFunctionListEntry *list, int count)
{
	JSValue prototype = JS_NewObject(ctx);
	JS_SetPropertyFunctionList(ctx, prototype, list, count);
	JSValue constructor = JS_NewCFunction2(ctx, construct, name, 0, JS_CFUNC_constructor, 0);
	JS_SetConstructor(ctx, constructor, prototype);
	JS_FreeValue(ctx, prototype);
	JS_DefinePropertyValueStr(ctx, global, name, constructor, JS_PROP_WRITABLE | JS_PROP_CONFIGURABLE);
}

int text_init(JSContext *ctx, JSValueConst global)
{
	JS_NewClassID(&decoder_class);
	if (JS_NewClass(JS_GetRuntime(ctx), decoder_class, &decoder_definition) < 0)
		return -1;
	add_class(ctx, global, "TextEncoder", js_new_encoder, encoder_entries, COUNT(encoder_entries));
	add_class(ctx, global, "TextDecoder", js_new_decoder, decoder_entries, COUNT(decoder_entries));
	return 0;
}

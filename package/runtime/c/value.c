/* Values in and out of JavaScript. */
#include <stdlib.h>
#include <string.h>

#include "runtime.h"

int value_bytes(JSContext *ctx, JSValueConst value, struct bytes *out)
{
	size_t offset, length, element, capacity;
	JSValue buffer = JS_GetTypedArrayBuffer(ctx, value, &offset, &length, &element);
	if (JS_IsException(buffer))
		return -1;
	uint8_t *data = JS_GetArrayBuffer(ctx, &capacity, buffer);
	JS_FreeValue(ctx, buffer); /* the typed array keeps it */
	if (!data && JS_HasException(ctx))
		return -1;
	out->data = data ? data + offset : (uint8_t *)"";
	out->size = data ? length : 0;
	return 0;
}

static void free_bytes(JSRuntime *rt, void *opaque, void *data)
{
	(void)opaque;
	js_free_rt(rt, data);
}

JSValue value_new_bytes(JSContext *ctx, const void *data, size_t size)
{
	uint8_t *copy = js_malloc(ctx, size ? size : 1);
	if (!copy)
		return JS_EXCEPTION;
	if (size)
		memcpy(copy, data, size);
	JSValue buffer = JS_NewArrayBuffer(ctx, copy, size, free_bytes, NULL, 0);
	if (JS_IsException(buffer)) {
		js_free(ctx, copy);
		return buffer;
	}
	JSValueConst arguments[] = { buffer, JS_UNDEFINED, JS_UNDEFINED };
	JSValue array = JS_NewTypedArray(ctx, COUNT(arguments), arguments, JS_TYPED_ARRAY_UINT8);
	JS_FreeValue(ctx, buffer);
	return array;
}

JSValue value_result(JSContext *ctx, int64_t result)
{
	return JS_NewInt64(ctx, result == -1 ? -errno : result);
}

int value_get_int(JSContext *ctx, JSValueConst object, const char *name, int32_t *out)
{
	JSValue value = JS_GetPropertyStr(ctx, object, name);
	*out = 0;
	int failed = JS_IsException(value) || (!JS_IsUndefined(value) && JS_ToInt32(ctx, out, value));
	JS_FreeValue(ctx, value);
	return failed ? -1 : 0;
}

int value_is_given(JSValueConst value)
{
	return !JS_IsUndefined(value) && !JS_IsNull(value);
}

char **value_strings(JSContext *ctx, JSValueConst array)
{
	int32_t count;
	if (value_get_int(ctx, array, "length", &count) < 0)
		return NULL;
	char **strings = js_mallocz(ctx, sizeof(*strings) * ((size_t)count + 1));
	if (!strings)
		return NULL;
	for (int i = 0; i < count; i++) {
		JSValue item = JS_GetPropertyUint32(ctx, array, i);
		strings[i] = (char *)JS_ToCString(ctx, item);
		JS_FreeValue(ctx, item);
		if (!strings[i]) {
			value_free_strings(ctx, strings);
			return NULL;
		}
	}
	return strings;
}

void value_free_strings(JSContext *ctx, char **strings)
{
	for (int i = 0; strings && strings[i]; i++)
		JS_FreeCString(ctx, strings[i]);
	js_free(ctx, strings);
}

void value_set(JSContext *ctx, JSValueConst object, const char *name, JSValue value)
{
	JS_DefinePropertyValueStr(ctx, object, name, value, JS_PROP_C_W_E);
}

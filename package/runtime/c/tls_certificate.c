/* What a certificate says, for JavaScript. */
#include <string.h>
#include <time.h>

#include "runtime.h"
#include "tls.h"

static double time_ms(const mbedtls_x509_time *time)
{
	struct tm parts = { .tm_year = time->year - 1900, .tm_mon = time->mon - 1, .tm_mday = time->day,
		.tm_hour = time->hour, .tm_min = time->min, .tm_sec = time->sec };
	return (double)timegm(&parts) * 1000;
}

static void set_name(JSContext *ctx, JSValue object, const char *name, const mbedtls_x509_name *distinguished)
{
	char text[512];
	int length = mbedtls_x509_dn_gets(text, sizeof(text), distinguished);
	value_set(ctx, object, name, JS_NewString(ctx, length < 0 ? "" : text));
}

/* The names it is for: those of the DNS as text, addresses as bytes. */
static JSValue list_names(JSContext *ctx, const mbedtls_x509_crt *certificate)
{
	JSValue list = JS_NewArray(ctx);
	uint32_t count = 0;
	for (const mbedtls_x509_sequence *it = &certificate->subject_alt_names; it && it->buf.p; it = it->next) {
		int kind = it->buf.tag & MBEDTLS_ASN1_TAG_VALUE_MASK;
		if (kind == MBEDTLS_X509_SAN_DNS_NAME)
			JS_DefinePropertyValueUint32(ctx, list, count++, JS_NewStringLen(ctx, (const char *)it->buf.p, it->buf.len),
				JS_PROP_C_W_E);
		else if (kind == MBEDTLS_X509_SAN_IP_ADDRESS)
			JS_DefinePropertyValueUint32(ctx, list, count++, value_new_bytes(ctx, it->buf.p, it->buf.len), JS_PROP_C_W_E);
	}
	return list;
}

JSValue certificate_describe(JSContext *ctx, const uint8_t *der, size_t size)
{
	mbedtls_x509_crt certificate;
	mbedtls_x509_crt_init(&certificate);
	JSValue value = JS_NULL;
	if (der && mbedtls_x509_crt_parse_der_nocopy(&certificate, der, size) == 0) {
		value = JS_NewObject(ctx);
		set_name(ctx, value, "subject", &certificate.subject);
		set_name(ctx, value, "issuer", &certificate.issuer);
		value_set(ctx, value, "names", list_names(ctx, &certificate));
		value_set(ctx, value, "validFromMs", JS_NewFloat64(ctx, time_ms(&certificate.valid_from)));
		value_set(ctx, value, "validToMs", JS_NewFloat64(ctx, time_ms(&certificate.valid_to)));
	}
	mbedtls_x509_crt_free(&certificate);
	return value;
}

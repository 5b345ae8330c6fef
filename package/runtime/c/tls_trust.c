/* The certificates of authorities. A router's bundle has 140, of which a chain needs one: the files are read for each question,
 * and only what is asked for is parsed. */
#include <mbedtls/asn1.h>
#include <stdlib.h>
#include <string.h>

#include "runtime.h"
#include "tls.h"

static const char begin_mark[] = "-----BEGIN CERTIFICATE-----", end_mark[] = "-----END CERTIFICATE-----";

/* 0: go on; anything else ends the search and is its result. */
typedef int visit_certificate(void *context, const uint8_t *der, size_t size);

/* RFC 4648, in place: what is meant is shorter than what is written. mbedTLS' own takes the same time whatever it reads, ten times as much;
 * nothing here is secret. What is no digit is passed over. */
static size_t decode_base64(uint8_t *data, size_t size)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	static int8_t values[256];
	if (!values['B'])
		for (int i = 0; i < 64; i++)
			values[(uint8_t)digits[i]] = (int8_t)(i + 1);
	uint8_t *out = data;
	uint32_t bits = 0;
	int count = 0;
	for (size_t i = 0; i < size; i++) {
		if (!values[data[i]])
			continue;
		bits = bits << 6 | (uint32_t)(values[data[i]] - 1);
		if (++count % 4 == 0) {
			*out++ = (uint8_t)(bits >> 16);
			*out++ = (uint8_t)(bits >> 8);
			*out++ = (uint8_t)bits;
		}
	}
	if (count % 4 >= 2)
		*out++ = (uint8_t)(count % 4 == 2 ? bits >> 4 : bits >> 10);
	if (count % 4 == 3)
		*out++ = (uint8_t)(bits >> 2);
	return (size_t)(out - data);
}

/* From dash to dash, of which there is none in what is between the marks: ten times as fast as strstr. */
static char *find_mark(char *at, const char *end, const char *mark)
{
	size_t length = strlen(mark);
	for (; (size_t)(end - at) >= length && (at = memchr(at, '-', (size_t)(end - at))); at++)
		if ((size_t)(end - at) >= length && memcmp(at, mark, length) == 0)
			return at;
	return NULL;
}

static int visit_text(char *text, size_t size, visit_certificate *visit, void *context, int *seen)
{
	const char *end = text + size;
	int result = 0;
	for (char *at = text, *last; result == 0 && (at = find_mark(at, end, begin_mark)); at = last) {
		uint8_t *data = (uint8_t *)at + sizeof(begin_mark) - 1;
		last = find_mark((char *)data, end, end_mark);
		if (!last)
			break;
		size_t length = decode_base64(data, (size_t)((uint8_t *)last - data));
		++*seen;
		result = visit(context, data, length);
	}
	return result;
}

static int visit_files(struct trust *trust, visit_certificate *visit, void *context)
{
	int result = 0;
	trust->certificates = 0;
	for (char **path = trust->paths; *path && result == 0; path++) {
		uint8_t *data;
		size_t size;
		if (io_read_file(*path, &data, &size) < 0)
			continue;
		result = visit_text((char *)data, size, visit, context, &trust->certificates);
		free(data);
	}
	return result;
}

/* The subject of a certificate as it is written (RFC 5280, 4.1), header included; NULL: this is none. */
static const uint8_t *find_subject(const uint8_t *der, size_t size, size_t *length)
{
	static const int before[] = { /* version, serialNumber, signature, issuer, validity */
		MBEDTLS_ASN1_CONTEXT_SPECIFIC | MBEDTLS_ASN1_CONSTRUCTED, MBEDTLS_ASN1_INTEGER,
		MBEDTLS_ASN1_SEQUENCE | MBEDTLS_ASN1_CONSTRUCTED, MBEDTLS_ASN1_SEQUENCE | MBEDTLS_ASN1_CONSTRUCTED,
		MBEDTLS_ASN1_SEQUENCE | MBEDTLS_ASN1_CONSTRUCTED,
	};
	const int sequence = MBEDTLS_ASN1_SEQUENCE | MBEDTLS_ASN1_CONSTRUCTED;
	uint8_t *at = (uint8_t *)der;
	const uint8_t *end = der + size;
	size_t inner;
	for (int level = 0; level < 2; level++)
		if (mbedtls_asn1_get_tag(&at, end, &inner, sequence) != 0)
			return NULL;
	for (size_t i = 0; i < COUNT(before); i++) {
		if (i == 0 && at < end && *at != before[0]) /* only the first version leaves it out */
			continue;
		if (mbedtls_asn1_get_tag(&at, end, &inner, before[i]) != 0)
			return NULL;
		at += inner;
	}
	const uint8_t *subject = at;
	if (mbedtls_asn1_get_tag(&at, end, &inner, sequence) != 0)
		return NULL;
	*length = (size_t)(at - subject) + inner;
	return subject;
}

struct issuer_search {
	const mbedtls_x509_buf *name;
	mbedtls_x509_crt *found;
};

static int visit_issuer(void *context, const uint8_t *der, size_t size)
{
	struct issuer_search *search = context;
	size_t length = 0;
	const uint8_t *subject = find_subject(der, size, &length);
	if (!subject || length != search->name->len || memcmp(subject, search->name->p, length) != 0)
		return 0;
	if (!search->found) {
		search->found = calloc(1, sizeof(*search->found));
		if (!search->found)
			return MBEDTLS_ERR_X509_ALLOC_FAILED;
		mbedtls_x509_crt_init(search->found);
	}
	int result = mbedtls_x509_crt_parse_der(search->found, der, size);
	return result == MBEDTLS_ERR_X509_ALLOC_FAILED ? result : 0;
}

int trust_find_issuers(void *context, const mbedtls_x509_crt *child, mbedtls_x509_crt **found)
{
	struct issuer_search search = { &child->issuer_raw, NULL };
	int result = visit_files(context, visit_issuer, &search);
	*found = search.found;
	return result;
}

static int visit_same(void *context, const uint8_t *der, size_t size)
{
	const mbedtls_x509_crt *wanted = context;
	return size == wanted->raw.len && memcmp(der, wanted->raw.p, size) == 0;
}

int trust_has(struct trust *trust, const mbedtls_x509_crt *certificate)
{
	return visit_files(trust, visit_same, (void *)certificate) == 1;
}

/* polywan:tls: the client's side of a TLS connection, between bytes that came and bytes that are to go. Results are those of
 * mbedTLS: negative numbers are its errors (ssl.h, x509.h and others of its include/). */
#define MBEDTLS_ALLOW_PRIVATE_ACCESS
#include <mbedtls/pk.h>
#include <mbedtls/psa_util.h>
#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "runtime.h"
#include "tls.h"

enum { OPTION_INSECURE = 1, OPTION_EARLY_CLOCK = 2 };

struct queue {
	uint8_t *data;
	size_t at, used, room;
};

struct session {
	mbedtls_ssl_config config;
	mbedtls_ssl_context ssl;
	mbedtls_x509_crt own;
	mbedtls_pk_context key;
	struct trust trust;
	char **protocols; /* malloc'd, NULL-terminated */
	struct queue in, out;
	uint8_t *peer; /* its certificate */
	size_t peer_size;
	int32_t options;
	int ended; /* the error after which nothing more is done */
};

static JSClassID session_class;

/* Before the kernel's generator has its seed nothing is given, rather than the program held up. */
psa_status_t mbedtls_psa_external_get_random(mbedtls_psa_external_random_context_t *context, uint8_t *output,
	size_t size, size_t *given)
{
	(void)context;
	*given = 0;
	while (*given < size) {
		ssize_t got = getrandom(output + *given, size - *given, GRND_NONBLOCK);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return PSA_ERROR_INSUFFICIENT_ENTROPY;
		*given += (size_t)got;
	}
	return PSA_SUCCESS;
}

static int queue_add(struct queue *queue, const void *data, size_t size)
{
	if (queue->at > 0 && queue->at == queue->used)
		queue->at = queue->used = 0;
	if (size > queue->room - queue->used) {
		size_t room = queue->used + size + 1024;
		uint8_t *larger = realloc(queue->data, room);
		if (!larger)
			return MBEDTLS_ERR_SSL_ALLOC_FAILED;
		queue->data = larger;
		queue->room = room;
	}
	if (size > 0)
		memcpy(queue->data + queue->used, data, size);
	queue->used += size;
	return 0;
}

static void queue_clear(struct queue *queue)
{
	free(queue->data);
	memset(queue, 0, sizeof(*queue));
}

static int send_record(void *context, const unsigned char *data, size_t size)
{
	struct session *session = context;
	int result = queue_add(&session->out, data, size);
	return result < 0 ? result : (int)size;
}

static int receive_record(void *context, unsigned char *into, size_t size)
{
	struct session *session = context;
	struct queue *in = &session->in;
	size_t count = in->used - in->at < size ? in->used - in->at : size;
	if (count == 0) {
		queue_clear(in);
		return MBEDTLS_ERR_SSL_WANT_READ;
	}
	memcpy(into, in->data + in->at, count);
	in->at += count;
	return (int)count;
}

/* Called for each certificate of the chain, the server's own (depth 0) last. */
static int check_certificate(void *context, mbedtls_x509_crt *certificate, int depth, uint32_t *flags)
{
	struct session *session = context;
	if (session->options & OPTION_EARLY_CLOCK)
		*flags &= ~(uint32_t)MBEDTLS_X509_BADCERT_FUTURE;
	if (depth > 0)
		return 0;
	if ((*flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED) && trust_has(&session->trust, certificate))
		*flags &= ~(uint32_t)MBEDTLS_X509_BADCERT_NOT_TRUSTED;
	free(session->peer);
	session->peer = malloc(certificate->raw.len);
	session->peer_size = session->peer ? certificate->raw.len : 0;
	if (session->peer)
		memcpy(session->peer, certificate->raw.p, certificate->raw.len);
	return 0;
}

static void close_session(struct session *session)
{
	mbedtls_ssl_free(&session->ssl);
	mbedtls_ssl_config_free(&session->config);
	mbedtls_x509_crt_free(&session->own);
	mbedtls_pk_free(&session->key);
	trust_free(&session->trust);
	for (char **protocol = session->protocols; protocol && *protocol; protocol++)
		free(*protocol);
	free(session->protocols);
	session->protocols = NULL;
	queue_clear(&session->in);
	queue_clear(&session->out);
	free(session->peer);
	session->peer = NULL;
	session->peer_size = 0;
	session->ended = MBEDTLS_ERR_SSL_CONN_EOF;
}

static void free_session(JSRuntime *runtime, JSValue value)
{
	(void)runtime;
	struct session *session = JS_GetOpaque(value, session_class);
	if (session)
		close_session(session);
	free(session);
}

static const JSClassDef session_definition = { "TlsSession", .finalizer = free_session };

/* mbedTLS takes text only with the NUL behind it. */
static int parse_own(struct session *session, const struct bytes *certificate, const struct bytes *key)
{
	uint8_t *text = calloc(1, (certificate->size > key->size ? certificate->size : key->size) + 1);
	if (!text)
		return MBEDTLS_ERR_X509_ALLOC_FAILED;
	if (certificate->size > 0)
		memcpy(text, certificate->data, certificate->size);
	int result = mbedtls_x509_crt_parse(&session->own, text, certificate->size + 1);
	if (result == 0) {
		if (key->size > 0)
			memcpy(text, key->data, key->size);
		text[key->size] = 0;
		result = mbedtls_pk_parse_key(&session->key, text, key->size + 1, NULL, 0, mbedtls_psa_get_random, NULL);
		mbedtls_platform_zeroize(text, key->size);
	}
	free(text);
	if (result == 0)
		result = mbedtls_pk_check_pair(&session->own.pk, &session->key, mbedtls_psa_get_random, NULL);
	return result != 0 ? result : mbedtls_ssl_conf_own_cert(&session->config, &session->own, &session->key);
}

static int configure(struct session *session, const char *name)
{
	mbedtls_ssl_config *config = &session->config;
	int result = mbedtls_ssl_config_defaults(config, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM,
		MBEDTLS_SSL_PRESET_DEFAULT);
	if (result != 0)
		return result;
	mbedtls_ssl_conf_rng(config, mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE);
	mbedtls_ssl_conf_authmode(config,
		session->options & OPTION_INSECURE ? MBEDTLS_SSL_VERIFY_OPTIONAL : MBEDTLS_SSL_VERIFY_REQUIRED);
	mbedtls_ssl_conf_ca_cb(config, trust_find_issuers, &session->trust);
	mbedtls_ssl_conf_verify(config, check_certificate, session);
	if (session->protocols[0])
		result = mbedtls_ssl_conf_alpn_protocols(config, (const char **)session->protocols);
	if (result == 0)
		result = mbedtls_ssl_setup(&session->ssl, config);
	if (result == 0)
		result = mbedtls_ssl_set_hostname(&session->ssl, name);
	mbedtls_ssl_set_bio(&session->ssl, session, send_record, receive_record, NULL);
	return result;
}

/* malloc'd strings: they live longer than those of JavaScript. */
static char **copy_strings(JSContext *ctx, JSValueConst array)
{
	char **strings = value_strings(ctx, array);
	int count = 0;
	while (strings && strings[count])
		count++;
	char **copies = strings ? calloc((size_t)count + 1, sizeof(*copies)) : NULL;
	for (int i = 0; copies && i < count; i++)
		copies[i] = strdup(strings[i]);
	if (strings)
		value_free_strings(ctx, strings);
	return copies;
}

static struct session *new_session(JSContext *ctx, JSValueConst trust, JSValueConst protocols)
{
	struct session *session = calloc(1, sizeof(*session));
	if (!session)
		return NULL;
	mbedtls_ssl_config_init(&session->config);
	mbedtls_ssl_init(&session->ssl);
	mbedtls_x509_crt_init(&session->own);
	mbedtls_pk_init(&session->key);
	session->trust.paths = copy_strings(ctx, trust);
	session->protocols = copy_strings(ctx, protocols);
	if (session->trust.paths && session->protocols)
		return session;
	close_session(session);
	free(session);
	return NULL;
}

/* open(name, trust, protocols, options, certificate, key): the session, or an error */
static JSValue js_open(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	struct bytes certificate = { 0 }, key = { 0 };
	int32_t options;
	int has_own = value_is_given(argv[4]);
	if (JS_ToInt32(ctx, &options, argv[3]))
		return JS_EXCEPTION;
	const char *name = JS_ToCString(ctx, argv[0]);
	if (!name)
		return JS_EXCEPTION;
	struct session *session = new_session(ctx, argv[1], argv[2]);
	if (!session || (has_own && (value_bytes(ctx, argv[4], &certificate) < 0 || value_bytes(ctx, argv[5], &key) < 0))) {
		JS_FreeCString(ctx, name);
		if (session)
			close_session(session);
		free(session);
		return JS_HasException(ctx) ? JS_EXCEPTION : JS_ThrowOutOfMemory(ctx);
	}
	session->options = options;
	int result = psa_crypto_init() == PSA_SUCCESS ? 0 : MBEDTLS_ERR_SSL_INTERNAL_ERROR;
	if (result == 0 && has_own)
		result = parse_own(session, &certificate, &key);
	if (result == 0)
		result = configure(session, name);
	JS_FreeCString(ctx, name);
	JSValue value = result == 0 ? JS_NewObjectClass(ctx, (int)session_class) : JS_NewInt32(ctx, result);
	if (result != 0 || JS_IsException(value)) {
		close_session(session);
		free(session);
		return value;
	}
	JS_SetOpaque(value, session);
	return value;
}

static int finish(struct session *session, int result)
{
	if (result >= 0)
		return result;
	if (result == MBEDTLS_ERR_SSL_WANT_READ || result == MBEDTLS_ERR_SSL_WANT_WRITE)
		return 0;
	return session->ended = result;
}

/* handshake(session): 1 when it is done, 0 when more is to come. */
static JSValue js_handshake(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	struct session *session = JS_GetOpaque2(ctx, argv[0], session_class);
	if (!session)
		return JS_EXCEPTION;
	if (session->ended)
		return JS_NewInt32(ctx, session->ended);
	int result = mbedtls_ssl_handshake(&session->ssl);
	if (result != 0)
		return JS_NewInt32(ctx, finish(session, result));
	/* Nothing asks for the chain again. */
	mbedtls_x509_crt_free(session->ssl.session->peer_cert);
	free(session->ssl.session->peer_cert);
	session->ssl.session->peer_cert = NULL;
	return JS_NewInt32(ctx, 1);
}

/* put(session, received) */
static JSValue js_put(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	struct session *session = JS_GetOpaque2(ctx, argv[0], session_class);
	struct bytes bytes;
	if (!session || value_bytes(ctx, argv[1], &bytes) < 0)
		return JS_EXCEPTION;
	return JS_NewInt32(ctx, session->ended ? session->ended : queue_add(&session->in, bytes.data, bytes.size));
}

/* take(session): what is to go, or null; also after an error, of which the other side is told. */
static JSValue js_take(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	struct session *session = JS_GetOpaque2(ctx, argv[0], session_class);
	if (!session)
		return JS_EXCEPTION;
	if (session->out.used == 0)
		return JS_NULL;
	JSValue value = value_new_bytes(ctx, session->out.data, session->out.used);
	queue_clear(&session->out);
	return value;
}

/* read(session, into): bytes, 0 when more has to come first. */
static JSValue js_read(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	struct session *session = JS_GetOpaque2(ctx, argv[0], session_class);
	struct bytes into;
	if (!session || value_bytes(ctx, argv[1], &into) < 0)
		return JS_EXCEPTION;
	if (session->ended)
		return JS_NewInt32(ctx, session->ended);
	if (session->ssl.state != MBEDTLS_SSL_HANDSHAKE_OVER || into.size == 0)
		return JS_NewInt32(ctx, 0);
	int result = mbedtls_ssl_read(&session->ssl, into.data, into.size);
	return JS_NewInt32(ctx, finish(session, result == 0 ? MBEDTLS_ERR_SSL_CONN_EOF : result));
}

/* write(session, data): how many bytes were taken */
static JSValue js_write(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	struct session *session = JS_GetOpaque2(ctx, argv[0], session_class);
	struct bytes data;
	if (!session || value_bytes(ctx, argv[1], &data) < 0)
		return JS_EXCEPTION;
	if (session->ended)
		return JS_NewInt32(ctx, session->ended);
	if (session->ssl.state != MBEDTLS_SSL_HANDSHAKE_OVER || data.size == 0)
		return JS_NewInt32(ctx, 0);
	return JS_NewInt32(ctx, finish(session, mbedtls_ssl_write(&session->ssl, data.data, data.size)));
}

/* end(session): tells the other side that nothing more is to come */
static JSValue js_end(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	struct session *session = JS_GetOpaque2(ctx, argv[0], session_class);
	if (!session)
		return JS_EXCEPTION;
	if (!session->ended && session->ssl.state == MBEDTLS_SSL_HANDSHAKE_OVER)
		mbedtls_ssl_close_notify(&session->ssl);
	return JS_UNDEFINED;
}

/* close(session): gives its memory back */
static JSValue js_close(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	struct session *session = JS_GetOpaque2(ctx, argv[0], session_class);
	if (!session)
		return JS_EXCEPTION;
	close_session(session);
	return JS_UNDEFINED;
}

static void set_number(JSContext *ctx, JSValue object, const char *name, double number)
{
	JS_DefinePropertyValueStr(ctx, object, name, JS_NewFloat64(ctx, number), JS_PROP_C_W_E);
}

static void set_text(JSContext *ctx, JSValue object, const char *name, const char *text)
{
	JS_DefinePropertyValueStr(ctx, object, name, text ? JS_NewString(ctx, text) : JS_NULL, JS_PROP_C_W_E);
}

/* state(session): {verified, alert, authorities, version, protocol} */
static JSValue js_state(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	struct session *session = JS_GetOpaque2(ctx, argv[0], session_class);
	if (!session)
		return JS_EXCEPTION;
	JSValue state = JS_NewObject(ctx);
	mbedtls_ssl_context *ssl = &session->ssl;
	int is_open = ssl->conf != NULL;
	int has_alert = is_open && session->ended == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE && ssl->in_msg;
	set_number(ctx, state, "verified", is_open ? mbedtls_ssl_get_verify_result(ssl) : 0);
	set_number(ctx, state, "alert", has_alert ? ssl->in_msg[1] : -1);
	set_number(ctx, state, "authorities", session->trust.certificates);
	set_number(ctx, state, "version", is_open ? (double)mbedtls_ssl_get_version_number(ssl) : 0);
	set_text(ctx, state, "protocol", is_open ? mbedtls_ssl_get_alpn_protocol(ssl) : NULL);
	return state;
}

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
	set_text(ctx, object, name, length < 0 ? "" : text);
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

/* certificate(session): the server's, {subject, issuer, names, validFromMs, validToMs}; null: none was shown. */
static JSValue js_certificate(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	struct session *session = JS_GetOpaque2(ctx, argv[0], session_class);
	if (!session)
		return JS_EXCEPTION;
	mbedtls_x509_crt certificate;
	mbedtls_x509_crt_init(&certificate);
	JSValue value = JS_NULL;
	if (session->peer && mbedtls_x509_crt_parse_der_nocopy(&certificate, session->peer, session->peer_size) == 0) {
		value = JS_NewObject(ctx);
		set_name(ctx, value, "subject", &certificate.subject);
		set_name(ctx, value, "issuer", &certificate.issuer);
		JS_DefinePropertyValueStr(ctx, value, "names", list_names(ctx, &certificate), JS_PROP_C_W_E);
		set_number(ctx, value, "validFromMs", time_ms(&certificate.valid_from));
		set_number(ctx, value, "validToMs", time_ms(&certificate.valid_to));
	}
	mbedtls_x509_crt_free(&certificate);
	return value;
}

static int init(JSContext *ctx, JSModuleDef *module)
{
	(void)module;
	JS_NewClassID(&session_class);
	return JS_NewClass(JS_GetRuntime(ctx), session_class, &session_definition);
}

static const JSCFunctionListEntry entries[] = {
	JS_CFUNC_DEF("open", 6, js_open),
	JS_CFUNC_DEF("handshake", 1, js_handshake),
	JS_CFUNC_DEF("put", 2, js_put),
	JS_CFUNC_DEF("take", 1, js_take),
	JS_CFUNC_DEF("read", 2, js_read),
	JS_CFUNC_DEF("write", 2, js_write),
	JS_CFUNC_DEF("end", 1, js_end),
	JS_CFUNC_DEF("close", 1, js_close),
	JS_CFUNC_DEF("state", 1, js_state),
	JS_CFUNC_DEF("certificate", 1, js_certificate),
};

const struct native_module mod_tls = { "polywan:tls", entries, COUNT(entries), init };

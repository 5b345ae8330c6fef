/* polywan:tls: the client's side of a TLS connection, between bytes that came and bytes that are to go. Results are those of
 * mbedTLS: negative numbers are its errors (ssl.h, x509.h and others of its include/). */
#define MBEDTLS_ALLOW_PRIVATE_ACCESS
#include <mbedtls/psa_util.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "runtime.h"
#include "tls.h"

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

static void free_session(JSRuntime *runtime, JSValue value)
{
	(void)runtime;
	struct session *session = JS_GetOpaque(value, session_class);
	if (session)
		session_close(session);
	free(session);
}

static const JSClassDef session_definition = { "TlsSession", .finalizer = free_session };

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

static struct session *new_session(JSContext *ctx, JSValueConst trust, JSValueConst protocols, int options)
{
	char **paths = copy_strings(ctx, trust), **names = copy_strings(ctx, protocols);
	struct session *session = paths && names ? session_new(paths, names, options) : NULL;
	if (!session) {
		free_strings(paths);
		free_strings(names);
	}
	return session;
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
	struct session *session = new_session(ctx, argv[1], argv[2], options);
	if (!session || (has_own && (value_bytes(ctx, argv[4], &certificate) < 0 || value_bytes(ctx, argv[5], &key) < 0))) {
		JS_FreeCString(ctx, name);
		if (session)
			session_close(session);
		free(session);
		return JS_HasException(ctx) ? JS_EXCEPTION : JS_ThrowOutOfMemory(ctx);
	}
	int result = psa_crypto_init() == PSA_SUCCESS ? 0 : MBEDTLS_ERR_SSL_INTERNAL_ERROR;
	if (result == 0 && has_own)
		result = session_parse_own(session, &certificate, &key);
	if (result == 0)
		result = session_configure(session, name);
	JS_FreeCString(ctx, name);
	JSValue value = result == 0 ? JS_NewObjectClass(ctx, (int)session_class) : JS_NewInt32(ctx, result);
	if (result != 0 || JS_IsException(value)) {
		session_close(session);
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
	session_close(session);
	return JS_UNDEFINED;
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
	value_set(ctx, state, "verified", JS_NewFloat64(ctx, is_open ? mbedtls_ssl_get_verify_result(ssl) : 0));
	value_set(ctx, state, "alert", JS_NewFloat64(ctx, has_alert ? ssl->in_msg[1] : -1));
	value_set(ctx, state, "authorities", JS_NewFloat64(ctx, session->trust.certificates));
	value_set(ctx, state, "version", JS_NewFloat64(ctx, is_open ? (double)mbedtls_ssl_get_version_number(ssl) : 0));
	const char *protocol = is_open ? mbedtls_ssl_get_alpn_protocol(ssl) : NULL;
	value_set(ctx, state, "protocol", protocol ? JS_NewString(ctx, protocol) : JS_NULL);
	return state;
}

/* certificate(session): the server's, {subject, issuer, names, validFromMs, validToMs}; null: none was shown. */
static JSValue js_certificate(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
	(void)self, (void)argc;
	struct session *session = JS_GetOpaque2(ctx, argv[0], session_class);
	if (!session)
		return JS_EXCEPTION;
	return certificate_describe(ctx, session->peer, session->peer_size);
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

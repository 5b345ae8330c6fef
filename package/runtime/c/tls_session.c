/* A session of mbedTLS between two queues of bytes. Results are those of mbedTLS. */
#define MBEDTLS_ALLOW_PRIVATE_ACCESS
#include <mbedtls/psa_util.h>
#include <stdlib.h>
#include <string.h>

#include "runtime.h"
#include "tls.h"

int queue_add(struct queue *queue, const void *data, size_t size)
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

void queue_clear(struct queue *queue)
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

void free_strings(char **strings)
{
	for (char **string = strings; string && *string; string++)
		free(*string);
	free(strings);
}

struct session *session_new(char **trust_paths, char **protocols, int options)
{
	struct session *session = calloc(1, sizeof(*session));
	if (!session)
		return NULL;
	mbedtls_ssl_config_init(&session->config);
	mbedtls_ssl_init(&session->ssl);
	mbedtls_x509_crt_init(&session->own);
	mbedtls_pk_init(&session->key);
	session->trust.paths = trust_paths;
	session->protocols = protocols;
	session->options = options;
	return session;
}

/* mbedTLS takes text only with the NUL behind it. */
int session_parse_own(struct session *session, const struct bytes *certificate, const struct bytes *key)
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

int session_configure(struct session *session, const char *name)
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

void session_close(struct session *session)
{
	mbedtls_ssl_free(&session->ssl);
	mbedtls_ssl_config_free(&session->config);
	mbedtls_x509_crt_free(&session->own);
	mbedtls_pk_free(&session->key);
	free_strings(session->trust.paths);
	session->trust.paths = NULL;
	free_strings(session->protocols);
	session->protocols = NULL;
	queue_clear(&session->in);
	queue_clear(&session->out);
	free(session->peer);
	session->peer = NULL;
	session->peer_size = 0;
	session->ended = MBEDTLS_ERR_SSL_CONN_EOF;
}

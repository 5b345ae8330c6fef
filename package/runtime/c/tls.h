/* What the files of polywan:tls share. */
#ifndef POLYWAN_TLS_H
#define POLYWAN_TLS_H

#include <mbedtls/pk.h>
#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>

#include "runtime.h"

/* The files with the certificates of authorities; nothing of them is kept. */
struct trust {
	char **paths; /* malloc'd, NULL-terminated */
	int certificates; /* how many were seen when they were read last */
};

/* tls_trust.c */
/* Those whose name is the child's issuer, for mbedtls_ssl_conf_ca_cb. */
int trust_find_issuers(void *trust, const mbedtls_x509_crt *child, mbedtls_x509_crt **found);
/* Whether that very certificate is among them: one that a server made for itself. */
int trust_has(struct trust *trust, const mbedtls_x509_crt *certificate);

/* What `open` may let pass: any certificate; one whose time has not come by a clock that may not be set yet. */
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

/* tls_session.c: results are 0 or an error of mbedTLS (ssl.h, x509.h and others of its include/). */
void free_strings(char **strings); /* malloc'd with their list, which NULL ends; may be NULL */
int queue_add(struct queue *queue, const void *data, size_t size);
void queue_clear(struct queue *queue);
/* Both lists of strings, malloc'd with their members, are the session's from then on; NULL: out of memory, and they are not. */
struct session *session_new(char **trust_paths, char **protocols, int options);
/* The certificate it shows, and its key: text of RFC 7468 or DER. */
int session_parse_own(struct session *session, const struct bytes *certificate, const struct bytes *key);
/* Ready for the handshake with the server of that name. */
int session_configure(struct session *session, const char *name);
/* Gives back all but the struct itself; may be called again. */
void session_close(struct session *session);

/* tls_certificate.c: {subject, issuer, names, validFromMs, validToMs}; null: there is none, or none that can be read */
JSValue certificate_describe(JSContext *ctx, const uint8_t *der, size_t size);

#endif

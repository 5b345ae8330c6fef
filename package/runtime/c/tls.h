/* What the files of polywan:tls share. */
#ifndef POLYWAN_TLS_H
#define POLYWAN_TLS_H

#include <mbedtls/x509_crt.h>

/* The files with the certificates of authorities; nothing of them is kept. */
struct trust {
	char **paths; /* malloc'd, NULL-terminated */
	int certificates; /* how many were seen when they were read last */
};

/* Those whose name is the child's issuer, for mbedtls_ssl_conf_ca_cb. */
int trust_find_issuers(void *trust, const mbedtls_x509_crt *child, mbedtls_x509_crt **found);
/* Whether that very certificate is among them: one that a server made for itself. */
int trust_has(struct trust *trust, const mbedtls_x509_crt *certificate);
void trust_free(struct trust *trust);

#endif

/* mbedTLS: certificates and the protocol (see primitives.c). */
#include <mps_reader.c>
#include <ssl_ciphersuites.c>
#include <ssl_misc.h>
#include <arpa/inet.h>
/* An address is no server name (RFC 6066, 3), though mbedTLS would send it as one. */
static const char *name_to_send(const mbedtls_ssl_context *ssl)
{
	unsigned char address[16];
	const char *name = mbedtls_ssl_get_hostname_pointer(ssl);
	int is_address = name && (inet_pton(AF_INET, name, address) == 1 || inet_pton(AF_INET6, name, address) == 1);
	return is_address ? NULL : name;
}
#define mbedtls_ssl_get_hostname_pointer name_to_send
#include <ssl_client.c>
#undef mbedtls_ssl_get_hostname_pointer
#define local_err_translation local_err_translation_of_messages
#include <ssl_msg.c>
#undef local_err_translation
#define local_err_translation local_err_translation_of_tls
#include <ssl_tls.c>
#undef local_err_translation
#define local_err_translation local_err_translation_of_tls12
#include <ssl_tls12_client.c>
#undef local_err_translation
#define local_err_translation local_err_translation_of_tls13
#include <ssl_tls13_client.c>
#undef local_err_translation
#define local_err_translation local_err_translation_of_tls13_generic
#include <ssl_tls13_generic.c>
#undef local_err_translation
#define local_err_translation local_err_translation_of_tls13_keys
#include <ssl_tls13_keys.c>
#include <x509.c>
#include <x509_crt.c>

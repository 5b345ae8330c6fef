/* mbedTLS in three translation units, each of which brings many small files of it (compiling each alone takes ten times as long):
 * here hashes, ciphers and numbers. Where two files of a unit call something of their own by one name, one of them is renamed. */
#include <aes.c>
#include <asn1parse.c>
#include <asn1write.c>
#include <base64.c>
#include <bignum.c>
#include <bignum_core.c>
#include <block_cipher.c>
#include <chacha20.c>
#include <chachapoly.c>
#include <constant_time.c>
#include <ecdh.c>
#include <ecdsa.c>
#include <ecp.c>
#include <ecp_curves.c>
#include <gcm.c>
#include <oid.c>
#include <platform.c>
#include <platform_util.c>
#include <poly1305.c>
#include <rsa.c>
#include <rsa_alt_helpers.c>
#define K round_constants_of_sha256
#include <sha256.c>
#undef K
#undef SHR
#undef ROTR
#undef S0
#undef S1
#undef S2
#undef S3
#undef F0
#undef F1
#undef R
#undef P
#include <sha512.c>

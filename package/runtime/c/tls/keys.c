/* mbedTLS: keys and what is done with them (see primitives.c). */
#include <md.c>
#include <pem.c>
#include <pk.c>
#include <pk_ecc.c>
#include <pk_wrap.c>
#include <pkparse.c>
#include <psa_crypto.c>
#define psa_aead_setup psa_aead_setup_builtin
#include <psa_crypto_aead.c>
#include <psa_crypto_cipher.c>
#include <psa_crypto_client.c>
#include <psa_crypto_driver_wrappers_no_static.c>
#include <psa_crypto_ecp.c>
#include <psa_crypto_hash.c>
#define psa_mac_setup psa_mac_setup_builtin
#include <psa_crypto_mac.c>
#include <psa_crypto_rsa.c>
#define psa_global_data_t psa_slot_data_t
#define global_data slot_data
#include <psa_crypto_slot_management.c>
#include <psa_util.c>

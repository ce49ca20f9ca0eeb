/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_CRYPT_H
#define FLOW_CRYPT_H
/*
 * Hashes and ciphers for reading handshakes. crypt.c is the only file that knows libgcrypt. One for
 * each worker: its handles are made once, so that nothing is allocated per packet.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CRYPT_SHA256_BYTES 32
#define CRYPT_MD5_BYTES 16
#define CRYPT_AES128_BYTES 16 /* a key and a block */
#define CRYPT_NONCE_BYTES 12
#define CRYPT_TAG_BYTES 16

struct crypt;

/* Returns 0, -ENOMEM, or -ELIBACC when the library cannot be used. On the main thread, one after
 * the other: the first call starts the library. */
int crypt_new(struct crypt **ret_crypt);
/* Accepts NULL. */
void crypt_free(struct crypt *crypt);

void crypt_sha256(struct crypt *crypt, const void *bytes, size_t count,
	uint8_t ret_digest[CRYPT_SHA256_BYTES]);

/* False where MD5 is not allowed: in the library's FIPS mode. */
bool crypt_md5(
	struct crypt *crypt, const void *bytes, size_t count, uint8_t ret_digest[CRYPT_MD5_BYTES]);

void crypt_hmac_sha256(struct crypt *crypt, const uint8_t *key, size_t key_bytes,
	const uint8_t *bytes, size_t count, uint8_t ret_digest[CRYPT_SHA256_BYTES]);

/* Encrypts one block of AES-128. */
void crypt_aes128(struct crypt *crypt, const uint8_t key[CRYPT_AES128_BYTES],
	const uint8_t block[CRYPT_AES128_BYTES], uint8_t ret_block[CRYPT_AES128_BYTES]);

/* What AES-128-GCM needs besides the text. */
struct crypt_seal {
	const uint8_t *key;   /* CRYPT_AES128_BYTES */
	const uint8_t *nonce; /* CRYPT_NONCE_BYTES */
	const uint8_t *header;
	size_t header_bytes; /* authenticated, not encrypted */
};

/* Decrypts `count` bytes, the last CRYPT_TAG_BYTES of which are the tag, into count -
 * CRYPT_TAG_BYTES bytes of *ret_text. False when the tag does not fit; then ret_text holds nothing
 * of use. */
bool crypt_aes128_gcm_open(struct crypt *crypt, const struct crypt_seal *seal, const uint8_t *bytes,
	size_t count, uint8_t *ret_text);

#endif

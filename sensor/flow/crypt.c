/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/crypt.h"

#include <errno.h>
#include <gcrypt.h>
#include <stdlib.h>
#include <string.h>

struct crypt {
	gcry_md_hd_t sha256, md5, hmac;
	gcry_cipher_hd_t ecb, gcm;
};

/* nDPI may have started the library already; it must happen once, before threads. */
static int start_library(void)
{
	if (gcry_control(GCRYCTL_INITIALIZATION_FINISHED_P))
		return 0;
	if (!gcry_check_version(GCRYPT_VERSION))
		return -ELIBACC;
	/* What is decrypted here was encrypted with keys that anybody can compute. */
	gcry_control(GCRYCTL_DISABLE_SECMEM, 0);
	gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
	return 0;
}

static int open_handles(struct crypt *crypt)
{
	if (gcry_md_open(&crypt->sha256, GCRY_MD_SHA256, 0) != 0 ||
		gcry_md_open(&crypt->hmac, GCRY_MD_SHA256, GCRY_MD_FLAG_HMAC) != 0 ||
		gcry_cipher_open(&crypt->ecb, GCRY_CIPHER_AES128, GCRY_CIPHER_MODE_ECB, 0) != 0 ||
		gcry_cipher_open(&crypt->gcm, GCRY_CIPHER_AES128, GCRY_CIPHER_MODE_GCM, 0) != 0)
		return -ELIBACC;
	if (gcry_md_open(&crypt->md5, GCRY_MD_MD5, 0) != 0)
		crypt->md5 = NULL;
	return 0;
}

int crypt_new(struct crypt **ret_crypt)
{
	int error = start_library();
	if (error < 0)
		return error;
	struct crypt *crypt = calloc(1, sizeof *crypt);
	if (!crypt)
		return -ENOMEM;
	error = open_handles(crypt);
	if (error < 0) {
		crypt_free(crypt);
		return error;
	}
	*ret_crypt = crypt;
	return 0;
}

void crypt_free(struct crypt *crypt)
{
	if (!crypt)
		return;
	gcry_cipher_close(crypt->gcm);
	gcry_cipher_close(crypt->ecb);
	gcry_md_close(crypt->hmac);
	gcry_md_close(crypt->md5);
	gcry_md_close(crypt->sha256);
	free(crypt);
}

static void digest(gcry_md_hd_t handle, int algorithm, const void *bytes, size_t count,
	uint8_t *ret_digest, size_t digest_bytes)
{
	gcry_md_write(handle, bytes, count);
	memcpy(ret_digest, gcry_md_read(handle, algorithm), digest_bytes);
	gcry_md_reset(handle);
}

void crypt_sha256(struct crypt *crypt, const void *bytes, size_t count,
	uint8_t ret_digest[CRYPT_SHA256_BYTES])
{
	digest(crypt->sha256, GCRY_MD_SHA256, bytes, count, ret_digest, CRYPT_SHA256_BYTES);
}

bool crypt_md5(
	struct crypt *crypt, const void *bytes, size_t count, uint8_t ret_digest[CRYPT_MD5_BYTES])
{
	if (!crypt->md5)
		return false;
	digest(crypt->md5, GCRY_MD_MD5, bytes, count, ret_digest, CRYPT_MD5_BYTES);
	return true;
}

void crypt_hmac_sha256(struct crypt *crypt, const uint8_t *key, size_t key_bytes,
	const uint8_t *bytes, size_t count, uint8_t ret_digest[CRYPT_SHA256_BYTES])
{
	gcry_md_setkey(crypt->hmac, key, key_bytes);
	digest(crypt->hmac, GCRY_MD_SHA256, bytes, count, ret_digest, CRYPT_SHA256_BYTES);
}

void crypt_aes128(struct crypt *crypt, const uint8_t key[CRYPT_AES128_BYTES],
	const uint8_t block[CRYPT_AES128_BYTES], uint8_t ret_block[CRYPT_AES128_BYTES])
{
	gcry_cipher_setkey(crypt->ecb, key, CRYPT_AES128_BYTES);
	gcry_cipher_encrypt(crypt->ecb, ret_block, CRYPT_AES128_BYTES, block, CRYPT_AES128_BYTES);
}

bool crypt_aes128_gcm_open(struct crypt *crypt, const struct crypt_seal *seal, const uint8_t *bytes,
	size_t count, uint8_t *ret_text)
{
	if (count < CRYPT_TAG_BYTES)
		return false;
	size_t text_bytes = count - CRYPT_TAG_BYTES;
	gcry_cipher_setkey(crypt->gcm, seal->key, CRYPT_AES128_BYTES);
	gcry_cipher_setiv(crypt->gcm, seal->nonce, CRYPT_NONCE_BYTES);
	gcry_cipher_authenticate(crypt->gcm, seal->header, seal->header_bytes);
	return gcry_cipher_decrypt(crypt->gcm, ret_text, text_bytes, bytes, text_bytes) == 0 &&
	       gcry_cipher_checktag(crypt->gcm, bytes + text_bytes, CRYPT_TAG_BYTES) == 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Against RFC 9001, appendix A, and RFC 9369, appendix A. */
#include "flow/prelude.h"
#include "flow/quic.h"

#include "tests/unit/client_hello.h"

#include <gcrypt.h>

#define UDP 17
#define DATAGRAM_BYTES 1200u
#define ID "\x83\x94\xc8\xf0\x3e\x51\x57\x08"

/* The ClientHello of RFC 9001, A.2. */
static const char rfc_hello[] =
	"\x01\x00\x00\xed\x03\x03\xeb\xf8\xfa\x56\xf1\x29\x39\xb9\x58\x4a\x38\x96\x47\x2e"
	"\xc4\x0b\xb8\x63\xcf\xd3\xe8\x68\x04\xfe\x3a\x47\xf0\x6a\x2b\x69\x48\x4c\x00\x00"
	"\x04\x13\x01\x13\x02\x01\x00\x00\xc0\x00\x00\x00\x10\x00\x0e\x00\x00\x0b\x65\x78"
	"\x61\x6d\x70\x6c\x65\x2e\x63\x6f\x6d\xff\x01\x00\x01\x00\x00\x0a\x00\x08\x00\x06"
	"\x00\x1d\x00\x17\x00\x18\x00\x10\x00\x07\x00\x05\x04\x61\x6c\x70\x6e\x00\x05\x00"
	"\x05\x01\x00\x00\x00\x00\x00\x33\x00\x26\x00\x24\x00\x1d\x00\x20\x93\x70\xb2\xc9"
	"\xca\xa4\x7f\xba\xba\xf4\x55\x9f\xed\xba\x75\x3d\xe1\x71\xfa\x71\xf5\x0f\x1c\xe1"
	"\x5d\x43\xe9\x94\xec\x74\xd7\x48\x00\x2b\x00\x03\x02\x03\x04\x00\x0d\x00\x10\x00"
	"\x0e\x04\x03\x05\x03\x06\x03\x02\x03\x08\x04\x08\x05\x08\x06\x00\x2d\x00\x02\x01"
	"\x01\x00\x1c\x00\x02\x40\x01\x00\x39\x00\x32\x04\x08\xff\xff\xff\xff\xff\xff\xff"
	"\xff\x05\x04\x80\x00\xff\xff\x07\x04\x80\x00\xff\xff\x08\x01\x10\x01\x04\x80\x00"
	"\x75\x30\x09\x01\x10\x0f\x08\x83\x94\xc8\xf0\x3e\x51\x57\x08\x06\x04\x80\x00\xff"
	"\xff";
#define HELLO_BYTES (sizeof rfc_hello - 1)

static struct crypt *crypt;
static struct preludes *preludes;
static struct prelude prelude;

static int begin(void **state)
{
	(void)state;
	prelude = (struct prelude){0};
	return preludes_new(true, &preludes) < 0 ? -1 : crypt_new(&crypt);
}

static int end(void **state)
{
	(void)state;
	crypt_free(crypt);
	preludes_free(preludes);
	return 0;
}

static void keys_differ_from_the_appendix(void **state)
{
	struct quic_keys keys;

	(void)state;
	assert_true(quic_derive_keys(crypt, 1, (const uint8_t *)ID, 8, &keys));
	assert_memory_equal(
		keys.key, "\x1f\x36\x96\x13\xdd\x76\xd5\x46\x77\x30\xef\xcb\xe3\xb1\xa2\x2d", 16);
	assert_memory_equal(keys.nonce, "\xfa\x04\x4b\x2f\x42\xa3\xfd\x3b\x46\xfb\x25\x5c", 12);
	assert_memory_equal(
		keys.mask, "\x9f\x50\x44\x9e\x04\xa0\xe8\x10\x28\x3a\x1e\x99\x33\xad\xed\xd2", 16);
	assert_true(quic_derive_keys(crypt, 0x6b3343cf, (const uint8_t *)ID, 8, &keys));
	assert_memory_equal(
		keys.key, "\x8b\x1a\x0b\xc1\x21\x28\x42\x90\xa2\x9e\x09\x71\xb5\xcd\x04\x5d", 16);
	assert_memory_equal(keys.nonce, "\x91\xf7\x3e\x23\x51\xd8\xfa\x91\x66\x0e\x90\x9f", 12);
	assert_memory_equal(
		keys.mask, "\x45\xb9\x5e\x15\x23\x5d\x6f\x45\xa6\xb1\x9c\xbc\xb0\x29\x4b\xa9", 16);
	assert_false(quic_derive_keys(crypt, 0xdadadada, (const uint8_t *)ID, 8, &keys));
}

/* What a client does to a datagram of one Initial packet with these frames, padded to 1200 bytes.
 */
static void seal(struct bytes *datagram, uint32_t version, const struct bytes *frames)
{
	uint8_t text[DATAGRAM_BYTES] = {0}, nonce[CRYPT_NONCE_BYTES], mask[CRYPT_AES128_BYTES];
	uint32_t text_bytes = DATAGRAM_BYTES - 22 - CRYPT_TAG_BYTES;
	struct quic_keys keys;
	gcry_cipher_hd_t gcm;

	assert_true(quic_derive_keys(crypt, version, (const uint8_t *)ID, 8, &keys));
	datagram->size = 0;
	put8(datagram, version == 1 ? 0xc3 : 0xd3);
	put32(datagram, version);
	put(datagram, "\x08" ID "\0\0\x44\x9e\0\0\0\2", 17);
	memcpy(text, frames->data, frames->size);
	memcpy(nonce, keys.nonce, sizeof nonce);
	nonce[11] ^= 2;
	assert_int_equal(gcry_cipher_open(&gcm, GCRY_CIPHER_AES128, GCRY_CIPHER_MODE_GCM, 0), 0);
	gcry_cipher_setkey(gcm, keys.key, sizeof keys.key);
	gcry_cipher_setiv(gcm, nonce, sizeof nonce);
	gcry_cipher_authenticate(gcm, datagram->data, 22);
	gcry_cipher_encrypt(gcm, datagram->data + 22, text_bytes, text, text_bytes);
	gcry_cipher_gettag(gcm, datagram->data + 22 + text_bytes, CRYPT_TAG_BYTES);
	gcry_cipher_close(gcm);
	datagram->size = DATAGRAM_BYTES;
	crypt_aes128(crypt, keys.mask, datagram->data + 22, mask);
	datagram->data[0] ^= mask[0] & 0x0f;
	for (unsigned i = 0; i < 4; i++)
		datagram->data[18 + i] ^= mask[1 + i];
}

static void put_crypto(struct bytes *frames, size_t at, size_t count)
{
	put8(frames, 6);
	put16(frames, 0x4000 | (unsigned)at);
	put16(frames, 0x4000 | (unsigned)count);
	put(frames, rfc_hello + at, count);
}

static void show(const struct bytes *datagram, size_t count)
{
	uint8_t *payload = test_malloc(count);
	const struct packet packet = {.transport = UDP,
		.payload = payload,
		.payload_bytes = (uint32_t)count,
		.payload_captured_bytes = (uint32_t)count};

	memcpy(payload, datagram->data, count);
	prelude_add(preludes, &prelude, &packet, true);
	test_free(payload);
}

static void assert_whole(void)
{
	assert_int_equal(prelude.handshake.hello, SURGETAP_HELLO_WHOLE);
	assert_int_equal(prelude.handshake.carrier, HANDSHAKE_QUIC);
	assert_string_equal(prelude.handshake.sni, "example.com");
	assert_string_equal(prelude.handshake.alpn, "alpn");
	assert_memory_equal(prelude.handshake.ja4, "q13d0211an_", 11);
	assert_int_equal(prelude.handshake.datagrams.buffer, 0);
	prelude = (struct prelude){0};
}

/* The frame is written as in A.2, with the shortest numbers. */
static void packet_of_the_appendix_does_not_open(void **state)
{
	struct bytes frames = {.size = 0}, datagram;

	(void)state;
	put(&frames, "\x06\0\x40\xf1", 4);
	put(&frames, rfc_hello, HELLO_BYTES);
	seal(&datagram, 1, &frames);
	assert_memory_equal(datagram.data,
		"\xc0\0\0\0\1\x08" ID "\0\0\x44\x9e\x7b\x9a\xec\x34\xd1\xb1\xc9\x8d\xd7\x68\x9f\xb8"
		"\xec\x11\xd2\x42\xb1\x23\xdc\x9b",
		38);
	show(&datagram, DATAGRAM_BYTES);
	assert_whole();
}

static void version_2_does_not_open(void **state)
{
	struct bytes frames = {.size = 0}, datagram;

	(void)state;
	put_crypto(&frames, 0, HELLO_BYTES);
	seal(&datagram, 0x6b3343cf, &frames);
	show(&datagram, DATAGRAM_BYTES);
	assert_whole();
}

/* Chrome scatters its hello over frames, and over datagrams. */
static void scattered_frames_are_lost(void **state)
{
	struct bytes frames = {.size = 0}, datagram;

	(void)state;
	put_crypto(&frames, 100, 60);
	put(&frames, "\1\0\0\2\5\0\0\0", 8); /* PING, PADDING, ACK */
	put_crypto(&frames, 20, 90);
	seal(&datagram, 1, &frames);
	show(&datagram, DATAGRAM_BYTES);
	assert_int_equal(prelude.handshake.hello, SURGETAP_HELLO_PENDING);
	frames.size = 0;
	put_crypto(&frames, 150, HELLO_BYTES - 150);
	put_crypto(&frames, 0, 25);
	seal(&datagram, 1, &frames);
	show(&datagram, DATAGRAM_BYTES);
	assert_whole();
}

static void forged_or_cut_datagram_opens(void **state)
{
	struct bytes frames = {.size = 0}, datagram;

	(void)state;
	put_crypto(&frames, 0, HELLO_BYTES);
	seal(&datagram, 1, &frames);
	for (size_t count = 1; count < DATAGRAM_BYTES; count++) {
		show(&datagram, count);
		assert_int_equal(prelude.handshake.hello, SURGETAP_HELLO_NONE);
		prelude = (struct prelude){0};
	}
	for (size_t at = 0; at < DATAGRAM_BYTES; at += 7) {
		datagram.data[at] ^= 0x20;
		show(&datagram, DATAGRAM_BYTES);
		assert_int_equal(prelude.handshake.hello, SURGETAP_HELLO_NONE);
		prelude = (struct prelude){0};
		datagram.data[at] ^= 0x20;
	}
}

/* Lengths in frames that lie: nothing is read beyond the text. */
static void frames_beyond_the_text_are_read(void **state)
{
	static const struct {
		const char *bytes;
		size_t count;
	} cases[] = {
		{"\x06\0\x44\xff", 4},
		{"\x06\xff\xff\xff\xff\xff\xff\xff\xff\1", 10},
		{"\2\0\0\xff\xff\xff\xff\xff\xff\xff\xff\0", 12},
		{"\x1c\0\0\0", 4},
	};
	struct bytes frames, datagram;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		frames.size = 0;
		put(&frames, cases[i].bytes, cases[i].count);
		seal(&datagram, 1, &frames);
		show(&datagram, DATAGRAM_BYTES);
		prelude_finish(preludes, &prelude);
		assert_string_equal(prelude.handshake.sni, "");
		prelude_end(preludes, &prelude);
		prelude = (struct prelude){0};
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(keys_differ_from_the_appendix),
		TEST(packet_of_the_appendix_does_not_open),
		TEST(version_2_does_not_open),
		TEST(scattered_frames_are_lost),
		TEST(forged_or_cut_datagram_opens),
		TEST(frames_beyond_the_text_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

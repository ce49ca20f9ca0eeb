/* SPDX-License-Identifier: Apache-2.0 */
#include "recipe.h"

#include <surgetap/bytes.h>

#include <string.h>

#define TCP 6
#define UDP 17
#define MATCH static const struct coin_match
#define TEXT_BYTES_MAX 1024u

static bool has_word(const uint8_t *text, uint32_t count, const char *word)
{
	return memmem(text, count, word, strlen(word)) != NULL;
}

static bool has_any(const uint8_t *text, uint32_t count, const char *const *words)
{
	for (; *words != NULL; words++) {
		if (has_word(text, count, *words))
			return true;
	}
	return false;
}

/* Monero's peers (contrib/epee, levin_base.h): signature, length of what follows, whether an answer
 * is expected, command, return code, flags, version 1. */
static const struct coin_match *inspect_levin(
	struct coin_memory *memory, const struct surgetap_payload *payload)
{
	static const uint8_t signature[] = {0x01, 0x21, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01};
	MATCH levin = {COIN_NODE, 67, "Monero and its kin: levin header"};
	const uint8_t *bytes = payload->data;

	(void)memory;
	return payload->captured_bytes >= 33 && memcmp(bytes, signature, sizeof signature) == 0 &&
			       surgetap_le32(bytes + 12) == 0 && bytes[16] <= 1 &&
			       surgetap_le32(bytes + 29) == 1
		       ? &levin
		       : NULL;
}

/* Lower case letters and digits, then zeros to the end. */
static bool is_command(const uint8_t *command, size_t size)
{
	size_t length = 0;

	while (length < size && ((command[length] >= 'a' && command[length] <= 'z') ||
					(command[length] >= '0' && command[length] <= '9')))
		length++;
	for (size_t i = length; i < size; i++) {
		if (command[i] != 0)
			return false;
	}
	return length >= 2;
}

/* Bitcoin's wire format (its developer reference, "Message Headers"): the network's magic number,
 * a command padded with zeros, length, checksum. A node begins with "version", on any network;
 * joined midway it is told by the magic numbers of the large ones. */
static const struct coin_match *inspect_bitcoin(
	struct coin_memory *memory, const struct surgetap_payload *payload)
{
	static const uint32_t networks[] = {
		0xf9beb4d9, /* Bitcoin */
		0x0b110907, /* its test network */
		0xfabfb5da, /* its networks for trials, and Litecoin's */
		0xfbc0b6db, /* Litecoin */
		0xc0c0c0c0, /* Dogecoin */
		0xbf0c6bbd, /* Dash */
		0x24e92764, /* Zcash */
		0xe3e1f3e8, /* Bitcoin Cash */
	};
	static const char version[12] = "version";
	MATCH hello = {COIN_NODE, 89, "Bitcoin and its kin: version message"};
	MATCH message = {COIN_NODE, 89, "Bitcoin and its kin: message of a known network"};
	const uint8_t *bytes = payload->data;
	uint32_t length;

	(void)memory;
	if (payload->captured_bytes < 24)
		return NULL;
	length = surgetap_le32(bytes + 16);
	if (memcmp(bytes + 4, version, sizeof version) == 0 && length >= 85 && length <= 1024)
		return &hello;
	for (size_t i = 0; i < sizeof networks / sizeof networks[0]; i++) {
		if (surgetap_be32(bytes) == networks[i] && is_command(bytes + 4, sizeof version))
			return &message;
	}
	return NULL;
}

/* Ethereum's discovery (devp2p, discv4.md): hash of 32 bytes, signature of 65, type, and a list in
 * RLP that fills the packet. Both sides must have sent one. */
static const struct coin_match *inspect_discovery(
	struct coin_memory *memory, const struct surgetap_payload *payload)
{
	enum { TYPE_AT = 97, TYPE_LAST = 6, LIST_AT = 98, SHORT_LIST = 0xc0, LONG_LIST = 0xf7 };
	MATCH discovery = {COIN_NODE, 93, "Ethereum and its kin: discovery, both ways"};
	const uint8_t *list;
	uint32_t size;

	if (payload->captured_bytes < LIST_AT + 3 || payload->data[TYPE_AT] < 1 ||
		payload->data[TYPE_AT] > TYPE_LAST)
		return NULL;
	list = payload->data + LIST_AT;
	if (list[0] <= SHORT_LIST)
		return NULL;
	if (list[0] <= LONG_LIST)
		size = 1u + list[0] - SHORT_LIST;
	else if (list[0] == LONG_LIST + 1)
		size = 2u + list[1];
	else if (list[0] == LONG_LIST + 2)
		size = 3u + surgetap_be16(list + 1);
	else
		return NULL;
	if (size != payload->length_bytes - LIST_AT)
		return NULL;
	memory->has_discovery[payload->from_client] = true;
	return memory->has_discovery[!payload->from_client] ? &discovery : NULL;
}

/* Ethereum's peers (devp2p, rlpx.md, and EIP-8): each side begins with the size of its message and
 * an elliptic curve's point, uncompressed. What goes on with zeros is none: a type in four bytes,
 * such as WireGuard's behind a length. */
static const struct coin_match *inspect_rlpx(
	struct coin_memory *memory, const struct surgetap_payload *payload)
{
	enum { SIZE_BYTES = 2, POINT = 4, BYTES_MIN = 200, BYTES_MAX = 2048 };
	MATCH rlpx = {COIN_NODE, 98, "Ethereum and its kin: RLPx, both sides' keys"};
	const uint8_t *bytes = payload->data;
	bool fits = payload->captured_bytes >= SIZE_BYTES + 4 &&
		    payload->length_bytes >= BYTES_MIN && payload->length_bytes <= BYTES_MAX &&
		    surgetap_be16(bytes) + SIZE_BYTES == (int)payload->length_bytes &&
		    bytes[SIZE_BYTES] == POINT && memcmp(bytes + SIZE_BYTES + 1, "\0\0\0", 3) != 0;

	if (payload->index == 0)
		memory->has_begun = payload->from_client && fits;
	return fits && memory->has_begun && !payload->from_client ? &rlpx : NULL;
}

/* Stratum, Bitcoin's and Monero's, and Ethereum's getWork: JSON on a line, or in an HTTP request.
 * The method's name is the proof. */
static const struct coin_match *inspect_stratum(
	struct coin_memory *memory, const struct surgetap_payload *payload)
{
	static const char *const methods[] = {"\"mining.subscribe\"", "\"mining.authorize\"",
		"\"mining.notify\"", "\"mining.submit\"", "\"mining.set_difficulty\"",
		"\"mining.configure\"", "\"mining.extranonce.subscribe\"", "\"eth_submitLogin\"",
		"\"eth_getWork\"", "\"eth_submitWork\"", "\"eth_submitHashrate\"", NULL};
	static const char *const monero[] = {"\"login\"", "\"submit\"", "\"job\"", NULL};
	static const char *const work[] = {"\"agent\"", "\"nonce\"", "\"blob\"", NULL};
	MATCH stratum = {COIN_MINER, 80, "Stratum or getWork: a miner's method"};
	MATCH dialect = {COIN_MINER, 67, "Stratum of Monero's pools: login, job or share"};
	const uint8_t *text = payload->data;
	uint32_t count =
		payload->captured_bytes < TEXT_BYTES_MAX ? payload->captured_bytes : TEXT_BYTES_MAX;

	(void)memory;
	if (count < 16 || (text[0] != '{' && memcmp(text, "POST ", 5) != 0))
		return NULL;
	if (has_any(text, count, methods))
		return &stratum;
	return has_word(text, count, "\"method\"") && has_any(text, count, monero) &&
			       has_any(text, count, work)
		       ? &dialect
		       : NULL;
}

const struct coin_recipe coin_recipes[] = {
	{TCP, inspect_levin},
	{TCP, inspect_bitcoin},
	{TCP, inspect_rlpx},
	{TCP, inspect_stratum},
	{UDP, inspect_discovery},
	{0, NULL},
};

/* SPDX-License-Identifier: Apache-2.0 */
/* Databases: PostgreSQL, MySQL and MariaDB, SQL Server, MongoDB, Cassandra. */
#include "recipe.h"

/* PostgreSQL, "Message Formats" and "SSL Session Encryption". The token is the code of a request,
 * which stands where a StartupMessage has its version. */
#define PG_SSL_REQUEST 80877103u
#define PG_GSSENC_REQUEST 80877104u
#define PG_MAJOR 3u
#define PG_STARTUP_BYTES_MAX 10000u /* MAX_STARTUP_PACKET_LENGTH of its server */
#define PG_ERROR_BYTES_MAX 30000u   /* what libpq believes */

/* Names and values by turns, each ended by NUL, then an empty name. One of the names is "user". */
static bool has_startup_parameters(const uint8_t *text, uint32_t count)
{
	bool has_user = false, is_name = true;

	while (count > 0 && *text != 0) {
		const uint8_t *end = memchr(text, 0, count);

		if (end == NULL)
			return false;
		has_user |= is_name && strcmp((const char *)text, "user") == 0;
		is_name = !is_name;
		count -= (uint32_t)(end + 1 - text);
		text = end + 1;
	}
	return has_user && is_name && count == 1;
}

bool vps_postgresql_opens(uint32_t *token, const struct surgetap_payload *payload)
{
	const uint8_t *bytes = payload->data;
	uint32_t count = payload->captured_bytes;

	if (count < 8 || count != payload->length_bytes || surgetap_be32(bytes) != count)
		return false;
	*token = surgetap_be32(bytes + 4);
	if (*token == PG_SSL_REQUEST || *token == PG_GSSENC_REQUEST)
		return count == 8;
	return *token >> 16 == PG_MAJOR && count <= PG_STARTUP_BYTES_MAX &&
	       has_startup_parameters(bytes + 8, count - 8);
}

/* ErrorResponse: its first field is the severity, in letters. */
static bool is_postgresql_error(const struct surgetap_payload *payload)
{
	const uint8_t *bytes = payload->data;

	return payload->captured_bytes >= 7 && bytes[0] == 'E' && surgetap_be32(bytes + 1) >= 8 &&
	       surgetap_be32(bytes + 1) <= PG_ERROR_BYTES_MAX &&
	       surgetap_be32(bytes + 1) <= payload->length_bytes - 1 && bytes[5] == 'S' &&
	       bytes[6] >= 'A';
}

/* A request is answered by one byte. Startup by Authentication*, whose codes reach 12, or by
 * NegotiateProtocolVersion. */
bool vps_postgresql_answers(uint32_t token, const struct surgetap_payload *payload)
{
	const uint8_t *bytes = payload->data;
	uint32_t length;

	if (is_postgresql_error(payload))
		return true;
	if (token == PG_SSL_REQUEST || token == PG_GSSENC_REQUEST)
		return payload->captured_bytes == 1 && payload->length_bytes == 1 &&
		       (bytes[0] == 'N' || bytes[0] == (token == PG_SSL_REQUEST ? 'S' : 'G'));
	if (payload->captured_bytes < 9)
		return false;
	length = surgetap_be32(bytes + 1);
	if (length > payload->length_bytes - 1)
		return false;
	return (bytes[0] == 'R' && length >= 8 && surgetap_be32(bytes + 5) <= 12) ||
	       (bytes[0] == 'v' && length >= 12 && surgetap_be32(bytes + 5) >> 16 <= PG_MAJOR);
}

/* MySQL Internals, "Protocol::HandshakeV10": length, number 0, version 10, the server's version as
 * text, thread, 8 bytes of challenge, 0. A packet is 3 bytes of length, a number, and so much. */
bool vps_mysql_opens(uint32_t *token, const struct surgetap_payload *payload)
{
	const uint8_t *bytes = payload->data, *end;
	uint32_t count = payload->captured_bytes;

	(void)token;
	if (count < 40 || surgetap_le32(bytes) != payload->length_bytes - 4 || bytes[4] != 10)
		return false;
	if (bytes[5] < '0' || bytes[5] > '9')
		return false;
	end = memchr(bytes + 5, 0, count - 5);
	return end != NULL && end - bytes <= 64 && memchr(bytes + 5, '.', end - bytes - 5) &&
	       end - bytes + 13 < count && end[13] == 0;
}

/* "Protocol::HandshakeResponse41" and "SSLRequest": packet 1, capabilities with CLIENT_PROTOCOL_41
 * (512), most bytes of a packet, character set, 23 bytes of 0, of which MariaDB uses the last
 * four. A request for TLS has its hello behind it. */
bool vps_mysql_answers(uint32_t token, const struct surgetap_payload *payload)
{
	static const uint8_t filler[19] = {0};
	const uint8_t *bytes = payload->data;

	(void)token;
	return payload->captured_bytes >= 36 && bytes[3] == 1 &&
	       (surgetap_le32(bytes) & 0xffffff) >= 32 &&
	       (surgetap_le32(bytes) & 0xffffff) <= payload->length_bytes - 4 &&
	       (bytes[5] & 0x02) != 0 && memcmp(bytes + 13, filler, sizeof filler) == 0;
}

/* MS-TDS, 2.2.3.1 and 2.2.6.5: head of type, status 1 (the end of a message), length, process,
 * number, window; PRELOGIN's options of kind, offset, length, of which the first must be the
 * version, 6 bytes. */
static bool is_prelogin(const struct surgetap_payload *payload, uint8_t type)
{
	const uint8_t *bytes = payload->data;

	return payload->captured_bytes >= 8 + 6 && bytes[0] == type && bytes[1] == 1 &&
	       surgetap_be16(bytes + 2) == payload->length_bytes && bytes[7] == 0 &&
	       bytes[8] == 0 && surgetap_be16(bytes + 11) == 6 &&
	       8u + surgetap_be16(bytes + 9) + 6 <= payload->length_bytes;
}

bool vps_tds_opens(uint32_t *token, const struct surgetap_payload *payload)
{
	(void)token;
	return is_prelogin(payload, 0x12);
}

bool vps_tds_answers(uint32_t token, const struct surgetap_payload *payload)
{
	(void)token;
	return is_prelogin(payload, 0x04);
}

/* MongoDB Wire Protocol: length, number, number of what is answered, operation. The token is the
 * request's number. */
#define MONGO_HEAD 16u
#define MONGO_BYTES_MAX 48000000u /* maxMessageSizeBytes */
#define MONGO_REPLY 1u
#define MONGO_QUERY 2004u
#define MONGO_COMPRESSED 2012u
#define MONGO_MSG 2013u

static bool is_mongodb(const struct surgetap_payload *payload)
{
	uint32_t length;

	if (payload->captured_bytes < MONGO_HEAD + 5)
		return false;
	length = surgetap_le32(payload->data);
	return length >= payload->length_bytes && length <= MONGO_BYTES_MAX &&
	       (length == payload->length_bytes || payload->length_bytes >= 1024);
}

bool vps_mongodb_opens(uint32_t *token, const struct surgetap_payload *payload)
{
	const uint8_t *bytes = payload->data;
	uint32_t operation;

	if (!is_mongodb(payload) || surgetap_le32(bytes + 8) != 0)
		return false;
	operation = surgetap_le32(bytes + 12);
	*token = surgetap_le32(bytes + 4);
	return operation == MONGO_MSG || operation == MONGO_QUERY || operation == MONGO_COMPRESSED;
}

bool vps_mongodb_answers(uint32_t token, const struct surgetap_payload *payload)
{
	uint32_t operation;

	if (!is_mongodb(payload) || surgetap_le32(payload->data + 8) != token)
		return false;
	operation = surgetap_le32(payload->data + 12);
	return operation == MONGO_MSG || operation == MONGO_REPLY || operation == MONGO_COMPRESSED;
}

/* CQL Binary Protocol, versions 3 to 5, 2: version (with the upper bit in an answer), flags, stream
 * (2), operation, length. A client asks for options or starts at once. The token is version and
 * stream; whoever knows no such version answers an error with its own. */
#define CQL_HEAD 9u
enum { CQL_ERROR, CQL_STARTUP, CQL_READY, CQL_AUTHENTICATE, CQL_OPTIONS = 5, CQL_SUPPORTED };

static bool is_cql(const struct surgetap_payload *payload)
{
	const uint8_t *bytes = payload->data;

	return payload->captured_bytes >= CQL_HEAD && (bytes[0] & 0x7f) >= 3 &&
	       (bytes[0] & 0x7f) <= 5 && bytes[1] < 0x20 &&
	       surgetap_be32(bytes + 5) == payload->length_bytes - CQL_HEAD;
}

bool vps_cassandra_opens(uint32_t *token, const struct surgetap_payload *payload)
{
	const uint8_t *bytes = payload->data;
	uint32_t count = payload->captured_bytes;

	if (!is_cql(payload) || bytes[0] & 0x80)
		return false;
	*token = (uint32_t)bytes[0] << 16 | surgetap_be16(bytes + 2);
	return (bytes[4] == CQL_OPTIONS && payload->length_bytes == CQL_HEAD) ||
	       (bytes[4] == CQL_STARTUP &&
		       memmem(bytes + CQL_HEAD, count - CQL_HEAD, "\0\013CQL_VERSION", 13));
}

bool vps_cassandra_answers(uint32_t token, const struct surgetap_payload *payload)
{
	const uint8_t *bytes = payload->data;

	if (!is_cql(payload) || !(bytes[0] & 0x80))
		return false;
	if (bytes[4] == CQL_ERROR)
		return payload->length_bytes > CQL_HEAD + 6;
	return bytes[4] != CQL_STARTUP && bytes[4] <= CQL_SUPPORTED &&
	       token == ((bytes[0] & 0x7fu) << 16 | surgetap_be16(bytes + 2));
}

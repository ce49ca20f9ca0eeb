/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/hello.h"

#include <surgetap/bytes.h>

#define RANDOM_BYTES 32u
static bool skip(struct hello_span *span, uint32_t count)
{
	if (count > span->count)
		return false;
	span->bytes += count;
	span->count -= count;
	return true;
}

/* Takes a vector behind its length of `width` bytes, 1 or 2. */
static bool take_vector(struct hello_span *span, uint32_t width, struct hello_span *ret_vector)
{
	const uint8_t *head = span->bytes;
	struct hello_span rest = *span;
	if (!skip(&rest, width))
		return false;
	struct hello_span vector = {rest.bytes, width == 1 ? head[0] : surgetap_be16(head)};
	if (!skip(&rest, vector.count))
		return false;
	*span = rest;
	*ret_vector = vector;
	return true;
}

bool hello_next(struct hello_span *list, uint16_t *ret_value)
{
	const uint8_t *value = list->bytes;
	if (!skip(list, 2))
		return false;
	*ret_value = surgetap_be16(value);
	return true;
}

bool hello_next_extension(struct hello_span *list, uint16_t *ret_type, struct hello_span *ret_body)
{
	struct hello_span rest = *list;
	if (!hello_next(&rest, ret_type) || !take_vector(&rest, 2, ret_body))
		return false;
	*list = rest;
	return true;
}

bool hello_next_name(struct hello_span *list, struct hello_span *ret_name)
{
	return take_vector(list, 1, ret_name);
}

/* RFC 6066, 3: a list of names, of which there is one, of type 0. */
static bool read_server_name(struct hello_span body, struct hello *hello)
{
	struct hello_span list;
	hello->has_name = true;
	if (body.count == 0)
		return true;
	if (!take_vector(&body, 2, &list) || list.count < 3 || list.bytes[0] != 0)
		return false;
	skip(&list, 1);
	return take_vector(&list, 2, &hello->name);
}

/* DTLS counts downwards: 0xfefd is 1.2, 0xfeff is 1.0. */
static bool is_better(uint16_t version, uint16_t than)
{
	bool is_dtls = version >> 8 == 0xfe;
	return than == 0 || (is_dtls ? version < than : version > than);
}

/* RFC 8446, 4.2.1; drafts are 0x7f00 and their number. */
static bool read_versions(struct hello_span body, struct hello *hello)
{
	struct hello_span list;
	uint16_t version, best = 0;
	if (!take_vector(&body, 1, &list))
		return false;
	while (hello_next(&list, &version)) {
		if (version >> 8 == 0x7f)
			version = 0x0304;
		if (version >> 8 != 0x03 && version >> 8 != 0xfe)
			continue; /* GREASE, Facebook's own numbers */
		if (is_better(version, best))
			best = version;
	}
	if (best != 0)
		hello->version = best;
	return true;
}

static bool read_extension(uint16_t type, struct hello_span body, struct hello *hello)
{
	switch (type) {
	case HELLO_EXTENSION_SERVER_NAME:
		return read_server_name(body, hello);
	case HELLO_EXTENSION_GROUPS:
		return take_vector(&body, 2, &hello->groups);
	case HELLO_EXTENSION_FORMATS:
		return take_vector(&body, 1, &hello->formats);
	case HELLO_EXTENSION_SIGNATURES:
		return take_vector(&body, 2, &hello->signatures);
	case HELLO_EXTENSION_ALPN:
		return take_vector(&body, 2, &hello->alpn);
	case HELLO_EXTENSION_VERSIONS:
		return read_versions(body, hello);
	case HELLO_EXTENSION_ECH:
		hello->has_ech = true;
		return true;
	default:
		return true;
	}
}

/* Extensions may be missing altogether (TLS 1.2 and before). */
static bool read_extensions(struct hello_span rest, struct hello *hello)
{
	struct hello_span list, body;
	uint16_t stated, type;
	bool fits = true;
	if (rest.count == 0)
		return true;
	if (!hello_next(&rest, &stated))
		return false;
	list = rest;
	if (stated < list.count)
		list.count = stated;
	fits = stated <= rest.count;
	hello->extensions = list;
	while (hello_next_extension(&list, &type, &body))
		fits &= read_extension(type, body, hello);
	return fits && list.count == 0;
}

void hello_read(const uint8_t *body, uint32_t count, bool has_cookie, struct hello *ret_hello)
{
	struct hello_span rest = {body, count}, ignored;
	struct hello hello = {0};
	if (hello_next(&rest, &hello.legacy_version)) {
		hello.version = hello.legacy_version;
		if (skip(&rest, RANDOM_BYTES) && take_vector(&rest, 1, &ignored) &&
			(!has_cookie || take_vector(&rest, 1, &ignored)) &&
			take_vector(&rest, 2, &hello.suites) && take_vector(&rest, 1, &ignored))
			hello.is_whole = read_extensions(rest, &hello);
	}
	*ret_hello = hello;
}

uint16_t hello_read_chosen(const uint8_t *body, uint32_t count)
{
	struct hello_span rest = {body, count}, list;
	uint16_t version, type, chosen;
	if (!hello_next(&rest, &version) || !skip(&rest, RANDOM_BYTES) ||
		!take_vector(&rest, 1, &list) || !skip(&rest, 3))
		return 0;
	if (rest.count == 0)
		return version;
	if (!skip(&rest, 2))
		return 0;
	while (hello_next_extension(&rest, &type, &list)) {
		if (type == HELLO_EXTENSION_VERSIONS && hello_next(&list, &chosen))
			return chosen >> 8 == 0x7f ? 0x0304 : chosen;
	}
	return version;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "geoip/outline.h"
#include "geoip/record.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define METADATA_BYTES_MAX (128u << 10) /* with its marker, from the end of the file */
#define SEPARATOR_BYTES 16u
#define BUILT_MAX_S UINT64_C(253402300799) /* the end of the year 9999 */

static const char marker[] = "\xab\xcd\xefMaxMind.com";
#define MARKER_BYTES (sizeof marker - 1)

/* The last marker, or NULL. */
static const uint8_t *find_marker(const uint8_t *bytes, size_t count)
{
	size_t from = count > METADATA_BYTES_MAX ? count - METADATA_BYTES_MAX : 0;
	const uint8_t *found = NULL, *next = bytes + from;

	while ((next = memmem(next, (size_t)(bytes + count - next), marker, MARKER_BYTES)) != NULL)
		found = next++;
	return found;
}

static bool find_number(const struct record_space *metadata, const char *name, uint64_t *ret_number)
{
	const char *const path[] = {name, NULL};
	struct record_value value;

	return record_find(metadata, 0, path, &value) == 1 &&
	       record_to_number(metadata, &value, ret_number);
}

/* The library forgets to free what it has read of these when they hold anything else (1.7.1). */
static bool has_text_lists(const struct record_space *metadata)
{
	static const char *const languages[] = {"languages", NULL};
	static const char *const description[] = {"description", NULL};
	struct record_value value = {0};

	return (record_find(metadata, 0, languages, &value) == 0 ||
		       record_is_text_list(metadata, &value, RECORD_ARRAY)) &&
	       (record_find(metadata, 0, description, &value) == 0 ||
		       record_is_text_list(metadata, &value, RECORD_MAP));
}

int outline_read(
	const uint8_t *bytes, size_t count, struct outline *ret_outline, const char **ret_reason)
{
	const uint8_t *end = find_marker(bytes, count);
	uint64_t nodes, record_bits, tree_bytes, built_s;
	struct record_space metadata;

	if (end == NULL) {
		*ret_reason = "no MMDB database, or cut: there is no metadata";
		return -EBADMSG;
	}
	metadata.bytes = end + MARKER_BYTES;
	metadata.count = (size_t)(bytes + count - metadata.bytes);
	if (!record_is_sound(&metadata, 0) || !has_text_lists(&metadata) ||
		!find_number(&metadata, "node_count", &nodes) ||
		!find_number(&metadata, "record_size", &record_bits)) {
		*ret_reason = "its metadata is damaged, or cut";
		return -EBADMSG;
	}
	if (record_bits != 24 && record_bits != 28 && record_bits != 32) {
		*ret_reason = "its records are of no size that the format knows";
		return -EBADMSG;
	}
	tree_bytes = nodes > UINT32_MAX ? UINT64_MAX / 2 : nodes * record_bits / 4;
	if (tree_bytes + SEPARATOR_BYTES > (size_t)(end - bytes)) {
		*ret_reason = "its search tree is longer than the file";
		return -EBADMSG;
	}
	if (!find_number(&metadata, "build_epoch", &built_s) || built_s > BUILT_MAX_S)
		built_s = 0;
	ret_outline->built_s = (int64_t)built_s;
	ret_outline->data_at = (size_t)tree_bytes + SEPARATOR_BYTES;
	ret_outline->data_bytes = (size_t)(end - bytes) - ret_outline->data_at;
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "geoip/record.h"

#include <errno.h>
#include <string.h>

/* One question's way through a section. */
struct walk {
	const struct record_space *space;
	unsigned values; /* read so far */
	bool follows;    /* pointers are read, too, where values are skipped */
};

static bool is_number(enum record_type type)
{
	return type == 5 || type == 6 || type == RECORD_INT32 || type == 9 || type == 10;
}

/* The widest that the format allows; 0: the size says it. */
static size_t width_of(enum record_type type)
{
	static const uint8_t widths[] = {
		[3] = 8, [5] = 2, [6] = 4, [RECORD_INT32] = 4, [9] = 8, [10] = 16, [15] = 4};

	return type < sizeof widths ? widths[type] : 0;
}

static size_t read_bytes(const struct record_space *space, size_t at, size_t count)
{
	size_t number = 0;

	while (count-- > 0)
		number = number << 8 | space->bytes[at++];
	return number;
}

/* Where a pointer leads: two bits of size, three of the value, then one to four bytes. */
static bool read_pointer(
	const struct record_space *space, uint8_t control, struct record_value *value)
{
	static const uint32_t bases[] = {0, 2048, 526336, 0};
	size_t more = (control >> 3 & 3) + 1u;

	if (more > space->count - value->at)
		return false;
	value->size = read_bytes(space, value->at, more) + bases[more - 1];
	if (more < 4)
		value->size += (size_t)(control & 7) << 8 * more;
	value->at += more;
	return value->size < space->count;
}

/* Sizes from 29 on stand in one to three bytes of their own. */
static bool read_size(const struct record_space *space, uint8_t control, struct record_value *value)
{
	static const uint32_t bases[] = {29, 285, 65821};
	size_t more = (control & 31) - 28u;

	value->size = control & 31;
	if (value->size < 29)
		return true;
	if (more > space->count - value->at)
		return false;
	value->size = read_bytes(space, value->at, more) + bases[more - 1];
	value->at += more;
	return true;
}

/* Reads the head of the value at `at`; what is behind it is in the section. */
static bool read_head(struct walk *walk, size_t at, struct record_value *ret_value)
{
	const struct record_space *space = walk->space;
	struct record_value value;
	uint8_t control;

	if (at >= space->count || walk->values++ >= RECORD_VALUES_MAX)
		return false;
	control = space->bytes[at];
	value = (struct record_value){.type = control >> 5, .at = at + 1};
	*ret_value = value;
	if (value.type == RECORD_POINTER) {
		*ret_value = value;
		return read_pointer(space, control, ret_value);
	}
	if (value.type == 0) {
		if (value.at >= space->count)
			return false;
		value.type = 7u + space->bytes[value.at++];
		if (value.type < RECORD_INT32 || value.type > 15)
			return false;
	}
	if (!read_size(space, control, &value))
		return false;
	*ret_value = value;
	if (value.type == RECORD_MAP || value.type == RECORD_ARRAY)
		return value.size <= space->count - value.at;
	if (value.type == RECORD_BOOLEAN)
		return value.size <= 1;
	return (width_of(value.type) == 0 || value.size <= width_of(value.type)) &&
	       value.size <= space->count - value.at;
}

/* Reads a value, or the one that its pointer leads to; a pointer to a pointer breaks the format. */
static bool read_value(struct walk *walk, size_t at, struct record_value *ret_value)
{
	return read_head(walk, at, ret_value) &&
	       (ret_value->type != RECORD_POINTER || (read_head(walk, ret_value->size, ret_value) &&
							     ret_value->type != RECORD_POINTER));
}

/* Reads over a value and what it holds; *at is then behind it. Its recursion ends at `depth` 0. */
static bool skip(struct walk *walk, unsigned depth, size_t *at)
{
	struct record_value value;
	size_t held;

	if (depth == 0 || !read_head(walk, *at, &value))
		return false;
	*at = value.at;
	if (value.type == RECORD_POINTER) {
		size_t target = value.size;

		return !walk->follows ||
		       (read_head(walk, target, &value) && value.type != RECORD_POINTER &&
			       skip(walk, depth - 1, &target));
	}
	if (value.type == RECORD_BOOLEAN)
		return true;
	if (value.type != RECORD_MAP && value.type != RECORD_ARRAY) {
		*at += value.size;
		return true;
	}
	held = value.type == RECORD_MAP ? 2 * value.size : value.size;
	while (held-- > 0)
		if (!skip(walk, depth - 1, at))
			return false;
	return true;
}

/* The value of a key: 1, 0 when there is none, or -EBADMSG. */
static int find_key(struct walk *walk, const struct record_value *map, const char *name,
	struct record_value *ret_value)
{
	size_t at = map->at, length = strlen(name);

	for (size_t i = 0; i < map->size; i++) {
		struct record_value key;

		if (!read_value(walk, at, &key) || key.type != RECORD_TEXT ||
			!skip(walk, RECORD_DEPTH_MAX, &at))
			return -EBADMSG;
		if (key.size == length && memcmp(walk->space->bytes + key.at, name, length) == 0)
			return read_value(walk, at, ret_value) ? 1 : -EBADMSG;
		if (!skip(walk, RECORD_DEPTH_MAX, &at))
			return -EBADMSG;
	}
	return 0;
}

int record_find(const struct record_space *space, size_t offset, const char *const *path,
	struct record_value *ret_value)
{
	struct walk walk = {.space = space};
	struct record_value value;

	if (!read_value(&walk, offset, &value))
		return -EBADMSG;
	for (; *path != NULL; path++) {
		int found = value.type == RECORD_MAP ? find_key(&walk, &value, *path, &value) : 0;

		if (found <= 0)
			return found;
	}
	*ret_value = value;
	return 1;
}

bool record_is_sound(const struct record_space *space, size_t offset)
{
	struct walk walk = {.space = space, .follows = true};

	return skip(&walk, RECORD_DEPTH_MAX, &offset);
}

bool record_is_text_list(
	const struct record_space *space, const struct record_value *value, enum record_type type)
{
	struct walk walk = {.space = space};
	size_t at = value->at, texts = value->size * (type == RECORD_MAP ? 2 : 1);
	struct record_value text;

	if (value->type != type)
		return false;
	for (size_t i = 0; i < texts; i++)
		if (!read_value(&walk, at, &text) || text.type != RECORD_TEXT ||
			!skip(&walk, RECORD_DEPTH_MAX, &at))
			return false;
	return true;
}

bool record_to_number(
	const struct record_space *space, const struct record_value *value, uint64_t *ret_number)
{
	if (!is_number(value->type) || value->size > 8)
		return false;
	uint64_t number = read_bytes(space, value->at, value->size);
	if (value->type == RECORD_INT32 && number > INT32_MAX)
		return false;
	*ret_number = number;
	return true;
}

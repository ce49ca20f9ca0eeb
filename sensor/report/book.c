/* SPDX-License-Identifier: Apache-2.0 */
#include "report/book.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/siphash.h"
#include "base/text.h"

#define BUCKETS 131072 /* of the index, twice the ranges at most */
#define SEED UINT64_C(0x626f6f6b)
#define TIME_MAX INT64_C(253402300800) /* the year 10000 */
#define SCALE_MAX 604800
#define ROOM_MIN 64 /* slots of a range */
#define WHOLE 1.001 /* coverage of a whole bucket, rounding allowed for */

struct book {
	uint32_t slot_s, bucket_s;
	int64_t start_s, end_s; /* buckets outside are passed over */
	uint64_t repeated;
	size_t range_count, column_count, slot_count;
	size_t cell_count; /* there is memory for */
	struct siphash_key key;
	char columns[BOOK_COLUMNS_MAX][BOOK_NAME_SIZE];
	struct book_range *ranges[BOOK_RANGES_MAX];
	uint32_t index[BUCKETS]; /* number of a range + 1 */
};

int book_new(uint32_t slot_s, struct book **ret_book)
{
	struct book *book = calloc(1, sizeof *book);
	if (!book)
		return -ENOMEM;
	book->slot_s = slot_s;
	book->end_s = INT64_MAX;
	book->key = siphash_key_from_seed(SEED);
	book->column_count = 1;
	text_copy("all", book->columns[BOOK_ALL], BOOK_NAME_SIZE);
	*ret_book = book;
	return 0;
}

static void free_range(struct book_range *range)
{
	for (size_t i = 0; i < BOOK_COLUMNS_MAX; i++)
		free(range->columns[i]);
	free(range->seen);
	free(range);
}

void book_free(struct book *book)
{
	if (!book)
		return;
	for (size_t i = 0; i < book->range_count; i++)
		free_range(book->ranges[i]);
	free(book);
}

void book_limit(struct book *book, int64_t start_s, int64_t end_s)
{
	book->start_s = start_s;
	book->end_s = end_s;
}

/* Where the range of that name stands in the index, or would. */
static uint32_t *find_place(const struct book *book, const char *name)
{
	uint64_t hash = siphash_1_3(&book->key, name, strlen(name));
	const uint32_t *index = book->index;
	size_t at = hash % BUCKETS;
	while (index[at] && strcmp(book->ranges[index[at] - 1]->name, name) != 0)
		at = (at + 1) % BUCKETS;
	return (uint32_t *)&index[at];
}

const struct book_range *book_find(const struct book *book, const char *name)
{
	uint32_t place = *find_place(book, name);
	return place ? book->ranges[place - 1] : NULL;
}

static int get_range(struct book *book, const struct book_bucket *bucket, int64_t start_s,
	struct book_range **ret_range)
{
	char name[BOOK_NAME_SIZE];
	text_make_printable(bucket->range, name, sizeof name);
	uint32_t *place = find_place(book, name);
	if (!*place) {
		if (book->range_count == BOOK_RANGES_MAX)
			return -ENOSPC;
		struct book_range *range = calloc(1, sizeof *range);
		if (!range)
			return -ENOMEM;
		memcpy(range->name, name, sizeof name);
		range->first_s = start_s;
		book->ranges[book->range_count++] = range;
		*place = (uint32_t)book->range_count;
	}
	*ret_range = book->ranges[*place - 1];
	return 0;
}

static int enlarge(void **array, size_t old_count, size_t new_count, size_t size)
{
	char *larger = realloc(*array, new_count * size);
	if (!larger)
		return -ENOMEM;
	memset(larger + old_count * size, 0, (new_count - old_count) * size);
	*array = larger;
	return 0;
}

static size_t columns_in_use(const struct book_range *range)
{
	size_t count = 0;
	for (size_t i = 0; i < BOOK_COLUMNS_MAX; i++)
		count += range->columns[i] != NULL;
	return count;
}

/* Counts `count` cells more; -ENOSPC beyond what all ranges may have. */
static int claim_cells(struct book *book, size_t count)
{
	if (count > BOOK_CELLS_MAX - book->cell_count)
		return -ENOSPC;
	book->cell_count += count;
	return 0;
}

/* Makes room for `slots` slots. */
static int grow_range(struct book *book, struct book_range *range, size_t slots)
{
	size_t room = range->room + range->room / 4;
	if (slots <= range->slots)
		return 0;
	if (slots - range->slots > BOOK_SLOTS_MAX - book->slot_count)
		return -ENOSPC;
	if (room < slots)
		room = slots < ROOM_MIN ? ROOM_MIN : slots;
	if (slots > range->room) {
		int error = claim_cells(book, (room - range->room) * columns_in_use(range));
		if (error == 0)
			error = enlarge(
				(void **)&range->seen, range->room, room, sizeof *range->seen);
		for (size_t i = 0; i < BOOK_COLUMNS_MAX && error == 0; i++)
			if (range->columns[i])
				error = enlarge((void **)&range->columns[i], range->room, room,
					sizeof *range->columns[i]);
		if (error < 0)
			return error; /* what has grown is longer than told, which does no harm */
		range->room = room;
	}
	book->slot_count += slots - range->slots;
	range->slots = slots;
	return 0;
}

static int get_column(struct book *book, const char *technique, size_t *ret_column)
{
	char name[BOOK_NAME_SIZE];
	text_make_printable(technique, name, sizeof name);
	int column = book_find_column(book, name);
	if (column < 0) {
		if (book->column_count == BOOK_COLUMNS_MAX)
			return -ENOSPC;
		column = (int)book->column_count++;
		memcpy(book->columns[column], name, sizeof name);
	}
	*ret_column = (size_t)column;
	return 0;
}

static int add_count(struct book *book, struct book_range *range, size_t slot,
	const struct book_count *count, bool with_hosts)
{
	size_t column;
	int error = get_column(book, count->technique, &column);
	if (error < 0)
		return error;
	if (!(count->flows > 0) && !(count->hosts > 0))
		return 0;
	if (!range->columns[column] && (error = claim_cells(book, range->room)) < 0)
		return error;
	if (!range->columns[column])
		range->columns[column] = calloc(range->room, sizeof *range->columns[column]);
	if (!range->columns[column])
		return -ENOMEM;
	struct book_cell *cell = &range->columns[column][slot];
	cell->flows += fmax(0, count->flows);
	cell->hosts += with_hosts ? fmax(0, count->hosts) : 0;
	return 0;
}

static bool is_bucket(const struct book_bucket *bucket)
{
	return bucket->start_s >= 0 && bucket->start_s < TIME_MAX && bucket->scale_s >= 1 &&
	       bucket->scale_s <= SCALE_MAX && bucket->coverage >= 0 && bucket->coverage <= 1;
}

/* Whether the bucket is the second half of the one before, which a cut between two pieces went
 * through. */
static bool is_other_half(const struct book_range *range, const struct book_bucket *bucket)
{
	return bucket->start_s == range->last_s && range->last_coverage + bucket->coverage <= WHOLE;
}

static int add_bucket(
	struct book *book, struct book_range *range, size_t slot, const struct book_bucket *bucket)
{
	int64_t within_s = bucket->start_s % book->slot_s;
	uint64_t bit = UINT64_C(1) << within_s / bucket->scale_s;
	struct book_seen *seen = &range->seen[slot];
	bool with_hosts = bucket->coverage >= BOOK_HOSTS_COVERAGE && !bucket->stands_in;
	bool is_again = seen->buckets & bit;
	int error = 0;
	if (is_again && !is_other_half(range, bucket)) {
		book->repeated++;
		return 0;
	}
	for (size_t i = 0; i < bucket->count && error == 0; i++)
		error = add_count(book, range, slot, &bucket->counts[i], with_hosts);
	seen->seconds += (float)(bucket->coverage * bucket->scale_s);
	seen->host_buckets += with_hosts ? 1 : 0;
	seen->buckets |= bit;
	range->last_coverage = bucket->coverage + (is_again ? range->last_coverage : 0);
	range->last_s = bucket->start_s;
	return error;
}

int book_put(struct book *book, const struct book_bucket *bucket)
{
	struct book_range *range;
	bool is_other = book->bucket_s && book->bucket_s != bucket->scale_s;
	if (!is_bucket(bucket) || (is_other && !bucket->stands_in) ||
		book->slot_s / bucket->scale_s >= BOOK_BUCKETS_MAX)
		return -EINVAL;
	if (bucket->start_s < book->start_s || bucket->start_s >= book->end_s)
		return 0;
	if (bucket->scale_s > book->slot_s)
		book->slot_s = bucket->scale_s;
	if (!bucket->stands_in)
		book->bucket_s = bucket->scale_s;
	int64_t start_s = bucket->start_s - bucket->start_s % book->slot_s;
	int error = get_range(book, bucket, start_s, &range);
	if (error < 0)
		return error;
	if (start_s < range->first_s)
		return -ERANGE;
	size_t slot = (size_t)((start_s - range->first_s) / book->slot_s);
	error = grow_range(book, range, slot + 1);
	return error < 0 ? error : add_bucket(book, range, slot, bucket);
}

uint64_t book_repeated(const struct book *book)
{
	return book->repeated;
}

uint32_t book_bucket_s(const struct book *book)
{
	return book->bucket_s;
}

uint32_t book_slot_s(const struct book *book)
{
	return book->slot_s;
}

size_t book_ranges(const struct book *book)
{
	return book->range_count;
}

const struct book_range *book_range(const struct book *book, size_t number)
{
	return book->ranges[number];
}

size_t book_columns(const struct book *book)
{
	return book->column_count;
}

const char *book_column(const struct book *book, size_t number)
{
	return book->columns[number];
}

int book_find_column(const struct book *book, const char *name)
{
	for (size_t i = 0; i < book->column_count; i++)
		if (strcmp(book->columns[i], name) == 0)
			return (int)i;
	return -1;
}

struct book_cell book_cell(const struct book_range *range, size_t column, size_t slot)
{
	return range->columns[column] ? range->columns[column][slot] : (struct book_cell){0};
}

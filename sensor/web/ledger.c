/* SPDX-License-Identifier: Apache-2.0 */
#include "web/ledger.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/siphash.h"
#include "base/text.h"

#define MINUTE_MS 60000
#define MINUTES_PER_HOUR 60

struct ledger {
	pthread_mutex_t lock;
	struct ledger_techniques techniques;
	size_t count;
	size_t missed; /* ranges without room since the last sweep */
	size_t left_out;
	bool is_swept;
	uint64_t version;
	size_t first_count;
	uint64_t first[LEDGER_FIRST_MAX]; /* hashes of the names that come first */
	struct ledger_range *ranges[LEDGER_RANGES_MAX];
};

static const char *const suffixes[LEDGER_METRICS] = {"_hosts", "_flows", "_bytes"};

struct ledger *ledger_new(void)
{
	struct ledger *ledger = calloc(1, sizeof *ledger);
	if (ledger)
		pthread_mutex_init(&ledger->lock, NULL);
	return ledger;
}

void ledger_free(struct ledger *ledger)
{
	if (!ledger)
		return;
	for (size_t i = 0; i < ledger->count; i++)
		free(ledger->ranges[i]);
	pthread_mutex_destroy(&ledger->lock);
	free(ledger);
}

static void begin(struct ledger_range *range)
{
	range->last_ms = range->first_ms = -1;
	range->is_complete = false;
	for (size_t i = 0; i < LEDGER_HOURS; i++)
		range->hours[i].minutes = 0;
	for (size_t i = 0; i < LEDGER_MINUTES; i++)
		range->minutes[i].minutes = 0;
}

/* Who makes two names meet in it has one of them shown, or not, in the place of the other. */
static uint64_t hash_name(const char *name)
{
	static const struct siphash_key key;
	return siphash_1_3(&key, name, strlen(name));
}

static bool comes_first(const struct ledger *ledger, const char *name)
{
	uint64_t hash = hash_name(name);
	for (size_t i = 0; i < ledger->first_count; i++)
		if (ledger->first[i] == hash)
			return true;
	return false;
}

/* The last range that does not come first; NULL: all do. */
static struct ledger_range *find_other(const struct ledger *ledger, size_t *ret_number)
{
	for (size_t i = ledger->count; i > 0; i--)
		if (!comes_first(ledger, ledger->ranges[i - 1]->name)) {
			*ret_number = i - 1;
			return ledger->ranges[i - 1];
		}
	return NULL;
}

/* There is no room left but that of another range. */
static int take_place(struct ledger *ledger, const char *name)
{
	size_t number;
	struct ledger_range *other = comes_first(ledger, name) ? find_other(ledger, &number) : NULL;
	if (!other) {
		ledger->missed++;
		return -ENOSPC;
	}
	ledger->missed += other->is_seen;
	text_copy(name, other->name, sizeof other->name);
	begin(other);
	ledger->version++;
	return (int)number;
}

static int add_range(struct ledger *ledger, const char *name)
{
	if (ledger->count == LEDGER_RANGES_MAX)
		return take_place(ledger, name);
	struct ledger_range *range = calloc(1, sizeof *range);
	if (!range)
		return -ENOMEM;
	text_copy(name, range->name, sizeof range->name);
	range->last_ms = range->first_ms = -1;
	ledger->ranges[ledger->count] = range;
	ledger->version++;
	return (int)ledger->count++;
}

int ledger_find_range(struct ledger *ledger, const char *name)
{
	int found = -1;
	pthread_mutex_lock(&ledger->lock);
	for (size_t i = 0; i < ledger->count && found < 0; i++)
		if (strcmp(ledger->ranges[i]->name, name) == 0)
			found = (int)i;
	if (found < 0)
		found = add_range(ledger, name);
	if (found >= 0)
		ledger->ranges[found]->is_seen = true;
	pthread_mutex_unlock(&ledger->lock);
	return found;
}

void ledger_put_first(struct ledger *ledger, const char *const *names, size_t count)
{
	pthread_mutex_lock(&ledger->lock);
	ledger->first_count = count < LEDGER_FIRST_MAX ? count : LEDGER_FIRST_MAX;
	for (size_t i = 0; i < ledger->first_count; i++)
		ledger->first[i] = hash_name(names[i]);
	pthread_mutex_unlock(&ledger->lock);
}

void ledger_sweep(struct ledger *ledger)
{
	size_t kept = 0;
	pthread_mutex_lock(&ledger->lock);
	for (size_t i = 0; i < ledger->count; i++) {
		struct ledger_range *range = ledger->ranges[i];
		if (range->is_seen)
			ledger->ranges[kept++] = range;
		else
			free(range);
	}
	if (kept < ledger->count || !ledger->is_swept)
		ledger->version++;
	for (size_t i = 0; i < kept; i++)
		ledger->ranges[i]->is_seen = false;
	ledger->count = kept;
	ledger->left_out = ledger->missed;
	ledger->missed = 0;
	ledger->is_swept = true;
	pthread_mutex_unlock(&ledger->lock);
}

void ledger_sum(struct ledger *ledger, struct ledger_sum *ret_sum)
{
	pthread_mutex_lock(&ledger->lock);
	struct ledger_sum sum = {.ranges = ledger->count,
		.left_out = ledger->left_out,
		.is_swept = ledger->is_swept,
		.version = ledger->version};
	for (size_t i = 0; i < ledger->count; i++)
		sum.complete += ledger->ranges[i]->is_complete;
	pthread_mutex_unlock(&ledger->lock);
	*ret_sum = sum;
}

/* The number of a technique; LEDGER_TECHNIQUES_MAX when there is no room for another one. */
static size_t find_technique(struct ledger_techniques *techniques, const char *name, size_t length)
{
	for (size_t i = 0; i < techniques->count; i++)
		if (strncmp(techniques->names[i], name, length) == 0 &&
			techniques->names[i][length] == '\0')
			return i;
	if (techniques->count == LEDGER_TECHNIQUES_MAX)
		return LEDGER_TECHNIQUES_MAX;
	memcpy(techniques->names[techniques->count], name, length);
	return techniques->count++;
}

void ledger_take_field(struct ledger *ledger, struct ledger_slot *slot, const char *field,
	size_t length, const char *value)
{
	for (size_t metric = 0; metric < LEDGER_METRICS; metric++) {
		size_t suffix = strlen(suffixes[metric]);
		if (length <= suffix || length - suffix >= LEDGER_TECHNIQUE_SIZE ||
			memcmp(field + length - suffix, suffixes[metric], suffix) != 0)
			continue;
		float number = strtof(value, NULL);
		pthread_mutex_lock(&ledger->lock);
		size_t technique = find_technique(&ledger->techniques, field, length - suffix);
		pthread_mutex_unlock(&ledger->lock);
		if (technique < LEDGER_TECHNIQUES_MAX && isfinite(number) && number >= 0.0F)
			slot->sums[technique][metric] = number;
		return;
	}
}

static void add(struct ledger_slot *slot, int64_t number, const struct ledger_slot *minute)
{
	if (slot->minutes == 0 || slot->number != number)
		*slot = (struct ledger_slot){.number = number};
	slot->minutes++;
	for (size_t i = 0; i < LEDGER_TECHNIQUES_MAX; i++)
		for (size_t metric = 0; metric < LEDGER_METRICS; metric++)
			slot->sums[i][metric] += minute->sums[i][metric];
}

static void add_newer(struct ledger_range *range, int64_t number, const struct ledger_slot *minute)
{
	int64_t hour = number / MINUTES_PER_HOUR;
	add(&range->minutes[number % LEDGER_MINUTES], number, minute);
	add(&range->hours[hour % LEDGER_HOURS], hour, minute);
}

/* The places of the past are taken by what is newer: it must not come back. */
static void add_older(struct ledger_range *range, int64_t number, const struct ledger_slot *minute)
{
	int64_t last = range->last_ms / MINUTE_MS, hour = number / MINUTES_PER_HOUR;
	if (number > last - LEDGER_MINUTES)
		add(&range->minutes[number % LEDGER_MINUTES], number, minute);
	if (hour > last / MINUTES_PER_HOUR - LEDGER_HOURS)
		add(&range->hours[hour % LEDGER_HOURS], hour, minute);
	else
		range->is_complete = true;
}

void ledger_add_minute(
	struct ledger *ledger, size_t range, int64_t ms, const struct ledger_slot *minute)
{
	pthread_mutex_lock(&ledger->lock);
	struct ledger_range *kept = ledger->ranges[range];
	if (ms > kept->last_ms) {
		add_newer(kept, ms / MINUTE_MS, minute);
		kept->first_ms = kept->last_ms < 0 ? ms : kept->first_ms;
		kept->last_ms = ms;
	} else if (ms < kept->first_ms) {
		add_older(kept, ms / MINUTE_MS, minute);
		kept->first_ms = ms;
	}
	ledger->version++;
	pthread_mutex_unlock(&ledger->lock);
}

void ledger_complete(struct ledger *ledger, size_t range)
{
	pthread_mutex_lock(&ledger->lock);
	if (!ledger->ranges[range]->is_complete)
		ledger->version++;
	ledger->ranges[range]->is_complete = true;
	pthread_mutex_unlock(&ledger->lock);
}

void ledger_clear(struct ledger *ledger, size_t range)
{
	pthread_mutex_lock(&ledger->lock);
	begin(ledger->ranges[range]);
	ledger->version++;
	pthread_mutex_unlock(&ledger->lock);
}

bool ledger_copy(struct ledger *ledger, size_t range, struct ledger_range *ret_range,
	struct ledger_techniques *ret_techniques)
{
	pthread_mutex_lock(&ledger->lock);
	bool is_there = range < ledger->count;
	if (is_there)
		*ret_range = *ledger->ranges[range];
	*ret_techniques = ledger->techniques;
	pthread_mutex_unlock(&ledger->lock);
	return is_there;
}

enum ledger_metric ledger_metric_find(const char *name)
{
	for (enum ledger_metric i = LEDGER_METRICS - 1; name && i > LEDGER_HOSTS; i--)
		if (strcmp(suffixes[i] + 1, name) == 0)
			return i;
	return LEDGER_HOSTS;
}

double ledger_hour(
	const struct ledger_range *range, int64_t hour, size_t technique, enum ledger_metric metric)
{
	if (hour < 0)
		return NAN;
	const struct ledger_slot *slot = &range->hours[hour % LEDGER_HOURS];
	if (slot->minutes == 0 || slot->number != hour)
		return NAN;
	return (double)slot->sums[technique][metric] / slot->minutes;
}

double ledger_now(const struct ledger_range *range, size_t technique, enum ledger_metric metric)
{
	int64_t last = range->last_ms / MINUTE_MS;
	double sum = 0.0;
	uint32_t minutes = 0;
	for (size_t i = 0; i < LEDGER_MINUTES; i++) {
		const struct ledger_slot *slot = &range->minutes[i];
		if (slot->minutes == 0 || slot->number <= last - LEDGER_MINUTES)
			continue;
		sum += (double)slot->sums[technique][metric];
		minutes += slot->minutes;
	}
	return minutes > 0 ? sum / minutes : NAN;
}

static int compare_numbers(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

double ledger_usual(
	const struct ledger_range *range, int64_t hour, size_t technique, enum ledger_metric metric)
{
	double days[LEDGER_DAYS_MAX];
	size_t count = 0;
	for (int64_t day = 1; day <= LEDGER_DAYS_MAX; day++) {
		double value = ledger_hour(range, hour - 24 * day, technique, metric);
		if (!isnan(value))
			days[count++] = value;
	}
	if (count < LEDGER_DAYS_MIN)
		return NAN;
	qsort(days, count, sizeof *days, compare_numbers);
	return (days[(count - 1) / 2] + days[count / 2]) / 2.0;
}

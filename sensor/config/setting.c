/* SPDX-License-Identifier: Apache-2.0 */
#include "config/setting.h"

#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct setting *setting_find(const char *name)
{
	for (const struct setting *setting = settings; setting->name; setting++)
		if (strcmp(setting->name, name) == 0)
			return setting;
	return NULL;
}

static int refuse(char ret_reason[SETTING_REASON_SIZE], const char *text, const char *wanted)
{
	char shown[48];

	text_clean(text, strlen(text), shown, sizeof(shown));
	snprintf(ret_reason, SETTING_REASON_SIZE, "'%s' is not %s", shown, wanted);
	return -EINVAL;
}

static int assign_text(char **place, const char *text, char ret_reason[SETTING_REASON_SIZE])
{
	char *copy;

	if (!*text) {
		snprintf(ret_reason, SETTING_REASON_SIZE, "the value is empty");
		return -EINVAL;
	}
	copy = strdup(text);
	if (!copy)
		return -ENOMEM;
	free(*place);
	*place = copy;
	return 0;
}

static int assign_number(const struct setting *setting, uint64_t *place, const char *text,
	char ret_reason[SETTING_REASON_SIZE])
{
	char wanted[80], *end;
	uint64_t value;

	errno = 0;
	value = strtoull(text, &end, 10);
	/* strtoull takes a sign and leading blanks, and turns -1 into a huge number. */
	if (!isdigit((unsigned char)*text) || *end || errno || value < setting->low ||
		value > setting->high) {
		snprintf(wanted, sizeof(wanted), "a whole number from %" PRIu64 " to %" PRIu64,
			setting->low, setting->high);
		return refuse(ret_reason, text, wanted);
	}
	*place = value;
	return 0;
}

static int assign_rate(const struct setting *setting, double *place, const char *text,
	char ret_reason[SETTING_REASON_SIZE])
{
	char wanted[80], *end;
	double value = strtod(text, &end);

	/* The comparison also refuses nan. */
	if (!(isdigit((unsigned char)*text) || *text == '.') || *end ||
		!(value > (double)setting->low && value <= (double)setting->high)) {
		snprintf(wanted, sizeof(wanted), "a number above %" PRIu64 ", at most %" PRIu64,
			setting->low, setting->high);
		return refuse(ret_reason, text, wanted);
	}
	*place = value;
	return 0;
}

static int assign_share(const struct setting *setting, double *place, const char *text,
	char ret_reason[SETTING_REASON_SIZE])
{
	char wanted[80], *end;
	double value = strtod(text, &end);

	if (!(isdigit((unsigned char)*text) || *text == '.') || *end ||
		!(value >= (double)setting->low && value <= (double)setting->high)) {
		snprintf(wanted, sizeof(wanted), "a number from %" PRIu64 " to %" PRIu64,
			setting->low, setting->high);
		return refuse(ret_reason, text, wanted);
	}
	*place = value;
	return 0;
}

static int assign_switch(bool *place, const char *text, char ret_reason[SETTING_REASON_SIZE])
{
	bool is_true = strcmp(text, "true") == 0;

	if (!is_true && strcmp(text, "false") != 0)
		return refuse(ret_reason, text, "true or false");
	*place = is_true;
	return 0;
}

static int assign_item(
	struct config_list *list, const char *text, char ret_reason[SETTING_REASON_SIZE])
{
	char *copy = NULL, **items;
	int error;

	if (list->count == SETTING_LIST_MAX) {
		snprintf(ret_reason, SETTING_REASON_SIZE, "more than %d entries", SETTING_LIST_MAX);
		return -EINVAL;
	}
	error = assign_text(&copy, text, ret_reason);
	if (error)
		return error;
	/* Grow at powers of two only: a list may hold 100,000 prefixes. */
	if ((list->count & (list->count - 1)) == 0) {
		size_t room = list->count ? list->count * 2 : 1;

		items = realloc(list->items, room * sizeof(*items));
		if (!items) {
			free(copy);
			return -ENOMEM;
		}
		list->items = items;
	}
	list->items[list->count++] = copy;
	return 0;
}

int setting_assign(const struct setting *setting, struct config *config, const char *text,
	char ret_reason[SETTING_REASON_SIZE])
{
	void *place = (char *)config + setting->offset;
	int error = setting->check ? setting->check(text, ret_reason) : 0;

	if (error)
		return error;
	switch (setting->kind) {
	case SETTING_TEXT:
		return assign_text(place, text, ret_reason);
	case SETTING_NUMBER:
		return assign_number(setting, place, text, ret_reason);
	case SETTING_RATE:
		return assign_rate(setting, place, text, ret_reason);
	case SETTING_SHARE:
		return assign_share(setting, place, text, ret_reason);
	case SETTING_SWITCH:
		return assign_switch(place, text, ret_reason);
	case SETTING_LIST:
		return assign_item(place, text, ret_reason);
	}
	return -EINVAL;
}

void setting_clear_list(const struct setting *setting, struct config *config)
{
	struct config_list *list = (struct config_list *)((char *)config + setting->offset);

	if (setting->kind != SETTING_LIST)
		return;
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct config_list){0};
}

static bool is_same_list(const struct config_list *left, const struct config_list *right)
{
	if (left->count != right->count)
		return false;
	for (size_t i = 0; i < left->count; i++)
		if (strcmp(left->items[i], right->items[i]) != 0)
			return false;
	return true;
}

/* The secret is hidden from the command line once it is read, hence it differs when read again. */
static bool is_same_text(const struct setting *setting, const char *left, const char *right)
{
	char *a, *b;
	bool is_same;

	if (!left || !right || !setting->hide)
		return left == right || (left && right && strcmp(left, right) == 0);
	a = strdup(left);
	b = strdup(right);
	if (a)
		setting->hide(a);
	if (b)
		setting->hide(b);
	is_same = a && b && strcmp(a, b) == 0;
	free(a);
	free(b);
	return is_same;
}

bool setting_is_same(
	const struct setting *setting, const struct config *left, const struct config *right)
{
	const void *a = (const char *)left + setting->offset;
	const void *b = (const char *)right + setting->offset;

	switch (setting->kind) {
	case SETTING_TEXT:
		return is_same_text(setting, *(char *const *)a, *(char *const *)b);
	case SETTING_NUMBER:
		return *(const uint64_t *)a == *(const uint64_t *)b;
	case SETTING_RATE:
	case SETTING_SHARE:
		return memcmp(a, b, sizeof(double)) == 0;
	case SETTING_SWITCH:
		return *(const bool *)a == *(const bool *)b;
	case SETTING_LIST:
		return is_same_list(a, b);
	}
	return false;
}

static int copy_text(char **place, const char *from)
{
	free(*place);
	*place = from ? strdup(from) : NULL;
	return from && !*place ? -ENOMEM : 0;
}

int setting_copy(const struct setting *setting, struct config *config, const struct config *from)
{
	char reason[SETTING_REASON_SIZE];
	void *place = (char *)config + setting->offset;
	const void *source = (const char *)from + setting->offset;
	const struct config_list *list = source;
	int error = 0;

	switch (setting->kind) {
	case SETTING_TEXT:
		return copy_text(place, *(char *const *)source);
	case SETTING_NUMBER:
		*(uint64_t *)place = *(const uint64_t *)source;
		return 0;
	case SETTING_RATE:
	case SETTING_SHARE:
		*(double *)place = *(const double *)source;
		return 0;
	case SETTING_SWITCH:
		*(bool *)place = *(const bool *)source;
		return 0;
	case SETTING_LIST:
		setting_clear_list(setting, config);
		for (size_t i = 0; i < list->count && error == 0; i++)
			error = assign_item(place, list->items[i], reason);
		return error;
	}
	return 0;
}

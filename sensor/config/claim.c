/* SPDX-License-Identifier: Apache-2.0 */
#include "config/claim.h"

#include "watch/ranges.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct claim {
	struct range_prefix prefix; /* its range is not used */
	const char *name;           /* NULL: the prefix itself is the name */
	size_t entry;
};

static int read_claim(const char *text, size_t entry, struct claim *ret_claim)
{
	const char *equals = strchr(text, '=');
	char cidr[RANGE_PREFIX_TEXT_SIZE];
	struct claim claim = {.name = equals ? equals + 1 : NULL, .entry = entry};
	unsigned bits;

	snprintf(cidr, sizeof(cidr), "%.*s", (int)(equals ? equals - text : (long)strlen(text)),
		text);
	if (ranges_parse_prefix(cidr, &claim.prefix.network, &bits) != 0)
		return -EINVAL;
	claim.prefix.bits = (uint8_t)bits;
	*ret_claim = claim;
	return 0;
}

static int compare_prefixes(const struct claim *a, const struct claim *b)
{
	int order = address_compare(&a->prefix.network, &b->prefix.network);

	return order ? order : (int)a->prefix.bits - (int)b->prefix.bits;
}

/* Of one prefix the entries stand in their own order. */
static int compare_claims(const void *left, const void *right)
{
	const struct claim *a = left, *b = right;
	int order = compare_prefixes(a, b);

	return order ? order : (a->entry > b->entry) - (a->entry < b->entry);
}

static const char *get_name(const struct claim *claim, char buffer[RANGE_PREFIX_TEXT_SIZE])
{
	return claim->name ? claim->name : ranges_format_prefix(&claim->prefix, buffer);
}

static const struct claim *find_quarrel(const struct claim *claims, size_t count)
{
	char one[RANGE_PREFIX_TEXT_SIZE], other[RANGE_PREFIX_TEXT_SIZE];

	for (size_t i = 1; i < count; i++)
		if (compare_prefixes(&claims[i - 1], &claims[i]) == 0 &&
			strcmp(get_name(&claims[i - 1], one), get_name(&claims[i], other)) != 0)
			return &claims[i];
	return NULL;
}

static void describe(const struct claim *claim, char ret_reason[SETTING_REASON_SIZE])
{
	char prefix[RANGE_PREFIX_TEXT_SIZE], buffer[RANGE_PREFIX_TEXT_SIZE];
	const char *owner = get_name(claim - 1, buffer);

	snprintf(ret_reason, SETTING_REASON_SIZE, "'%s' belongs to '%s' already",
		ranges_format_prefix(&claim->prefix, prefix), owner);
}

int claim_check(
	const struct config_list *watch, size_t *ret_entry, char ret_reason[SETTING_REASON_SIZE])
{
	struct claim *claims = calloc(watch->count + 1, sizeof(*claims));
	const struct claim *quarrel;
	int error = 0;

	if (!claims)
		return -ENOMEM;
	for (size_t i = 0; i < watch->count && !error; i++)
		error = read_claim(watch->items[i], i, &claims[i]);
	if (error)
		goto done;
	qsort(claims, watch->count, sizeof(*claims), compare_claims);
	quarrel = find_quarrel(claims, watch->count);
	if (quarrel) {
		describe(quarrel, ret_reason);
		*ret_entry = quarrel->entry;
		error = -EINVAL;
	}
done:
	free(claims);
	return error;
}

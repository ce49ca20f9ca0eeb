/* SPDX-License-Identifier: Apache-2.0 */
#include "config/claim.h"

#include "watch/prefix.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct claim {
	struct prefix prefix;
	const char *name; /* NULL: the prefix itself is the name */
	size_t entry;
};

static int read_claim(const char *text, size_t entry, struct claim *ret_claim)
{
	const char *equals = strchr(text, '=');
	char cidr[PREFIX_TEXT_SIZE];
	struct claim claim = {.name = equals ? equals + 1 : NULL, .entry = entry};

	snprintf(cidr, sizeof(cidr), "%.*s", (int)(equals ? equals - text : (long)strlen(text)),
		text);
	if (prefix_parse(cidr, &claim.prefix) != 0)
		return -EINVAL;
	*ret_claim = claim;
	return 0;
}

/* Of one prefix the entries stand in their own order. */
static int compare_claims(const void *left, const void *right)
{
	const struct claim *a = left, *b = right;
	int order = prefix_compare(&a->prefix, &b->prefix);

	return order ? order : (a->entry > b->entry) - (a->entry < b->entry);
}

static const char *get_name(const struct claim *claim, char buffer[PREFIX_TEXT_SIZE])
{
	return claim->name ? claim->name : prefix_format(&claim->prefix, buffer);
}

static const struct claim *find_quarrel(const struct claim *claims, size_t count)
{
	char one[PREFIX_TEXT_SIZE], other[PREFIX_TEXT_SIZE];

	for (size_t i = 1; i < count; i++)
		if (prefix_compare(&claims[i - 1].prefix, &claims[i].prefix) == 0 &&
			strcmp(get_name(&claims[i - 1], one), get_name(&claims[i], other)) != 0)
			return &claims[i];
	return NULL;
}

static void describe(const struct claim *claim, char ret_reason[SETTING_REASON_SIZE])
{
	char prefix[PREFIX_TEXT_SIZE], buffer[PREFIX_TEXT_SIZE];
	const char *owner = get_name(claim - 1, buffer);

	snprintf(ret_reason, SETTING_REASON_SIZE, "'%s' belongs to '%s' already",
		prefix_format(&claim->prefix, prefix), owner);
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

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

static void describe(
	const struct claim *claim, const char *owner, char ret_reason[SETTING_REASON_SIZE])
{
	char prefix[PREFIX_TEXT_SIZE];

	snprintf(ret_reason, SETTING_REASON_SIZE, "'%s' belongs to '%s' already",
		prefix_format(&claim->prefix, prefix), owner);
}

int claim_check(const struct config_list *watch,
	void (*quarrel)(void *argument, size_t entry, const char *reason), void *argument)
{
	struct claim *claims = calloc(watch->count + 1, sizeof(*claims));
	const struct claim *first = claims;
	char one[PREFIX_TEXT_SIZE], other[PREFIX_TEXT_SIZE], reason[SETTING_REASON_SIZE];
	size_t count = 0;
	int error = 0;

	if (!claims)
		return -ENOMEM;
	for (size_t i = 0; i < watch->count; i++)
		count += read_claim(watch->items[i], i, &claims[count]) == 0;
	qsort(claims, count, sizeof(*claims), compare_claims);
	for (const struct claim *claim = claims; claim < claims + count; claim++) {
		const char *owner;

		if (prefix_compare(&first->prefix, &claim->prefix) != 0)
			first = claim;
		owner = get_name(first, one);
		if (strcmp(owner, get_name(claim, other)) == 0)
			continue;
		describe(claim, owner, reason);
		quarrel(argument, claim->entry, reason);
		error = -EINVAL;
	}
	free(claims);
	return error;
}

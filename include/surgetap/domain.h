/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SURGETAP_DOMAIN_H
#define SURGETAP_DOMAIN_H
/*
 * Tables of domains, for plugins that know a service by its server's name. All inline: a plugin
 * still depends on nothing but the ABI.
 */
#include <ctype.h>
#include <stddef.h>
#include <string.h>

#define SURGETAP_DOMAIN_SIZE 254 /* the longest name (RFC 1035, 2.3.4, as text) and its NUL */

/* What every entry of a table begins with. */
struct surgetap_domain {
	const char *name; /* lower case, without a dot at either end */
};

/*
 * Looks for the entry of `name` or of the closest domain above it: "video.weibo.com" finds
 * "weibo.com", "notweibo.com" does not. `table` holds `count` entries of `entry_bytes` bytes, each
 * beginning with a struct surgetap_domain, in the order of strcmp(3). Case and a dot at the end of
 * `name` do not matter. Returns the entry, or NULL: none, or the name is too long for one.
 * Costs a binary search for each label of the name.
 */
static inline const void *surgetap_domain_find(
	const char *name, const void *table, size_t count, size_t entry_bytes)
{
	char lower[SURGETAP_DOMAIN_SIZE];
	size_t length = strlen(name);

	if (length > 0 && name[length - 1] == '.')
		length--;
	if (length >= sizeof lower)
		return NULL;
	for (size_t i = 0; i < length; i++)
		lower[i] = (char)tolower((unsigned char)name[i]);
	lower[length] = '\0';
	for (const char *domain = lower; domain; domain = strchr(domain, '.')) {
		size_t from = 0, until = count;

		domain += *domain == '.';
		while (from < until) {
			size_t middle = from + (until - from) / 2;
			const struct surgetap_domain *entry =
				(const void *)((const char *)table + middle * entry_bytes);
			int order = strcmp(domain, entry->name);

			if (order == 0)
				return entry;
			if (order < 0)
				until = middle;
			else
				from = middle + 1;
		}
	}
	return NULL;
}

#endif

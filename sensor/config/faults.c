/* SPDX-License-Identifier: Apache-2.0 */
#include "config/faults.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define WHERE_SIZE 512

static bool is_before(struct place left, struct place right)
{
	return left.line != right.line ? left.line < right.line : left.column < right.column;
}

/* Makes room for a fault at `place`. Returns NULL when FAULTS_MAX others stand before it. */
static struct fault *insert(struct faults *faults, struct place place)
{
	size_t at = faults->count, kept;

	while (at > 0 && is_before(place, faults->items[at - 1].place))
		at--;
	if (faults->count == FAULTS_MAX)
		faults->left_out++;
	else
		faults->count++;
	if (at == FAULTS_MAX)
		return NULL;
	kept = faults->count - 1 - at;
	memmove(&faults->items[at + 1], &faults->items[at], kept * sizeof(faults->items[0]));
	return &faults->items[at];
}

void faults_add(struct faults *faults, struct place place, const char *format, ...)
{
	struct fault *fault = insert(faults, place);
	va_list arguments;

	if (!fault)
		return;
	fault->place = place;
	va_start(arguments, format);
	vsnprintf(fault->message, sizeof(fault->message), format, arguments);
	va_end(arguments);
}

void faults_tell(
	const struct faults *faults, const char *name, const struct config_listener *listener)
{
	char where[WHERE_SIZE], message[FAULTS_MESSAGE_SIZE];

	for (size_t i = 0; i < faults->count; i++) {
		const struct fault *fault = &faults->items[i];

		snprintf(where, sizeof(where), "%s:%zu:%zu", name, fault->place.line,
			fault->place.column);
		listener->fault(listener->argument, where, fault->message);
	}
	if (faults->left_out == 0)
		return;
	snprintf(message, sizeof(message), "%zu more faults, not shown", faults->left_out);
	listener->fault(listener->argument, name, message);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/line.h"

#include <errno.h>

int line_read(FILE *file, char *ret_text, size_t size, size_t *ret_length)
{
	size_t length = 0;
	int byte = 0;
	while (byte != '\n' && length < size && (byte = getc_unlocked(file)) != EOF)
		ret_text[length++] = (char)byte;
	if (length == size)
		return -E2BIG;
	ret_text[length] = '\0';
	*ret_length = length;
	return length > 0;
}

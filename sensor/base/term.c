/* SPDX-License-Identifier: Apache-2.0 */
#include "base/term.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

bool term_is_terminal(FILE *stream)
{
	const char *term = getenv("TERM");
	int descriptor = fileno(stream); /* -1 for a memory stream */

	return descriptor >= 0 && term && strcmp(term, "dumb") != 0 && isatty(descriptor) == 1;
}

bool term_has_colour(FILE *stream)
{
	const char *no_color = getenv("NO_COLOR");

	return (!no_color || !*no_color) && term_is_terminal(stream);
}

unsigned term_width(FILE *stream)
{
	struct winsize size;
	int descriptor = fileno(stream);

	if (descriptor < 0 || ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		return 80;
	return size.ws_col;
}

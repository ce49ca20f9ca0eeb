/* SPDX-License-Identifier: Apache-2.0 */
#include "http/answer.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void answer_text(struct answer *answer, unsigned status, const char *text)
{
	if (answer->done)
		answer->done(answer->state);
	free(answer->owned);
	answer->owned = NULL;
	answer->make_piece = NULL;
	answer->read_live = NULL;
	answer->done = NULL;
	answer->status = status;
	answer->type = "text/plain; charset=utf-8";
	answer->bytes = text;
	answer->size = strlen(text);
}

void answer_header(struct answer *answer, const char *name, const char *format, ...)
{
	va_list arguments;
	if (answer->header_count == ANSWER_HEADERS_MAX)
		return;
	answer->headers[answer->header_count].name = name;
	va_start(arguments, format);
	vsnprintf(answer->headers[answer->header_count++].value, ANSWER_HEADER_SIZE, format,
		arguments);
	va_end(arguments);
}

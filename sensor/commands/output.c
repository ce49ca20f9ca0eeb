/* SPDX-License-Identifier: Apache-2.0 */
#include "commands/output.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "commands/commands.h"

int output_open(const char *path, FILE **ret_stream)
{
	*ret_stream = NULL;
	if (!path)
		return 0;
	*ret_stream = strcmp(path, "-") == 0 ? stdout : fopen(path, "we");
	if (*ret_stream)
		return 0;
	log_error("%s: %s", path, strerror(errno));
	return STATUS_FAILURE;
}

int output_close(FILE *stream, const char *path, int error, int status)
{
	if (!stream)
		return status;
	if (stream != stdout && fclose(stream) == EOF && error == 0)
		error = -errno;
	if (error == 0)
		return status;
	log_error("%s: %s", path, strerror(-error));
	return status ? status : STATUS_FAILURE;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "commands/report_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "alert/eve.h"
#include "base/log.h"
#include "commands/commands.h"
#include "commands/output.h"
#include "commands/usage_book.h"

#define SCALE_S 3600

/* The log says once a minute that something found no room. */
static void tell(int error)
{
	static struct log_limit limit;
	if (error < 0)
		log_limited(&limit, "the report leaves something out: %s",
			error == -ENOSPC ? "there is more than it can hold" : strerror(-error));
}

static void take_usage(void *argument, const struct analyst_usage *usage)
{
	struct report_file *file = argument;
	if (usage->scale_s == SCALE_S)
		tell(usage_book_put(report_book(file->report), usage));
	file->next.usage(file->next.argument, usage);
}

static void take_alert(void *argument, const struct alert *alert)
{
	struct report_file *file = argument;
	struct eve_sensor sensor = {.host = file->config->sensor, .in_iface = "replay"};
	char *line = eve_format_alert(alert, &sensor);
	tell(line ? report_add_alert(file->report, line) : -ENOMEM);
	free(line);
	file->next.alert(file->next.argument, alert);
}

int report_file_open(const struct config *config, const struct analyst_listener *next,
	struct report_file *ret_file)
{
	*ret_file = (struct report_file){.config = config, .next = *next};
	if (output_open(config->report, &ret_file->stream) != 0)
		return STATUS_FAILURE;
	if (!config->report || report_new(&ret_file->report) == 0)
		return 0;
	return output_close(ret_file->stream, config->report, -ENOMEM, STATUS_OK);
}

struct analyst_listener report_file_listener(struct report_file *file)
{
	return file->report ? (struct analyst_listener){take_alert, take_usage, file} : file->next;
}

int report_file_close(struct report_file *file, int status)
{
	int error = file->report ? report_write(file->report, NULL, file->stream) : 0;
	report_free(file->report);
	file->report = NULL;
	return output_close(file->stream, file->config->report, error, status);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "commands/report_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "alert/eve.h"
#include "base/log.h"
#include "commands/commands.h"
#include "commands/usage_book.h"

#define SCALE_S 3600

int report_file_write(const struct report *report, const char *title, const char *path)
{
	FILE *file = strcmp(path, "-") == 0 ? stdout : fopen(path, "we");
	if (!file) {
		log_error("%s: %s", path, strerror(errno));
		return STATUS_FAILURE;
	}
	int error = report_write(report, title, file);
	if (file != stdout && fclose(file) != 0 && error == 0)
		error = -errno;
	if (error == 0)
		return 0;
	log_error("%s: %s", path, strerror(-error));
	return STATUS_FAILURE;
}

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
	if (!config->report || report_new(&ret_file->report) == 0)
		return 0;
	log_error("out of memory");
	return STATUS_FAILURE;
}

struct analyst_listener report_file_listener(struct report_file *file)
{
	return file->report ? (struct analyst_listener){take_alert, take_usage, file} : file->next;
}

int report_file_close(struct report_file *file, int status)
{
	if (file->report && report_file_write(file->report, NULL, file->config->report) != 0)
		status = STATUS_FAILURE;
	report_free(file->report);
	file->report = NULL;
	return status;
}

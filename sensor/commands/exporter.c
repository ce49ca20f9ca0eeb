/* SPDX-License-Identifier: Apache-2.0 */
#include "commands/exporter.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "commands/health.h"
#include "http/loopback.h"
#include "http/server.h"

#define CONNECTIONS_MAX 16

struct exporter {
	struct server *server;
	pthread_mutex_t lock; /* of all below */
	struct metrics metrics;
	bool has_metrics;
};

static double monotonic_s(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static unsigned show_metrics(const struct metrics *metrics, FILE *stream)
{
	return metrics_print(metrics, stream) == 0 ? 200 : 500;
}

static unsigned show_health(const struct metrics *metrics, FILE *stream)
{
	if (health_print(metrics, monotonic_s(), stream) > 0)
		return 503;
	fputs("ok\n", stream);
	return 200;
}

static const struct page {
	const char *path, *type;
	unsigned (*show)(const struct metrics *metrics, FILE *stream);
} pages[] = {
	{"/metrics", "text/plain; version=0.0.4; charset=utf-8", show_metrics},
	{"/healthz", "text/plain; charset=utf-8", show_health},
};

static void make_page(struct exporter *exporter, const struct page *page, struct answer *answer)
{
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);
	if (!stream)
		return;
	pthread_mutex_lock(&exporter->lock);
	unsigned status = 503;
	if (exporter->has_metrics)
		status = page->show(&exporter->metrics, stream);
	else
		fputs("the sensor has not begun\n", stream);
	pthread_mutex_unlock(&exporter->lock);
	if (fclose(stream) == EOF) {
		free(text);
		return;
	}
	answer->status = status;
	answer->type = page->type;
	answer->owned = text;
	answer->size = size;
}

static bool answer_request(void *user, struct request *request, struct answer *ret_answer)
{
	const char *method = request_method(request), *path = request_path(request);
	*ret_answer = (struct answer){0};
	if (!loopback_is_host(request)) {
		answer_text(ret_answer, 403, "this machine only\n");
		return true;
	}
	if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0) {
		answer_text(ret_answer, 405, "GET and HEAD only\n");
		return true;
	}
	answer_header(ret_answer, "Cache-Control", "no-store");
	for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++)
		if (strcmp(path, pages[i].path) == 0) {
			make_page(user, &pages[i], ret_answer);
			return true;
		}
	answer_text(ret_answer, 404, "/metrics and /healthz are here\n");
	return true;
}

int exporter_open(const struct listen *listen, struct exporter **ret_exporter)
{
	struct exporter *exporter = calloc(1, sizeof *exporter);
	if (!exporter)
		return -ENOMEM;
	const struct server_settings settings = {
		.address = listen->address,
		.port = listen->port,
		.limits = {.connections = CONNECTIONS_MAX},
		.user = exporter,
		.answer_at_once = answer_request,
	};
	pthread_mutex_init(&exporter->lock, NULL);
	int error = server_open(&settings, &exporter->server);
	if (error < 0) {
		exporter_close(exporter);
		return error;
	}
	*ret_exporter = exporter;
	return 0;
}

void exporter_put(struct exporter *exporter, const struct metrics *metrics)
{
	pthread_mutex_lock(&exporter->lock);
	exporter->metrics = *metrics;
	exporter->has_metrics = true;
	pthread_mutex_unlock(&exporter->lock);
}

void exporter_count(const struct exporter *exporter, struct server_counts *ret_counts)
{
	server_count(exporter->server, ret_counts);
}

uint16_t exporter_port(const struct exporter *exporter)
{
	return server_port(exporter->server);
}

void exporter_close(struct exporter *exporter)
{
	if (!exporter)
		return;
	server_close(exporter->server);
	pthread_mutex_destroy(&exporter->lock);
	free(exporter);
}

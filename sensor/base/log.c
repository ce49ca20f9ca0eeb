/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include "base/term.h"
#include "base/text.h"

#include <pthread.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#define LIMIT_S 60
#define STATUS_SIZE 256

struct level {
	const char *word, *colour;
};

static const struct level level_error = {"", "\033[31m"};
static const struct level level_warn = {"warning: ", "\033[33m"};
static const struct level level_info = {"", ""};

/* One lock for the stream and the status line: a log line of another thread must not tear the line
 * that is being redrawn. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static FILE *chosen_stream; /* NULL: standard error */
static bool is_quiet;
static char status[STATUS_SIZE];

static FILE *get_stream(void)
{
	return chosen_stream ? chosen_stream : stderr;
}

static void erase_status(FILE *stream)
{
	if (*status)
		fputs("\r\033[K", stream);
}

static void draw_status(FILE *stream)
{
	if (*status)
		fputs(status, stream);
}

static void write_line(const struct level *level, const char *text)
{
	FILE *stream = get_stream();
	char line[LOG_LINE_SIZE];
	bool colour = *level->colour && term_has_colour(stream);

	text_clean(text, strlen(text), line, sizeof(line));
	erase_status(stream);
	fprintf(stream, "surgetap: %s%s%s%s\n", colour ? level->colour : "", level->word, line,
		colour ? "\033[0m" : "");
	draw_status(stream);
	fflush(stream);
}

static void log_line(const struct level *level, const char *format, va_list arguments)
	__attribute__((format(printf, 2, 0)));

static void log_line(const struct level *level, const char *format, va_list arguments)
{
	char text[LOG_LINE_SIZE];

	vsnprintf(text, sizeof(text), format, arguments);
	pthread_mutex_lock(&lock);
	write_line(level, text);
	pthread_mutex_unlock(&lock);
}

void log_error(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_line(&level_error, format, arguments);
	va_end(arguments);
}

void log_warn(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_line(&level_warn, format, arguments);
	va_end(arguments);
}

void log_info(const char *format, ...)
{
	va_list arguments;

	if (is_quiet)
		return;
	va_start(arguments, format);
	log_line(&level_info, format, arguments);
	va_end(arguments);
}

static int64_t get_monotonic_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + 1; /* never 0, which stands for "not yet" */
}

void log_limited(struct log_limit *limit, const char *format, ...)
{
	char text[LOG_LINE_SIZE];
	va_list arguments;
	int64_t now_s = get_monotonic_s();
	int length;

	pthread_mutex_lock(&lock);
	if (limit->last_s != 0 && now_s - limit->last_s < LIMIT_S) {
		limit->suppressed++;
		pthread_mutex_unlock(&lock);
		return;
	}
	va_start(arguments, format);
	length = vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (limit->suppressed > 0 && length >= 0 && (size_t)length < sizeof(text))
		snprintf(text + length, sizeof(text) - (size_t)length, " (%llu more like this)",
			(unsigned long long)limit->suppressed);
	limit->last_s = now_s;
	limit->suppressed = 0;
	write_line(&level_warn, text);
	pthread_mutex_unlock(&lock);
}

void log_set_quiet(bool quiet)
{
	is_quiet = quiet;
}

void log_set_stream(FILE *stream)
{
	pthread_mutex_lock(&lock);
	*status = '\0';
	chosen_stream = stream;
	pthread_mutex_unlock(&lock);
}

bool log_has_status(void)
{
	return !is_quiet && term_is_terminal(get_stream());
}

void log_set_status(const char *text)
{
	FILE *stream = get_stream();
	size_t width;

	if (!log_has_status())
		return;
	pthread_mutex_lock(&lock);
	erase_status(stream);
	width = term_width(stream);
	/* The last column stays free: some terminals wrap when it is filled. */
	text_make_printable(
		text ? text : "", status, width < sizeof(status) ? width : sizeof(status));
	draw_status(stream);
	fflush(stream);
	pthread_mutex_unlock(&lock);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/progress.h"

#include "base/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define REDRAW_MS 100
#define BAR_CELLS 20
#define LEFT_MAX_S (100 * 3600 - 1) /* what fits in HH:MM:SS */

static int64_t get_monotonic_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void progress_init(struct progress *progress)
{
	progress->start_ms = get_monotonic_ms();
	progress->drawn_ms = progress->start_ms;
}

static double get_fraction(const struct progress_state *state)
{
	double fraction = (double)state->done_bytes / (double)state->total_bytes;

	return fraction < 1 ? fraction : 1; /* a file may have grown since it was measured */
}

static void format_bar(const struct progress_state *state, char *ret_text, size_t size)
{
	char bar[BAR_CELLS + 1];
	double fraction;
	size_t filled;

	if (state->total_bytes == 0)
		return;
	fraction = get_fraction(state);
	filled = (size_t)(fraction * BAR_CELLS);
	memset(bar, '#', filled);
	memset(bar + filled, '.', BAR_CELLS - filled);
	bar[BAR_CELLS] = '\0';
	snprintf(ret_text, size, "%3u %% [%s] ", (unsigned)(fraction * 100), bar);
}

static void format_left(
	const struct progress_state *state, int64_t elapsed_ms, char *ret_text, size_t size)
{
	double fraction, left_s;
	unsigned seconds;

	if (state->total_bytes == 0 || state->done_bytes == 0)
		return;
	fraction = get_fraction(state);
	left_s = (double)elapsed_ms / 1000 * (1 - fraction) / fraction;
	seconds = left_s < LEFT_MAX_S ? (unsigned)left_s : LEFT_MAX_S;
	snprintf(ret_text, size, ", %02u:%02u:%02u left", seconds / 3600, seconds / 60 % 60,
		seconds % 60);
}

const char *progress_format(
	const struct progress_state *state, int64_t elapsed_ms, char ret_text[PROGRESS_TEXT_SIZE])
{
	char bar[40] = "", left[32] = "", when[40] = "";
	time_t time_s = (time_t)(state->time_us / 1000000);
	uint64_t rate = state->count * 1000 / (uint64_t)(elapsed_ms > 0 ? elapsed_ms : 1);
	struct tm utc;

	format_bar(state, bar, sizeof(bar));
	format_left(state, elapsed_ms, left, sizeof(left));
	if (state->time_us >= 0 && gmtime_r(&time_s, &utc))
		strftime(when, sizeof(when), ", at %Y-%m-%d %H:%M", &utc);
	snprintf(ret_text, PROGRESS_TEXT_SIZE, "%s%" PRIu64 " %s/s%s%s", bar, rate, state->unit,
		left, when);
	return ret_text;
}

void progress_update(struct progress *progress, const struct progress_state *state)
{
	char text[PROGRESS_TEXT_SIZE];
	int64_t now_ms = get_monotonic_ms();

	if (now_ms - progress->drawn_ms < REDRAW_MS || !log_has_status())
		return;
	progress->drawn_ms = now_ms;
	log_set_status(progress_format(state, now_ms - progress->start_ms, text));
}

void progress_done(struct progress *progress)
{
	(void)progress;
	log_set_status(NULL);
}

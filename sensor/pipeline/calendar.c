/* SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/calendar.h"

void calendar_init(struct calendar *calendar, const struct calendar_settings *settings)
{
	*calendar = (struct calendar){.settings = *settings};
}

void calendar_resume(struct calendar *calendar, const struct baselines_moment *moment)
{
	calendar->now_us = calendar->first_us = moment->clock.now_us;
	calendar->is_running = calendar->is_resumed = moment->clock.is_running;
	calendar->is_committed = moment->clock.is_committed;
	calendar->minute = moment->minute;
	calendar->seen_us = moment->seen_us;
	calendar->tick = moment->tick;
	calendar->blind_us = moment->blind_us;
	calendar->lost = moment->lost;
	calendar->seen = moment->seen;
}

struct baselines_moment calendar_moment(const struct calendar *calendar)
{
	struct baselines_moment moment = {
		.clock = *calendar->settings.clock,
		.minute = calendar->minute,
		.seen_us = calendar->seen_us,
		.tick = calendar->tick,
		.blind_us = calendar->blind_us,
		.lost = calendar->lost,
		.seen = calendar->seen,
	};
	moment.clock.now_us = calendar->now_us;
	moment.clock.is_committed = calendar->is_committed;
	return moment;
}

void calendar_note_loss(struct calendar *calendar, int64_t blind_us, uint64_t lost, uint64_t seen)
{
	calendar->blind_us += blind_us;
	calendar->lost += lost;
	calendar->seen += seen;
}

/* The part of the current minute that was seen, which was watched until `until_us`. */
static double find_coverage(const struct calendar *calendar, int64_t until_us)
{
	int64_t start_us = calendar->minute * CLOCK_MINUTE_US;
	int64_t end_us = start_us + CLOCK_MINUTE_US;
	int64_t from_us = calendar->seen_us > start_us ? calendar->seen_us : start_us;
	int64_t to_us = until_us < end_us ? until_us : end_us;
	int64_t watched_us = to_us - from_us - calendar->blind_us;
	double share =
		calendar->lost > 0
			? (double)calendar->seen / ((double)calendar->seen + (double)calendar->lost)
			: 1;
	return watched_us > 0 ? share * (double)watched_us / CLOCK_MINUTE_US : 0;
}

/* The current minute, which was watched until `until_us`, as the analyst is told of it. */
static struct desk_minute describe_minute(const struct calendar *calendar, int64_t until_us)
{
	double coverage = find_coverage(calendar, until_us);
	bool is_blind = calendar->blind_us > 0 && coverage <= 0;
	return (struct desk_minute){
		.start_s = calendar->minute * CLOCK_MINUTE_US / CLOCK_SECOND_US,
		.coverage = coverage,
		.is_void = !calendar->is_running || is_blind,
	};
}

/* Is what was learnt written after the current minute, which was watched until `until_us`? Not
 * before a gap: where time stands is known only behind it. */
static bool ends_saved_hour(const struct calendar *calendar, int64_t until_us)
{
	int64_t next = calendar->minute + 1;
	return calendar->settings.is_live && calendar->settings.has_state && next % 60 == 0 &&
	       until_us >= next * CLOCK_MINUTE_US;
}

static void close_lanes(const struct calendar *calendar, bool keeps_flows)
{
	for (uint32_t i = 0; i < calendar->settings.lane_count; i++) {
		if (keeps_flows)
			lane_keep_flows(calendar->settings.lanes[i]);
		lane_close_minute(calendar->settings.lanes[i]);
	}
}

static void announce(struct calendar *calendar, const struct desk_minute *minute)
{
	desk_put_minute(calendar->settings.desk, minute);
	calendar->announced++;
}

static void close_minute(struct calendar *calendar, int64_t until_us)
{
	struct desk_minute minute = describe_minute(calendar, until_us);
	minute.is_saved = ends_saved_hour(calendar, until_us);
	close_lanes(calendar, minute.is_saved);
	calendar->is_committed = true;
	calendar->minutes_closed += calendar->is_running;
	calendar->minute++;
	calendar->blind_us = 0;
	calendar->lost = calendar->seen = 0;
	minute.moment = calendar_moment(calendar);
	announce(calendar, &minute);
}

/* Ticks come after the minute is closed, so that what ends with a tick counts in the new minute. */
static void tick(struct calendar *calendar)
{
	int64_t number = calendar->now_us / CALENDAR_TICK_US;
	if (number == calendar->tick)
		return;
	calendar->tick = number;
	for (uint32_t i = 0; i < calendar->settings.lane_count; i++)
		lane_tick(calendar->settings.lanes[i], calendar->now_us);
}

/* Nothing was seen from `before_us` until now. Flows that have ended meanwhile count before it. */
static void pass_gap(struct calendar *calendar, int64_t before_us)
{
	tick(calendar);
	close_minute(calendar, before_us);
	calendar->gaps++;
	calendar->minute = calendar->now_us / CLOCK_MINUTE_US;
	calendar->seen_us = calendar->now_us;
}

/* Nobody listened from `before_us`, where an earlier run has ended, until now. */
static void pass_downtime(struct calendar *calendar, int64_t before_us)
{
	while (calendar->minute < before_us / CLOCK_MINUTE_US)
		close_minute(calendar, before_us);
	if (calendar->now_us / CLOCK_MINUTE_US == calendar->minute)
		calendar->blind_us += calendar->now_us - before_us;
	else
		pass_gap(calendar, before_us);
}

/* The begin, or a first time stamp that turned out wrong. */
static void begin(struct calendar *calendar)
{
	calendar->is_running = true;
	calendar->minute = calendar->now_us / CLOCK_MINUTE_US;
	calendar->tick = calendar->now_us / CALENDAR_TICK_US;
	calendar->seen_us = calendar->first_us = calendar->now_us;
}

/* Brings the buckets to the packet clock, which stood at `before_us` until now. */
static void advance(struct calendar *calendar, int64_t before_us)
{
	int64_t now_us = calendar->now_us;
	int64_t minute = now_us / CLOCK_MINUTE_US;
	if (!calendar->is_running || now_us < before_us) {
		begin(calendar);
		return;
	}
	if (calendar->is_resumed && now_us > before_us) {
		calendar->is_resumed = false;
		calendar->first_us = now_us;
		if (calendar->settings.is_live) {
			pass_downtime(calendar, before_us);
			return;
		}
	}
	if (minute == calendar->minute)
		return;
	if (now_us - before_us > CALENDAR_GAP_US) {
		pass_gap(calendar, before_us);
		return;
	}
	while (calendar->minute < minute)
		close_minute(calendar, now_us);
}

void calendar_turn(struct calendar *calendar, int64_t now_us)
{
	int64_t before_us = calendar->now_us;
	calendar->now_us = now_us;
	advance(calendar, before_us);
	tick(calendar);
	/* A minute is whole ticks. The first step of a run that goes on is a turn of its own. */
	calendar->next_us = calendar->is_resumed ? 0 : (calendar->tick + 1) * CALENDAR_TICK_US;
}

/* What is not over is left to the next run: the analyst gets the current minute as far as it has
 * come, and with it where time and the flows stand. */
static void leave_minute(struct calendar *calendar, bool is_forgetful)
{
	struct desk_minute minute = describe_minute(calendar, calendar->now_us);
	minute.is_void = !calendar->is_running;
	minute.is_kept = true;
	minute.is_saved = !is_forgetful;
	minute.moment = calendar_moment(calendar);
	close_lanes(calendar, true);
	announce(calendar, &minute);
}

void calendar_finish(struct calendar *calendar, bool is_forgetful)
{
	struct desk_minute minute = describe_minute(calendar, calendar->now_us);
	minute.is_last = true;
	if (calendar->settings.has_state) {
		leave_minute(calendar, is_forgetful);
		minute.is_void = true;
	}
	announce(calendar, &minute);
	calendar->minutes_closed += calendar->is_running;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "commands/summary.h"

#include <string.h>
#include <time.h>

#include "base/text.h"

#define TIME_SIZE 24
#define SPEED_SECONDS_MIN 1
#define LEARNING_MINUTES (24 * 60) /* the warm-up of minutes and hours, detect/settings.c */

static struct summary_episode *find_episode(struct summary *summary, const char *id)
{
	for (uint32_t i = summary->count; i-- > 0;)
		if (strcmp(summary->episodes[i].id, id) == 0)
			return &summary->episodes[i];
	return NULL;
}

static double count_buckets(const struct alert *alert)
{
	double buckets = (double)(alert->window_end_s - alert->window_start_s) / alert->scale_s;
	return buckets > 1 ? buckets : 1;
}

void summary_take(struct summary *summary, const struct alert *alert)
{
	if (alert->state == ALERT_NOTICE || alert->state == ALERT_TREND)
		return;
	struct summary_episode *episode = find_episode(summary, alert->id);
	if (!episode && summary->count == SUMMARY_EPISODES_MAX) {
		summary->left_out += alert->state == ALERT_OPEN;
		return;
	}
	if (!episode)
		episode = &summary->episodes[summary->count++];
	bool is_hosts = strcmp(alert->metric, "hosts") == 0;
	double buckets = count_buckets(alert);
	*episode = (struct summary_episode){
		.state = alert->state,
		.close_reason = alert->close_reason,
		.metric = alert->metric,
		.start_s = alert->window_start_s,
		.end_s = alert->window_end_s,
		.scale_s = alert->scale_s,
		.observed = is_hosts ? alert->observed.hosts : alert->observed.flows / buckets,
		.expected = is_hosts ? alert->expected.hosts : alert->expected.flows / buckets,
		.ratio = alert->ratio,
		.rise_percent = alert->rise_percent,
	};
	memcpy(episode->id, alert->id, sizeof episode->id);
	text_make_printable(alert->range, episode->range, sizeof episode->range);
	text_make_printable(alert->technique, episode->technique, sizeof episode->technique);
	words_all(alert, episode->words);
}

static const char *format_time(int64_t time_s, char ret_text[TIME_SIZE])
{
	struct tm parts;
	time_t seconds = (time_t)time_s;
	if (!gmtime_r(&seconds, &parts) ||
		strftime(ret_text, TIME_SIZE, "%Y-%m-%d %H:%M", &parts) == 0)
		snprintf(ret_text, TIME_SIZE, "%lld", (long long)time_s);
	return ret_text;
}

static const char *scale_word(uint32_t scale_s)
{
	return scale_s >= 604800  ? "a week"
	       : scale_s >= 86400 ? "a day"
	       : scale_s >= 3600  ? "an hour"
				  : "a minute";
}

static void print_episode(const struct summary_episode *episode, FILE *stream)
{
	char start[TIME_SIZE], end[TIME_SIZE];
	fprintf(stream, "  %-16s %-10s %s  %s  %7.1f -> %-7.1f %s %-8s %6.1fx %+7.0f %%  %s\n",
		episode->range, episode->technique, format_time(episode->start_s, start),
		episode->state == ALERT_CLOSE ? format_time(episode->end_s, end)
					      : "(still open)    ",
		episode->expected, episode->observed, episode->metric, scale_word(episode->scale_s),
		episode->ratio, episode->rise_percent,
		episode->state == ALERT_CLOSE ? episode->close_reason : "open");
	if (episode->words[0])
		fprintf(stream, "    %s\n", episode->words);
}

/* Of a run that is over at once no speed is told: it would be that of starting. */
static void print_speed(const struct feed_result *result, FILE *stream)
{
	double seconds = result->wall_s, speed = (double)result->capture.frames / seconds;
	fprintf(stream, "\nread in %.1f s", seconds);
	if (seconds >= SPEED_SECONDS_MIN && speed >= 1e5)
		fprintf(stream, " (%.2f million packets a second)", speed / 1e6);
	else if (seconds >= SPEED_SECONDS_MIN)
		fprintf(stream, " (%.0f packets a second)", speed);
	fputc('\n', stream);
}

static void print_run(const struct feed_result *result, FILE *stream)
{
	const struct pipeline_stats *pipeline = &result->pipeline;
	char start[TIME_SIZE], end[TIME_SIZE];
	fprintf(stream, "\n%llu packets, %llu flows, %u watched range%s with traffic",
		(unsigned long long)feed_frames(result),
		(unsigned long long)(pipeline->worker.flows.created -
				     pipeline->worker.control_flows),
		pipeline->judged.ranges, pipeline->judged.ranges == 1 ? "" : "s");
	if (pipeline->judged.control_hosts > 0)
		fprintf(stream, ", compared with %llu other hosts",
			(unsigned long long)pipeline->judged.control_hosts);
	if (pipeline->minutes > 0)
		fprintf(stream, ", %s to %s UTC",
			format_time(pipeline->first_us / CLOCK_SECOND_US, start),
			format_time(pipeline->last_us / CLOCK_SECOND_US, end));
	if (result->outside > 0)
		fprintf(stream, "\n%llu packets lie outside the window",
			(unsigned long long)result->outside);
	print_speed(result, stream);
}

/* "No jump" is no finding where nothing could be judged. */
static void print_calm(const struct feed_result *result, FILE *stream)
{
	const struct pipeline_stats *pipeline = &result->pipeline;
	if (result->capture.frames == 0)
		fputs("nothing to judge: no packet was read\n\n", stream);
	else if (feed_frames(result) == 0)
		fputs("nothing to judge: no packet lies in the window\n\n", stream);
	else if (pipeline->judged.ranges == 0)
		fputs("nothing to judge: no packet has an end in a watched range\n"
		      "(-w says what to watch: the network whose use of VPN and the like you want "
		      "to "
		      "know)\n\n",
			stream);
	else if (pipeline->minutes < LEARNING_MINUTES && !result->has_memory)
		fputs("no jump told: this is too short to know what is usual, a day at least is "
		      "learnt from\n"
		      "(--state remembers it from run to run; 'surgetap compare' sets two captures "
		      "side by side)\n\n",
			stream);
	else
		fputs("no jump: every watched range stayed within what was expected of it\n\n",
			stream);
}

void summary_print(const struct summary *summary, const struct feed_result *result, FILE *stream)
{
	print_run(result, stream);
	if (summary->count == 0) {
		print_calm(result, stream);
		return;
	}
	fprintf(stream, "%u %s (times in UTC):\n\n", summary->count,
		summary->count == 1 ? "jump" : "jumps");
	fprintf(stream, "  %-16s %-10s %-16s  %-16s  %-38s %7s %9s\n", "range", "technique", "from",
		"until", "before -> during", "ratio", "rise");
	for (uint32_t i = 0; i < summary->count; i++)
		print_episode(&summary->episodes[i], stream);
	if (summary->left_out > 0)
		fprintf(stream, "  and %llu more, see the alerts\n",
			(unsigned long long)summary->left_out);
	fputc('\n', stream);
}

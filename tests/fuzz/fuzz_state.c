/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a state directory holds when disks, other versions or people have been at it. The input is a
 * list of edits, of 4 bytes offset, 1 byte length and so many bytes, of a state that an analyst has
 * saved; its first byte tells of what:
 *
 *	0  of the content, which then gets checksums that are right
 *	1  of the file as it is; an offset beyond its end cuts it at the offset modulo its length
 *	2  of nothing: all bytes that follow are the content
 *
 * Such a state is taken over whole, and an analyst that lives on with it says what can be told; or
 * it is refused and set aside, with a message.
 */
#include "alert/eve.h"
#include "flow/plugins.h"
#include "pipeline/archive.h"
#include "pipeline/baselines.h"
#include "tests/unit/metered_use.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOON_S INT64_C(1772452800) /* a Monday */
#define MINUTES 130
#define HEAD_BYTES 20
#define FRAME_HEAD_BYTES 12
#define CONTENT_MAX (4u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct {
	struct ranges *ranges;
	struct plugins *plugins;
	char folder[64], path[80], damaged[96];
	uint8_t *file, *content; /* of the sound state */
	size_t file_bytes, content_bytes;
} setup;

static unsigned faults;

static void check(int holds, const char *claim)
{
	if (holds)
		return;
	fprintf(stderr, "does not hold: %s\n", claim);
	abort();
}

static void on_message(void *argument, const char *plugin, const char *where, const char *message)
{
	(void)argument;
	fprintf(stderr, "%s: %s: %s\n", plugin, where ? where : "", message);
}

static void on_fault(void *argument, const char *place, const char *message)
{
	(void)argument;
	check(place[0] && message[0], "a fault has a place and a message");
	faults++;
}

static const struct baselines_listener listener = {on_fault, NULL};

static void on_alert(void *argument, const struct alert *alert)
{
	static const struct eve_sensor sensor;
	char *line = eve_format_alert(alert, &sensor);

	(void)argument;
	check(line != NULL, "an alert can be told");
	free(line);
}

static void on_usage(void *argument, const struct analyst_usage *usage)
{
	(void)argument;
	check(usage->start_s % usage->scale_s == 0, "buckets are aligned");
	check(usage->coverage >= 0 && usage->coverage <= 2, "coverage is a share");
}

static struct analyst *make_analyst(void)
{
	struct analyst_settings settings = {
		.ranges = setup.ranges,
		.plugins = setup.plugins,
		.alarms_per_year = 12,
		.host_seed = 1,
		.control_limit = 1,
		.listener = {on_alert, on_usage, NULL},
	};
	struct analyst *analyst;

	check(analyst_new(&settings, &analyst) == 0, "an analyst can be made");
	return analyst;
}

static struct meter *make_meter(void)
{
	struct meter_settings settings = {
		.range_count = ranges_count(setup.ranges),
		.technique_count = setup.plugins->techniques.count,
		.max_blocks = 64,
		.host_seed = 1,
		.has_rosters = true,
	};
	struct meter *meter;

	check(meter_new(&settings, &meter) == 0, "a meter can be made");
	return meter;
}

static void use(struct meter *meter, uint32_t range, uint32_t hosts, technique_set techniques,
	int64_t now_s)
{
	meter_use_of(meter, &(struct metered_use){.range = range,
				    .hosts = hosts,
				    .techniques = techniques,
				    .technique = 1,
				    .now_s = now_s});
}

static void live_minute(
	struct analyst *analyst, struct meter *meter, int64_t start_s, uint32_t hosts)
{
	use(meter, 0, hosts, 2, start_s);
	use(meter, 0, 50, 0, start_s);
	use(meter, 1, start_s == NOON_S ? 500 : 5, 2, start_s);
	use(meter, RANGE_CONTROL, 20, 2, start_s);
	analyst_take_minute(analyst, start_s, 1, &meter, 1);
}

static void pack_flows(struct pack_heap *heap)
{
	uint8_t buffer[64];
	struct pack_writer writer = {buffer, sizeof(buffer), 0, pack_heap_take, heap, 0};
	struct flow flow = {
		.key = {.low_port = 1, .high_port = 443, .transport = 6, .ip_version = 4},
		.listed_us = NOON_S * 1000000,
		.bytes = {1000, 2000},
		.excluded_bytes = 100,
		.tunnels = 6,
		.inspection = FLOW_NO_INSPECTION,
		.life = FLOW_LIFE_STREAM,
	};

	for (int i = 0; i < 3; i++) {
		flow.key.low_port++;
		pack_put_u8(&writer, 1);
		flow_save(&flow, &writer);
	}
	pack_put_u8(&writer, 0);
	check(pack_flush(&writer) == 0, "flows can be packed");
}

static struct baselines_moment moment_at(int64_t now_s)
{
	return (struct baselines_moment){
		.clock = {.now_us = now_s * 1000000, .is_running = true, .is_committed = true},
		.minute = now_s / 60,
		.seen_us = NOON_S * 1000000,
		.tick = now_s / 10,
	};
}

/* Saves a sound state: two hours and a jump, and what comes with them. */
static void save_sound_state(void)
{
	struct analyst *analyst = make_analyst();
	struct meter *meter = make_meter();
	struct pack_heap flows = {0};
	const struct pack_heap *all_flows[] = {&flows};

	for (int i = 0; i < MINUTES; i++)
		live_minute(analyst, meter, NOON_S + i * 60, i < MINUTES - 20 ? 2 : 40);
	pack_flows(&flows);
	struct baselines_estate estate = {
		.analyst = analyst,
		.host_seed = 1,
		.moment = moment_at(NOON_S + MINUTES * 60),
		.flows = all_flows,
		.flows_count = 1,
	};
	check(baselines_save(setup.folder, &estate, &listener) == 0, "a state can be saved");
	pack_heap_done(&flows);
	meter_free(meter);
	analyst_free(analyst);
}

static void read_sound_state(void)
{
	FILE *file = fopen(setup.path, "rb");

	setup.file = malloc(CONTENT_MAX);
	setup.content = malloc(CONTENT_MAX);
	check(file && setup.file && setup.content, "the state can be read");
	setup.file_bytes = fread(setup.file, 1, CONTENT_MAX, file);
	fclose(file);
	for (size_t at = HEAD_BYTES; at < setup.file_bytes;) {
		const uint8_t *frame = setup.file + at;
		size_t count = (size_t)frame[0] | (size_t)frame[1] << 8 | (size_t)frame[2] << 16;

		memcpy(setup.content + setup.content_bytes, frame + FRAME_HEAD_BYTES, count);
		setup.content_bytes += count;
		at += FRAME_HEAD_BYTES + count;
	}
}

static void remove_files(void)
{
	unlink(setup.path);
	unlink(setup.damaged);
	rmdir(setup.folder);
}

static void set_up(void)
{
	static const struct plugins_listener loading = {on_message, on_message, NULL};

	if (setup.plugins)
		return;
	check(ranges_new(&setup.ranges) == 0 && ranges_add(setup.ranges, "10.0.0.0/8=ten") == 0 &&
			ranges_add(setup.ranges, "192.168.0.0/16=home") == 0 &&
			ranges_finish(setup.ranges) == 0,
		"ranges can be made");
	check(plugins_load(&loading, NULL, 0, NULL, 0, &setup.plugins) == 0, "plugins load");
	snprintf(setup.folder, sizeof(setup.folder), "%s/surgetap-fuzz-XXXXXX",
		access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	check(mkdtemp(setup.folder) != NULL, "there is a folder");
	snprintf(setup.path, sizeof(setup.path), "%s/baselines", setup.folder);
	snprintf(setup.damaged, sizeof(setup.damaged), "%s.damaged", setup.path);
	atexit(remove_files);
	save_sound_state();
	read_sound_state();
}

/* Edits `bytes`, `*count` long, as the input says. */
static void edit(const uint8_t *data, size_t size, bool may_cut, uint8_t *bytes, size_t *count)
{
	while (size > 5 && *count > 0) {
		size_t offset = (size_t)data[0] | (size_t)data[1] << 8 | (size_t)data[2] << 16 |
				(size_t)data[3] << 24;
		size_t length = data[4];

		data += 5, size -= 5;
		if (length > size)
			length = size;
		if (offset >= *count && may_cut)
			*count = offset % *count;
		for (size_t i = 0; i<length && * count> 0; i++)
			bytes[(offset + i) % *count] = data[i];
		data += length, size -= length;
	}
}

static void write_content(const uint8_t *content, size_t count)
{
	struct archive *archive;

	check(archive_create(setup.folder, "baselines", BASELINES_KIND, BASELINES_FORMAT_VERSION,
		      &archive) == 0,
		"an archive can be made");
	pack_put_bytes(archive_writer(archive), content, count);
	check(archive_commit(archive) == 0, "an archive can be written");
}

static void write_file(const uint8_t *bytes, size_t count)
{
	FILE *file = fopen(setup.path, "wb");

	check(file && fwrite(bytes, 1, count, file) == count, "the file can be written");
	fclose(file);
}

static void write_input(const uint8_t *data, size_t size)
{
	bool is_file = data[0] % 3 == 1;
	size_t count = is_file ? setup.file_bytes : setup.content_bytes;

	if (data[0] % 3 == 2) {
		write_content(data + 1, size - 1);
		return;
	}
	uint8_t *bytes = malloc(count);
	check(bytes != NULL, "there is memory");
	memcpy(bytes, is_file ? setup.file : setup.content, count);
	edit(data + 1, size - 1, is_file, bytes, &count);
	if (is_file)
		write_file(bytes, count);
	else
		write_content(bytes, count);
	free(bytes);
}

static void on_resumed(void *argument, struct flow *flow)
{
	unsigned *flows = argument;

	check(flow->life < FLOW_LIVES, "a flow has a life");
	check(flow_metered_bytes(flow) <= flow->bytes[0] + flow->bytes[1],
		"a flow's bytes are sent");
	++*flows;
}

/* The next minutes, hour, day and week. */
static void live_on(struct analyst *analyst, int64_t now_s)
{
	struct meter *meter = make_meter();
	int64_t minute_s = now_s / 60 * 60;

	for (int i = 0; i < 4; i++)
		live_minute(analyst, meter, minute_s + i * 60, 40);
	live_minute(analyst, meter, minute_s + 3600, 80);
	live_minute(analyst, meter, minute_s + 86400, 80);
	live_minute(analyst, meter, minute_s + 604800, 80);
	analyst_finish(analyst);
	meter_free(meter);
}

static void take_over(struct baselines *baselines)
{
	struct analyst *analyst = make_analyst();
	unsigned flows = 0;
	struct baselines_heir heir = {
		.analyst = analyst, .latest_us = 0, .resume = on_resumed, .argument = &flows};
	struct baselines_moment moment;
	int error = baselines_take(baselines, &heir, &moment);

	check(error == 0 || error == -EBADMSG || error == -ENOMEM, "the result is a known one");
	check(error == 0 || faults > 0, "what is refused has a message");
	if (error == 0)
		live_on(analyst, moment.clock.now_us / 1000000);
	analyst_free(analyst);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct baselines *baselines;

	if (size == 0)
		return 0;
	set_up();
	faults = 0;
	write_input(data, size);
	check(baselines_open(setup.folder, &listener, &baselines) == 0, "the folder can be used");
	check(baselines || faults > 0, "a file that is set aside has a message");
	if (baselines)
		take_over(baselines);
	baselines_close(baselines);
	check(size > 1 || data[0] % 3 != 0 || faults == 0, "a sound state is taken over");
	check(faults == 0 || access(setup.path, F_OK) != 0, "what is refused is set aside");
	return 0;
}

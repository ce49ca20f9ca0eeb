/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a file of count series: rows and a fault with a place, and a detector that stays
 * finite whatever it is fed. The first byte picks the scale. */
#include "commands/series_csv.h"
#include "detect/detector.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void feed(struct detector *detector, const struct detect_settings *settings,
	const struct series_row *row)
{
	struct detect_event event;
	struct detect_outlook outlook;
	const struct detect_input input = {
		.start_s = row->time_s,
		.count = {row->count, row->count},
		.rest = {row->rest, row->rest},
		.coverage = row->coverage,
	};
	if (detector_update(detector, settings, 0, &input, &event)) {
		require(isfinite(event.ratio) && isfinite(event.score) && event.odds >= 0.0);
		require(event.p_value > 0.0 && event.p_value <= 1.0);
		require(event.window_start_s <= event.window_end_s);
		require(event.expected[DETECT_FLOWS] > 0.0);
	}
	detector_outlook(detector, settings, 0, DETECT_FLOWS, &outlook);
	require(isfinite(outlook.expected) && outlook.expected >= 0.0);
	require(isfinite(outlook.score) && outlook.low <= outlook.high);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint32_t SCALES[] = {60, 300, 3600, 86400, 604800};
	static struct series_csv csv;
	struct detect_settings settings;
	struct series_csv_fault fault = {0};
	struct series_row row;
	if (size < 2)
		return 0;
	FILE *file = fmemopen((void *)(uintptr_t)(data + 1), size - 1, "r");
	require(file != NULL && detect_settings_init_single(
					&settings, DETECT_FLOWS, SCALES[data[0] % 5], 1.0, 1) == 0);
	struct detector *detector = malloc(detector_size(&settings));
	require(detector != NULL);
	detector_init(detector, &settings);
	int r = series_csv_init(&csv, file, &fault);
	while (r >= 0 && (r = series_csv_next(&csv, &row, &fault)) > 0)
		feed(detector, &settings, &row);
	require(r == 0 || fault.text != NULL);
	free(detector);
	fclose(file);
	return 0;
}

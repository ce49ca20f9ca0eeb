/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DETECT_STATE_H
#define DETECT_STATE_H
/* What a detector is made of. Inside this room only: others know it by its size. */
#include "detect/baseline.h"
#include "detect/detector.h"
#include "detect/episode.h"
#include "detect/evidence.h"
#include "detect/season.h"
#include "detect/trend.h"

/* One metric at one scale. */
struct track {
	struct baseline baseline;
	struct evidence evidence;
	float expected, variance, score; /* the outlook; score of both metrics */
	float own_score;
	uint8_t method;
};

/* One metric. */
struct series {
	struct season season;
	struct trend trend;
	struct track track[]; /* one per scale */
};

struct detector {
	int64_t next_s[DETECT_SCALES_MAX]; /* end of the last bucket seen; 0: none yet */
	double silent_s;                   /* covered time before the first use */
	struct episode episode;
	bool used;
	_Alignas(struct series) unsigned char series[]; /* of the metrics in use, in order */
};

/* What one bucket came to, for both metrics. */
struct reading {
	struct expectation expectation[DETECT_METRICS];
	const struct expectation *expected[DETECT_METRICS]; /* NULL: metric not in use */
	double score;                                       /* both metrics together */
	double scores[DETECT_METRICS];
};

/* The state of a metric, or NULL when it is not in use. */
struct series *state_series(const struct detector *detector, const struct detect_settings *settings,
	enum detect_metric metric);

#endif

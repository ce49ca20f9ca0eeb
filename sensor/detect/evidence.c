/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/evidence.h"
#include "detect/number.h"

#include <math.h>
#include <stddef.h>

#define LOG_MAX 80.0 /* of one bucket's likelihood ratio: keeps odds finite */
#define ODDS_MAX 1e37
#define GAP_S 3600

static const double RISE[EVIDENCE_RISES] = {2.0, 4.0, 13.0, 320.0};
static const double PRIOR[EVIDENCE_RISES] = {0.1, 0.3, 0.43, 0.17}; /* a doubling is often noise */
/* The window whose CUSUM is driven by a rise, -1: none. Small rises and large ones have one each.
 */
static const int WINDOW_OF_RISE[EVIDENCE_RISES] = {-1, 0, 1, -1};

/* What the likelihood ratios of one bucket have in common. */
struct weighing {
	double mean, burst, slow;
	double count, rising; /* ln(gamma(k + count) / gamma(k)) */
	double x, log1p_x;    /* mean / k */
};

static struct weighing begin_weighing(const struct expectation *expected, double count)
{
	double mean = expected->best, k = expected->shape;
	struct weighing weighing = {
		.mean = mean,
		.burst = expected->burst,
		.slow = expected->slow,
		.count = count,
		.rising = count > 0.0 ? number_log_rising(k, count) : 0.0,
		.x = mean / k,
	};
	weighing.log1p_x = log1p(weighing.x);
	return weighing;
}

static double weigh(const struct weighing *w, double ratio)
{
	double x = (w->burst + ratio * w->slow) / w->mean, k = ratio * w->mean / x;
	double log1p_x = log1p(x);
	double weight = w->mean / w->x * w->log1p_x - k * log1p_x;
	if (w->count > 0.0)
		weight += number_log_rising(k, w->count) - w->rising +
			  w->count * (log(x / w->x) - log1p_x + w->log1p_x);
	return weight;
}

double evidence_weigh(const struct expectation *expected, double count, double ratio)
{
	struct weighing weighing = begin_weighing(expected, count);
	return weigh(&weighing, ratio);
}

void evidence_add(struct evidence_window *window, enum detect_metric metric,
	const struct detect_input *input, const struct expectation *expected)
{
	window->observed += (float)input->count[metric];
	for (int i = 0; i < DETECT_METHODS; i++)
		window->expected[i] += (float)expected->mean[i];
	window->rest += (float)input->rest[metric];
	window->coverage += (float)input->coverage;
	window->buckets++;
}

static void update_window(struct evidence_window *window, double weight, enum detect_metric metric,
	const struct detect_input *input, const struct expectation *expected)
{
	double sum = (double)window->weight + weight;
	if (sum <= 0.0) {
		*window = (struct evidence_window){0};
		return;
	}
	if (window->buckets == 0)
		window->start_s = input->start_s;
	window->weight = (float)sum;
	evidence_add(window, metric, input, expected);
}

double evidence_update(struct evidence *evidence, const struct detect_scale *scale,
	enum detect_metric metric, const struct detect_input *input,
	const struct expectation *expected)
{
	struct weighing weighing = begin_weighing(expected, input->count[metric]);
	double odds = 0.0, top = -LOG_MAX;
	for (int i = 0; i < EVIDENCE_RISES; i++) {
		double weight = number_min(weigh(&weighing, RISE[i]), LOG_MAX);
		double next = (1.0 + scale->leak * (double)evidence->odds[i]) *
			      exp(weight * expected->deflate);
		evidence->odds[i] = (float)number_min(next, ODDS_MAX);
		odds += PRIOR[i] * (double)evidence->odds[i];
		top = number_max(top, weight);
		if (WINDOW_OF_RISE[i] >= 0)
			update_window(&evidence->window[WINDOW_OF_RISE[i]], weight, metric, input,
				expected);
	}
	return log((odds + exp(top) / EVIDENCE_RISES) / 2.0);
}

void evidence_skip(struct evidence *evidence, uint32_t scale_s, int64_t gap_s)
{
	for (int i = 0; i < EVIDENCE_WINDOWS && gap_s > GAP_S; i++)
		if (gap_s > (int64_t)evidence->window[i].buckets * scale_s)
			evidence->window[i] = (struct evidence_window){0};
}

const struct evidence_window *evidence_onset(const struct evidence *evidence)
{
	int best = 0;
	for (int i = 1; i < EVIDENCE_RISES; i++)
		if (evidence->odds[i] > evidence->odds[best])
			best = i;
	int wanted = best < EVIDENCE_RISES / 2 ? 0 : 1;
	const struct evidence_window *window = &evidence->window[wanted];
	return window->buckets > 0 ? window : &evidence->window[!wanted];
}

enum detect_method evidence_method(const struct evidence_window *window, double *ret_expected)
{
	enum detect_method best = DETECT_ABSOLUTE;
	for (int i = 1; i < DETECT_METHODS; i++)
		if (window->expected[i] > window->expected[best])
			best = (enum detect_method)i;
	*ret_expected = (double)window->expected[best];
	return best;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/evidence.h"

#include <math.h>
#include <stddef.h>

#define LOG_MAX 300.0 /* of one bucket's likelihood ratio: keeps odds finite */
#define ODDS_MAX 1e280
#define PRODUCT_MAX 12.0 /* (1e20 + 12)^12 is still finite */

static const double RISE[EVIDENCE_RISES] = {2.0, 4.0, 13.0, 64.0};
static const double WINDOW_RISE[EVIDENCE_WINDOWS] = {3.0, 13.0};
static const uint8_t WINDOW_OF_RISE[EVIDENCE_RISES] = {0, 0, 1, 1};

static double log_gamma(double x)
{
	int sign;
	return lgamma_r(x, &sign);
}

/* ln(gamma(k + count) / gamma(k)), for small counts as the product it is. */
static double log_rising(double k, double count)
{
	if (count > PRODUCT_MAX || count != floor(count))
		return log_gamma(k + count) - log_gamma(k);
	double product = 1.0;
	for (double i = 0.0; i < count; i++)
		product *= k + i;
	return log(product);
}

double evidence_weigh(const struct expectation *expected, double count, double ratio)
{
	double mean = expected->best, k = expected->shape;
	double burst = expected->burst, slow = expected->variance - mean - burst;
	double risen = ratio * mean, risen_k = ratio * mean * mean / (burst + ratio * slow);
	double weight = k * log1p(mean / k) - risen_k * log1p(risen / risen_k);
	if (count > 0.0)
		weight += log_rising(risen_k, count) - log_rising(k, count) +
			  count * log(risen * (k + mean) / ((risen_k + risen) * mean));
	return weight;
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
	double count = input->count[metric], odds = 0.0, single = 0.0;
	for (int i = 0; i < EVIDENCE_RISES; i++) {
		double weight = fmin(evidence_weigh(expected, count, RISE[i]), LOG_MAX);
		double next =
			(1.0 + scale->leak * evidence->odds[i]) * exp(weight * expected->deflate);
		evidence->odds[i] = fmin(next, ODDS_MAX);
		odds += evidence->odds[i];
		single += exp(weight);
	}
	for (int i = 0; i < EVIDENCE_WINDOWS; i++)
		update_window(&evidence->window[i], evidence_weigh(expected, count, WINDOW_RISE[i]),
			metric, input, expected);
	return log((odds + single) / (2.0 * EVIDENCE_RISES));
}

const struct evidence_window *evidence_onset(const struct evidence *evidence)
{
	int best = 0;
	for (int i = 1; i < EVIDENCE_RISES; i++)
		if (evidence->odds[i] > evidence->odds[best])
			best = i;
	const struct evidence_window *window = &evidence->window[WINDOW_OF_RISE[best]];
	const struct evidence_window *other = &evidence->window[!WINDOW_OF_RISE[best]];
	return window->buckets > 0 ? window : other;
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

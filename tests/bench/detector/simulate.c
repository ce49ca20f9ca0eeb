/* SPDX-License-Identifier: Apache-2.0 */
/*
 * simulate: count series with a known truth, as CSV for `surgetap score`.
 *
 *	simulate NOISE BASE BUCKET_S WEEKS SCENARIO SERIES SEED
 *
 * NOISE    P Poisson; M log-AR(1) of sd .2 and memory 6 h, bursts of mean 2, day effect 5 %;
 *          A the same with .4, 12 h, 4 and 15 %; E even: rounded expectation, no chance at all
 * BASE     mean count of a bucket over a week
 * SCENARIO a name of the table below
 *
 * The truth is in the series' name: NOISE/BASE/SCENARIO/number/begin/end, where begin and end (Unix
 *s) bound what the scenario plants. The same arguments give the same bytes; the noise of a series
 *is the same in every scenario, so that scenarios can be compared with `quiet` in pairs.
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOUR_S 3600
#define DAY_S 86400
#define WEEK_S (7 * DAY_S)
#define START_S INT64_C(1704067200) /* Monday 2024-01-01 */
#define REST_PER_COUNT 30.0
#define REST_LEAST_PER_HOUR 200.0

struct noise {
	char name;
	double deviation, memory_h, burst, day_effect;
};

static const struct noise NOISES[] = {
	{'P', 0.0, 1.0, 1.0, 0.0},
	{'M', 0.2, 6.0, 2.0, 0.05},
	{'A', 0.4, 12.0, 4.0, 0.15},
	{'E', 0.0, 1.0, 1.0, 0.0},
};

/* What a scenario makes of one bucket between begin and end. */
struct effect {
	double count, rest; /* factors */
	double seen;        /* share of the traffic that is seen */
	double coverage;    /* what is reported of it */
	double add;         /* counts on top */
	int64_t shift_s;    /* of the profile */
	bool missing;       /* the row is left out */
};

/* Where in the hours of the week a scenario begins. */
enum begin {
	BEGIN_RANDOM, /* anywhere in the week that follows begin_weeks */
	BEGIN_EXACT,  /* at begin_weeks from a Monday */
	BEGIN_TURNED, /* at begin_weeks from a history that itself begins at any hour of the week */
};

struct scenario {
	const char *name;
	void (*apply)(double progress, struct effect *effect);
	double begin_weeks; /* from the start */
	double length_days;
	bool ends; /* false: what holds at the end holds for ever */
	enum begin begin;
};

static void nothing(double progress, struct effect *effect)
{
	(void)progress;
	(void)effect;
}

#define FACTOR(name, of_count, of_rest)                                                            \
	static void name(double progress, struct effect *effect)                                   \
	{                                                                                          \
		(void)progress;                                                                    \
		effect->count = (of_count);                                                        \
		effect->rest = (of_rest);                                                          \
	}

FACTOR(jump2, 2.0, 1.0)
FACTOR(jump3, 3.0, 1.0)
FACTOR(jump13, 13.0, 1.0)
FACTOR(all3, 3.0, 3.0)
FACTOR(all13, 13.0, 13.0)
FACTOR(rest_low, 1.0, 0.3)

static void ramp13(double progress, struct effect *effect)
{
	effect->count = pow(13.0, progress);
}

static void growth(double progress, struct effect *effect)
{
	effect->count = effect->rest = pow(4.0, progress);
}

static void gap(double progress, struct effect *effect)
{
	(void)progress;
	effect->missing = true;
}

static void drops_told(double progress, struct effect *effect)
{
	(void)progress;
	effect->seen = effect->coverage = 0.4;
}

static void drops_hidden(double progress, struct effect *effect)
{
	(void)progress;
	effect->seen = 0.4;
}

static void summer_time(double progress, struct effect *effect)
{
	(void)progress;
	effect->shift_s = HOUR_S;
}

/* A Saturday and Sunday as busy as Thursday and Friday. */
static void working_weekend(double progress, struct effect *effect)
{
	(void)progress;
	effect->shift_s = -2 * DAY_S;
}

static void one_an_hour(double progress, struct effect *effect)
{
	(void)progress;
	effect->add = 1.0;
}

static const struct scenario SCENARIOS[] = {
	{"quiet", nothing, 0.0, 0.0, true, BEGIN_RANDOM},
	{"x2", jump2, 8.0, 1.0, true, BEGIN_RANDOM},
	{"x3", jump3, 8.0, 1.0, true, BEGIN_RANDOM},
	{"x13", jump13, 8.0, 1.0, true, BEGIN_RANDOM},
	{"x13week", jump13, 26.0, 14.0, true, BEGIN_RANDOM},
	{"x13two", jump13, 13.0, 56.0, true, BEGIN_RANDOM},
	{"for-ever", jump13, 8.0, 1.0, false, BEGIN_RANDOM},
	{"early", jump13, 1.0 / 7.0, 1.0, true, BEGIN_TURNED},
	{"all3", all3, 8.0, 1.0, true, BEGIN_RANDOM},
	{"all13", all13, 8.0, 1.0, true, BEGIN_RANDOM},
	{"growth", growth, 8.0, 56.0, false, BEGIN_RANDOM},
	{"rest-low", rest_low, 8.0, 14.0, true, BEGIN_RANDOM},
	{"gap-hours", gap, 8.0, 0.25, true, BEGIN_RANDOM},
	{"gap-weeks", gap, 8.0, 14.0, true, BEGIN_RANDOM},
	{"drops-told", drops_told, 8.0, 7.0, true, BEGIN_RANDOM},
	{"drops-hidden", drops_hidden, 8.0, 7.0, true, BEGIN_RANDOM},
	{"dst", summer_time, 8.0, 180.0, true, BEGIN_RANDOM},
	{"holiday", working_weekend, 8.0 + 5.0 / 7.0, 2.0, true, BEGIN_EXACT},
	{"silence", one_an_hour, 8.0, 2.0, true, BEGIN_RANDOM},
	{"ramp", ramp13, 8.0, 84.0, false, BEGIN_RANDOM},
};

/* xoshiro256** of Blackman and Vigna, seeded by splitmix64. */
struct random {
	uint64_t s[4];
};

static uint64_t splitmix(uint64_t *state)
{
	uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static struct random make_random(uint64_t seed, uint64_t stream)
{
	struct random random;
	uint64_t state = seed * UINT64_C(0x2545f4914f6cdd1d) + stream;
	for (int i = 0; i < 4; i++)
		random.s[i] = splitmix(&state);
	return random;
}

static uint64_t rotate(uint64_t x, int bits)
{
	return (x << bits) | (x >> (64 - bits));
}

static double uniform(struct random *random) /* in (0,1) */
{
	uint64_t *s = random->s, result = rotate(s[1] * 5, 7) * 9, t = s[1] << 17;
	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate(s[3], 45);
	return ((double)(result >> 11) + 0.5) * 0x1p-53;
}

static double gauss(struct random *random)
{
	double radius = sqrt(-2.0 * log(uniform(random)));
	return radius * cos(2.0 * M_PI * uniform(random));
}

static double poisson(struct random *random, double mean)
{
	if (mean > 60.0)
		return fmax(0.0, floor(mean + sqrt(mean) * gauss(random) + 0.5));
	double product = uniform(random), limit = exp(-mean), count = 0.0;
	for (; product > limit; count++)
		product *= uniform(random);
	return count;
}

/* Poisson many bursts of geometric length: mean `mean`, variance mean x (2 burst - 1). */
static double bursts(struct random *random, double mean, double burst)
{
	if (burst <= 1.0)
		return poisson(random, mean);
	if (mean > 500.0)
		return fmax(
			0.0, floor(mean + sqrt(mean * (2.0 * burst - 1.0)) * gauss(random) + 0.5));
	double events = poisson(random, mean / burst), count = events;
	for (double i = 0.0; i < events; i++)
		count += floor(log(uniform(random)) / log1p(-1.0 / burst));
	return count;
}

/* One kind of traffic: its rhythm and slow noise. */
struct traffic {
	double mean, weekend, peak_h, norm;
	double slow, day;
	struct random random;
};

static double profile(const struct traffic *traffic, int64_t time_s)
{
	double hour = fmod((double)(time_s - START_S) / HOUR_S, 168.0);
	double swing = log(7.0) / 2.0 * cos(2.0 * M_PI * (hour - traffic->peak_h) / 24.0);
	return exp(swing) * (hour >= 5 * 24.0 ? traffic->weekend : 1.0);
}

static void init_traffic(
	struct traffic *traffic, uint64_t seed, uint64_t stream, double mean, double weekend)
{
	double sum = 0.0;
	traffic->random = make_random(seed, stream);
	traffic->mean = mean;
	traffic->weekend = weekend;
	traffic->peak_h = 12.0 + 4.0 * uniform(&traffic->random);
	traffic->slow = gauss(&traffic->random);
	for (int hour = 0; hour < 168; hour++)
		sum += profile(traffic, START_S + hour * HOUR_S + HOUR_S / 2);
	traffic->norm = 168.0 / sum;
}

/* Mean of the bucket; slow noise and day effect move on with it. */
static double expected(struct traffic *traffic, const struct noise *noise, int64_t time_s,
	uint32_t bucket_s, int64_t shift_s)
{
	double sum = 0.0, keep = exp(-(double)bucket_s / HOUR_S / noise->memory_h);
	int steps = bucket_s > HOUR_S ? (int)(bucket_s / HOUR_S) : 1;
	for (int i = 0; i < steps; i++)
		sum += profile(traffic, time_s + shift_s + (int64_t)(i * HOUR_S) +
						(bucket_s < HOUR_S ? bucket_s : HOUR_S) / 2);
	traffic->slow = traffic->slow * keep + sqrt(1.0 - keep * keep) * gauss(&traffic->random);
	double fresh = gauss(&traffic->random);
	if (time_s % DAY_S == 0 || bucket_s > DAY_S)
		traffic->day = fresh;
	double slow =
		bucket_s > HOUR_S
			? traffic->slow * sqrt(fmin(1.0, 2.0 * noise->memory_h * HOUR_S / bucket_s))
			: traffic->slow;
	double wobble = noise->deviation * slow + noise->day_effect * traffic->day;
	return traffic->mean * traffic->norm * sum / steps *
	       exp(wobble - 0.5 * noise->deviation * noise->deviation);
}

struct plan {
	const struct noise *noise;
	const struct scenario *scenario;
	double base;
	uint32_t bucket_s;
	int64_t end_s;
	uint64_t seed;
};

static struct effect effect_at(
	const struct plan *plan, int64_t time_s, int64_t begin_s, int64_t end_s)
{
	struct effect effect = {.count = 1.0, .rest = 1.0, .seen = 1.0, .coverage = 1.0};
	if (time_s < begin_s || (time_s >= end_s && plan->scenario->ends))
		return effect;
	double progress =
		end_s > begin_s ? (double)(time_s - begin_s) / (double)(end_s - begin_s) : 1.0;
	plan->scenario->apply(fmin(progress, 1.0), &effect);
	return effect;
}

static void simulate_series(const struct plan *plan, const char *base, int number)
{
	struct traffic count, rest;
	struct random draw = make_random(plan->seed, (uint64_t)number * 8 + 3);
	struct random when = make_random(plan->seed, (uint64_t)number * 8 + 4);
	double per_hour = plan->base * HOUR_S / plan->bucket_s;
	double rest_mean =
		fmax(REST_PER_COUNT * per_hour, REST_LEAST_PER_HOUR) * plan->bucket_s / HOUR_S;
	const struct scenario *scenario = plan->scenario;
	bool silent = scenario->apply == one_an_hour;
	int64_t jitter_s = scenario->begin == BEGIN_RANDOM ? (int64_t)(uniform(&when) * WEEK_S) : 0;
	int64_t begin_s = START_S + (int64_t)(scenario->begin_weeks * WEEK_S) + jitter_s;
	int64_t origin_s = START_S;
	if (scenario->begin == BEGIN_TURNED) {
		int64_t turn_s = (int64_t)(uniform(&when) * 168.0) * HOUR_S;
		origin_s += turn_s;
		begin_s += turn_s;
	}
	begin_s -= begin_s % plan->bucket_s;
	int64_t end_s = begin_s + (int64_t)(scenario->length_days * DAY_S);

	init_traffic(&count, plan->seed, (uint64_t)number * 8 + 1, plan->base, 0.5);
	init_traffic(&rest, plan->seed, (uint64_t)number * 8 + 2, rest_mean, 0.7);
	for (int64_t time_s = origin_s; time_s < plan->end_s; time_s += plan->bucket_s) {
		struct effect effect = effect_at(plan, time_s, begin_s, end_s);
		double mean = expected(&count, plan->noise, time_s, plan->bucket_s, effect.shift_s);
		double rest_now =
			expected(&rest, plan->noise, time_s, plan->bucket_s, effect.shift_s);
		mean = (silent ? 0.0 : mean * effect.count) + effect.add * plan->bucket_s / HOUR_S;
		mean *= effect.seen;
		rest_now *= effect.rest * effect.seen;
		bool even = plan->noise->name == 'E';
		double burst = silent ? 1.0 : plan->noise->burst;
		double y = even ? floor(mean + 0.5) : bursts(&draw, mean, burst);
		double r =
			even ? floor(rest_now + 0.5) : bursts(&draw, rest_now, plan->noise->burst);
		if (!effect.missing)
			printf("%c/%s/%s/%d/%lld/%lld,%lld,%.0f,%.0f,%.3g\n", plan->noise->name,
				base, scenario->name, number, (long long)begin_s, (long long)end_s,
				(long long)time_s, y, r, effect.coverage);
	}
}

int main(int argc, char **argv)
{
	struct plan plan = {0};
	if (argc != 8) {
		fputs("usage: simulate NOISE BASE BUCKET_S WEEKS SCENARIO SERIES SEED\n", stderr);
		return 2;
	}
	for (size_t i = 0; i < sizeof NOISES / sizeof NOISES[0]; i++)
		if (argv[1][0] == NOISES[i].name && argv[1][1] == '\0')
			plan.noise = &NOISES[i];
	for (size_t i = 0; i < sizeof SCENARIOS / sizeof SCENARIOS[0]; i++)
		if (strcmp(argv[5], SCENARIOS[i].name) == 0)
			plan.scenario = &SCENARIOS[i];
	plan.base = atof(argv[2]);
	plan.bucket_s = (uint32_t)atoi(argv[3]);
	plan.end_s = START_S + (int64_t)(atof(argv[4]) * WEEK_S);
	plan.seed = strtoull(argv[7], NULL, 10);
	if (plan.noise == NULL || plan.scenario == NULL || plan.base <= 0.0 || plan.bucket_s == 0) {
		fputs("simulate: no such noise, scenario, base or bucket\n", stderr);
		return 2;
	}
	puts("series,time,count,rest,coverage");
	for (int number = 0; number < atoi(argv[6]); number++)
		simulate_series(&plan, argv[2], number);
	return 0;
}

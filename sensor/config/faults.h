/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFIG_FAULTS_H
#define CONFIG_FAULTS_H
/*
 * What is wrong with a configuration file, in the order of its lines: whoever mends it wants to see
 * all of it, from the top. Of more than FAULTS_MAX faults the first in the file are kept, the
 * others counted.
 */
#include "config/config.h"
#include "config/setting.h"
#include "config/tree.h"

#define FAULTS_MAX 100
#define FAULTS_MESSAGE_SIZE (SETTING_REASON_SIZE + 64)

struct fault {
	struct place place;
	char message[FAULTS_MESSAGE_SIZE];
};

struct faults {
	struct fault items[FAULTS_MAX]; /* by place; of one place in the order of faults_add */
	size_t count;
	size_t left_out;
};

/* Adds one; a longer message is cut. */
void faults_add(struct faults *faults, struct place place, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Tells them as "name:LINE:COLUMN", and at last, as "name", how many were left out. */
void faults_tell(
	const struct faults *faults, const char *name, const struct config_listener *listener);

#endif

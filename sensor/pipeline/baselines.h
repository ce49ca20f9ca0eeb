/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PIPELINE_BASELINES_H
#define PIPELINE_BASELINES_H
/*
 * What the analyst has learnt, in the file `baselines` of a state directory, so that it survives a
 * restart: for each range and technique the detector as it is, episodes under way included, and the
 * bytes of late.
 *
 * The file is written beside the old one and takes its place in one step. It ends with a checksum
 * (SipHash-2-4 with a public key: it tells damage, not malice).
 */
#include "pipeline/analyst.h"

struct baselines_listener {
	/* A file that cannot be used was set aside, or none can be written. */
	void (*fault)(void *argument, const char *place, const char *message);
	void *argument;
};

/* Gives the analyst what `folder` remembers; folder is made if need be. Ranges and techniques that
 * the file does not know begin anew; those that the analyst does not know any more are passed over.
 * A damaged file, or one of another version, is renamed to `baselines.damaged`, the listener is
 * told, and learning begins anew. Returns 0, or -errno when the folder cannot be used, after the
 * listener was told. */
int baselines_load(
	const char *folder, struct analyst *analyst, const struct baselines_listener *listener);

/* Writes what the analyst has learnt. Returns 0, or -errno after the listener was told; the file
 * from before is whole then. */
int baselines_save(const char *folder, const struct analyst *analyst,
	const struct baselines_listener *listener);

#endif

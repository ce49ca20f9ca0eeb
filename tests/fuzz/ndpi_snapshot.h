/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FUZZ_NDPI_SNAPSHOT_H
#define FUZZ_NDPI_SNAPSHOT_H
/*
 * nDPI's module made once for each process, not for each input: that takes ten times as long as an
 * input. The program finds these functions before those of the library, and calls them in turn.
 * What the module allocates while it is made lies in one arena, of which a copy is kept; each later
 * module is the arena as it was, so that no input knows of those before it.
 *
 * Versions whose functions have other arguments are left alone, and make a module for each input.
 *
 * What nDPI allocates afterwards comes from malloc, where a sanitizer watches it, and is freed at
 * the end of the module, whether nDPI does so or not.
 */
#include <ndpi/ndpi_api.h>

#include <dlfcn.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if NDPI_MAJOR * 100 + NDPI_MINOR < 406

#define ARENA_BYTES (32u << 20)

/* Before each block of malloc, in a list of all. */
struct snapshot_block {
	alignas(16) struct snapshot_block *next, **link;
};

static struct {
	alignas(16) char arena[ARENA_BYTES];
	size_t used;
	char *copy;     /* of the arena; NULL: no module was made yet */
	bool is_making; /* a module, which is to lie in the arena */
	struct ndpi_detection_module_struct *module;
	struct snapshot_block *blocks;
} snapshot;

static void *snapshot_malloc(size_t size)
{
	if (snapshot.is_making) {
		size_t begin = snapshot.used;
		snapshot.used += (size + 15) / 16 * 16;
		return snapshot.used <= ARENA_BYTES ? snapshot.arena + begin : NULL;
	}
	struct snapshot_block *block = malloc(sizeof *block + size);
	if (!block)
		return NULL;
	*block = (struct snapshot_block){snapshot.blocks, &snapshot.blocks};
	if (block->next)
		block->next->link = &block->next;
	snapshot.blocks = block;
	return block + 1;
}

static void snapshot_free(void *bytes)
{
	if (!bytes ||
		((char *)bytes >= snapshot.arena && (char *)bytes < snapshot.arena + ARENA_BYTES))
		return;
	struct snapshot_block *block = (struct snapshot_block *)bytes - 1;
	*block->link = block->next;
	if (block->next)
		block->next->link = block->link;
	free(block);
}

struct ndpi_detection_module_struct *ndpi_init_detection_module(ndpi_init_prefs preferences)
{
	struct ndpi_detection_module_struct *(*init)(ndpi_init_prefs) = NULL;
	if (snapshot.copy)
		return snapshot.module;
	*(void **)&init = dlsym(RTLD_NEXT, "ndpi_init_detection_module");
	set_ndpi_malloc(snapshot_malloc);
	set_ndpi_free(snapshot_free);
	snapshot.is_making = true;
	snapshot.module = init(preferences);
	return snapshot.module;
}

void ndpi_set_protocol_detection_bitmask2(
	struct ndpi_detection_module_struct *module, const NDPI_PROTOCOL_BITMASK *protocols)
{
	void (*set)(struct ndpi_detection_module_struct *, const NDPI_PROTOCOL_BITMASK *) = NULL;
	*(void **)&set = dlsym(RTLD_NEXT, "ndpi_set_protocol_detection_bitmask2");
	if (!snapshot.copy)
		set(module, protocols);
}

void ndpi_finalize_initialization(struct ndpi_detection_module_struct *module)
{
	void (*finalize)(struct ndpi_detection_module_struct *) = NULL;
	if (snapshot.copy) {
		memcpy(snapshot.arena, snapshot.copy, snapshot.used);
		return;
	}
	*(void **)&finalize = dlsym(RTLD_NEXT, "ndpi_finalize_initialization");
	finalize(module);
	snapshot.is_making = false;
	snapshot.copy = malloc(snapshot.used);
	if (!snapshot.copy)
		abort();
	memcpy(snapshot.copy, snapshot.arena, snapshot.used);
}

void ndpi_exit_detection_module(struct ndpi_detection_module_struct *module)
{
	(void)module;
	while (snapshot.blocks)
		snapshot_free(snapshot.blocks + 1);
}

#endif
#endif

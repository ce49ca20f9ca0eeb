/* SPDX-License-Identifier: Apache-2.0 */
/* Calls a fuzz target once for each file named, so that any build and any compiler runs the corpus.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define INPUT_MAX_BYTES (4u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *buffer = malloc(INPUT_MAX_BYTES), *exact;
	size_t size;

	if (!file || !buffer) {
		perror(path);
		return 1;
	}
	size = fread(buffer, 1, INPUT_MAX_BYTES, file);
	fclose(file);
	/* A block of exactly this size: the sanitizer then sees a read of one byte too many. */
	exact = realloc(buffer, size ? size : 1);
	if (!exact) {
		perror(path);
		return 1;
	}
	fprintf(stderr, "%s: %zu bytes\n", path,
		size); /* the last one named is the one that broke */
	LLVMFuzzerTestOneInput(exact, size);
	free(exact);
	return 0;
}

int main(int argc, char **argv)
{
	int failed = argc < 2;

	for (int i = 1; i < argc; i++)
		failed |= replay(argv[i]);
	return failed;
}

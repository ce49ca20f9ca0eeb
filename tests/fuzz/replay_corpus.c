/* SPDX-License-Identifier: Apache-2.0 */
/* Calls a fuzz target once for each file named, so that any build and any compiler runs the corpus.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUT_MAX_BYTES (4u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Reads a file into a block of exactly its size: the sanitizer then sees a read of one byte too
 * many. */
static uint8_t *read_input(const char *path, size_t *ret_size)
{
	FILE *file = fopen(path, "rb");
	uint8_t *buffer = malloc(INPUT_MAX_BYTES), *exact = NULL;

	if (file && buffer) {
		*ret_size = fread(buffer, 1, INPUT_MAX_BYTES, file);
		exact = malloc(*ret_size ? *ret_size : 1);
	}
	if (exact)
		memcpy(exact, buffer, *ret_size);
	if (file)
		fclose(file);
	free(buffer);
	return exact;
}

static int replay(const char *path)
{
	size_t size = 0;
	uint8_t *input = read_input(path, &size);

	if (!input) {
		perror(path);
		return 1;
	}
	fprintf(stderr, "%s: %zu bytes\n", path,
		size); /* the last one named is the one that broke */
	LLVMFuzzerTestOneInput(input, size);
	free(input);
	return 0;
}

int main(int argc, char **argv)
{
	int failed = argc < 2;

	for (int i = 1; i < argc; i++)
		failed |= replay(argv[i]);
	return failed;
}

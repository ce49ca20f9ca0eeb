/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/capture.h"
#include "commands/commands.h"
#include "commands/usage.h"
#include "config/document.h"
#include "config/tree.h"
#include "flow/classify.h"
#include "geoip/geoip.h"
#include "publish/publisher.h"
#include "http/server.h"

#include <jansson.h>
#include <stdio.h>
#include <zlib.h>
#include <zstd.h>

struct library {
	const char *name;
	const char *(*version)(void); /* as found at run time, not as compiled with */
};

static const struct library libraries[] = {
	{"libpcap", capture_library_version},
	{"nDPI", classify_library_version},
	{"hiredis", publisher_library_version},
	{"libmaxminddb", geoip_library_version},
	{"libmicrohttpd", server_library_version},
	{"jansson", jansson_version_str},
	{"libcyaml", document_library_version},
	{"libyaml", tree_library_version},
	{"zlib", zlibVersion},
	{"zstd", ZSTD_versionString},
};

int command_version(int argc, char **argv)
{
	int status = usage_parse(argc, argv, "version", NULL, NULL);

	if (status)
		return status;
	printf("surgetap %s\n", SURGETAP_VERSION);
	for (size_t i = 0; i < sizeof(libraries) / sizeof(libraries[0]); i++)
		printf("%-14s %s\n", libraries[i].name, libraries[i].version());
	return STATUS_OK;
}

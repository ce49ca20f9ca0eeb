/* SPDX-License-Identifier: Apache-2.0 */
#include "alert/eve_json.h"

#include "alert/eve.h"
#include "base/text.h"

json_t *eve_json_text(const char *string)
{
	char cleaned[1024];
	return json_stringn(cleaned, text_make_printable(string, cleaned, sizeof cleaned));
}

json_t *eve_json_text_or_none(const char *string)
{
	return string && *string ? eve_json_text(string) : NULL;
}

json_t *eve_json_time(int64_t time_us)
{
	char formatted[EVE_TIME_SIZE];
	return json_string(eve_format_time(time_us, formatted));
}

json_t *eve_json_address(const struct surgetap_address *address)
{
	char formatted[ADDRESS_TEXT_SIZE];
	return json_string(address_format(address, formatted));
}

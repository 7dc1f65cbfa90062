/*
 * retry.c - Retry-After: how long a server wants to be left alone.
 */
#include <stddef.h>
#include <stdlib.h>

#include "base/tim.h"
#include "net/retry.h"

int64_t
retry_after(const struct http_response *resp, struct buf *scratch)
{
	const char *v = http_get(resp, "Retry-After", 0, scratch);
	int64_t t, now = tim_now();
	char *end;
	double s;

	if (v == NULL)
		return -1;
	if (tim_http(v, &t)) {
		t = t > now ? t - now : 0;
		return t < RETRY_MAX ? t : RETRY_MAX;
	}
	s = strtod(v, &end) * 1000;
	if (end == v || !(s >= 0))
		return -1;
	return s < RETRY_MAX ? (int64_t)s : RETRY_MAX;
}

/*
 * version.c - which EWS schema version to speak.
 * 1. The lowest version that has every element in use is the best one:
 *    "auto" begins at Exchange2013, for folder:DistinguishedFolderId.
 * 2. A server's own Version attribute is never sent back (it may be a value
 *    that requests do not allow); only its build numbers count.
 */
#include "ews/version.h"

const char *
version_name(enum version v)
{
	static const char *const name[] = { "Exchange2007", "Exchange2007_SP1",
		"Exchange2010", "Exchange2010_SP1", "Exchange2010_SP2",
		"Exchange2013", "Exchange2013_SP1", "Exchange2016" };

	return name[v];
}

enum version
version_start(enum ews_version v)
{
	switch (v) {
	case EWS_VERSION_2007:
		return VERSION_2007_SP1;
	case EWS_VERSION_2010:
		return VERSION_2010_SP1;
	case EWS_VERSION_2016:
	case EWS_VERSION_2019:
	case EWS_VERSION_SE:
		return VERSION_2016;
	case EWS_VERSION_AUTO:
	case EWS_VERSION_2013:
		break;
	}
	return VERSION_2013;
}

enum version
version_below(enum version v)
{
	if (v > VERSION_2013)
		return VERSION_2013;
	if (v > VERSION_2010_SP1)
		return VERSION_2010_SP1;
	if (v > VERSION_2007_SP1)
		return VERSION_2007_SP1;
	return v;
}

enum version
version_cap(const struct version_build *b)
{
	if (!b->known || b->major > 15)
		return VERSION_2016;
	if (b->major < 8 || (b->major == 8 && b->minor == 0))
		return VERSION_2007;
	if (b->major < 14)
		return VERSION_2007_SP1;
	if (b->major == 14)
		return b->minor == 0   ? VERSION_2010
		       : b->minor == 1 ? VERSION_2010_SP1
				       : VERSION_2010_SP2;
	if (b->minor == 0)
		return b->build < 847 ? VERSION_2013 : VERSION_2013_SP1;
	return VERSION_2016;
}

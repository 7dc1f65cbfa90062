/*
 * version.h - which EWS schema version to speak (README.md, Versions).
 * Floor: ews.
 * Threads: pure.
 */
#ifndef EWS_VERSION_H
#define EWS_VERSION_H

#include <stdbool.h>

#include "ews/keys.h"

enum version {
	VERSION_2007,
	VERSION_2007_SP1,
	VERSION_2010,
	VERSION_2010_SP1,
	VERSION_2010_SP2,
	VERSION_2013,
	VERSION_2013_SP1,
	VERSION_2016
};

/* A server's build, as its ServerVersionInfo tells it; zeroed: unknown. */
struct version_build {
	bool known;
	int major, minor, build, revision;
};

/* The value of RequestServerVersion/@Version. */
const char *version_name(enum version);
/* Where the INI key version says to begin. */
enum version version_start(enum ews_version);
/*
 * The next version to try when the server refused v; v itself: there is none.
 */
enum version version_below(enum version v);
/* The highest version that a server of that build understands. */
enum version version_cap(const struct version_build *);

#endif

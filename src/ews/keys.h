/*
 * keys.h - what Exchange adds to a profile in the INI.
 * Floor: ews.
 * Threads: read-only once an INI is read.
 */
#ifndef EWS_KEYS_H
#define EWS_KEYS_H

#include "conf/conf.h"
#include "conf/confkeys.h"

enum ews_version {
	EWS_VERSION_AUTO,
	EWS_VERSION_2007,
	EWS_VERSION_2010,
	EWS_VERSION_2013,
	EWS_VERSION_2016,
	EWS_VERSION_2019,
	EWS_VERSION_SE
};

/* As conf_own gives it. */
struct ews_settings {
	enum ews_version version;
	bool archive;
};

/* For confkeys_add. */
extern struct conf_keys ews_keys;

const struct ews_settings *ews_settings(const struct conf_profile *);

#endif

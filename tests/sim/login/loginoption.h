/*
 * loginoption.h - how logins are answered: the options of the run.
 * Floor: login.
 * Threads: guarded by world.lock.
 */
#ifndef SIM_LOGINOPTION_H
#define SIM_LOGINOPTION_H

#include "world/world.h"

enum ews_policy { POLICY_NONE, POLICY_DISABLED, POLICY_BLOCKED };

struct login_option {
	long token_seconds, refresh_seconds, device_seconds, device_interval;
	long old_refresh; /* seconds that a used refresh token stays good */
	enum ews_policy policy;
	char *audience; /* besides Exchange Online's own; or NULL */
};

extern struct login_option login_option;

/* NAME=VALUE as in the command; false: there is no such option. */
bool login_option_set(const char *word);
void login_option_free(void);

#endif

/*
 * providers.c - the one list of kinds of servers.
 */
#include "cmd/cmd.h"
#include "conf/confkeys.h"
#include "ews/ews.h"

void
providers_add_keys(void)
{
	confkeys_add(ews_ops.keys);
}

const struct provider_ops *
providers_for(const struct conf_profile *p)
{
	(void)p; /* one kind so far */
	return &ews_ops;
}

/*
 * keys.c - what Exchange adds to a profile in the INI.
 */
#include "ews/keys.h"

#define PATH "/EWS/Exchange.asmx"

/* clang-format off */
static const struct conf_key rows[] = {
	{ CONF_PROFILE, "server", CONF_SERVER, offsetof(struct conf_profile, url),
	    CONF_SHOWN | CONF_NOPRINT, NULL, 0, 0, PATH,
	    "mail.contoso.example",
	    "The Exchange server, host[:port]. Either this or url. It must "
	    "offer TLS 1.2: exsync speaks no other version." },
	{ CONF_PROFILE, "url", CONF_URL, offsetof(struct conf_profile, url),
	    0, NULL, 0, 0, PATH, "https://mail.contoso.example" PATH,
	    "Or the whole address of its EWS. It is https:// always, but for "
	    "a server on this very machine." },
	{ CONF_PROFILE, "version", CONF_WORD,
	    offsetof(struct ews_settings, version),
	    CONF_OWN, "auto", 0, 0, "auto|2007|2010|2013|2016|2019|se", NULL,
	    "The Exchange version to speak; auto finds it out." },
	{ CONF_PROFILE, "archive", CONF_BOOL,
	    offsetof(struct ews_settings, archive),
	    CONF_OWN, "no", 0, 0, NULL, NULL,
	    "yes: the folders of a mailbox's in-place archive are read as "
	    "well (Exchange 2010 SP1 and later), as In-Place Archive/Inbox "
	    "and the like; @archiveinbox, @archivesentitems, "
	    "@archivejunkemail and @archivedeleteditems are well-known "
	    "folders of it. It costs one more request per mailbox and "
	    "pass." },
};
/* clang-format on */

struct conf_keys ews_keys = {
	.key = rows,
	.n = sizeof(rows) / sizeof(rows[0]),
	.size = sizeof(struct ews_settings),
};

const struct ews_settings *
ews_settings(const struct conf_profile *p)
{
	return conf_own(p, &ews_keys);
}

/*
 * wellknown.c - the folders that every mailbox has.
 */
#include <string.h>

#include "conf/wellknown.h"

/* Those of an archive are named after those of the mailbox (folder.c). */
static const struct wellknown rows[] = {
	{ "archiveconversationhistory", false, true },
	{ "archivedeleteditems", true, true },
	{ "archivedrafts", false, true },
	{ "archiveinbox", true, false },
	{ "archivejunkemail", true, true },
	{ "archiveoutbox", false, true },
	{ "archiverecoverableitemsroot", false, true },
	{ "archivesentitems", true, false },
	{ "archivesyncissues", false, true },
	{ "conflicts", true, true },
	{ "conversationhistory", true, true },
	{ "deleteditems", true, true },
	{ "drafts", true, true },
	{ "inbox", true, false },
	{ "junkemail", true, true },
	{ "localfailures", true, true },
	{ "outbox", true, true },
	{ "recoverableitemsroot", false, true },
	{ "sentitems", true, false },
	{ "serverfailures", true, true },
	{ "syncissues", true, true },
};

const struct wellknown *
wellknown_rows(size_t *n)
{
	*n = sizeof(rows) / sizeof(rows[0]);
	return rows;
}

const struct wellknown *
wellknown_find(const char *name)
{
	size_t i;

	for (i = 0; name != NULL && i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	}
	return NULL;
}

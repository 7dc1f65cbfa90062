/*
 * syncxml.h - SyncFolderItems (README.md, Changes): a page of changes.
 * Floor: ews.
 * Threads: as the session.
 */
#ifndef EWS_SYNCXML_H
#define EWS_SYNCXML_H

#include <stdbool.h>

#include "core/provider.h"
#include "ews/session.h"
#include "ews/soap.h"

int syncxml_page(struct ews_session *, const char *folder, const char *cursor,
    int max, struct change_page *, struct err *);

/*
 * The parser, exported for the tests. It is ready when zeroed, with page and
 * state set.
 */
struct syncxml {
	struct change_page *page;
	struct buf *state; /* borrowed, collects SyncState */
	enum tok kind;     /* the element of cur */
	struct change cur;
	bool last, last_known, any, over;
	struct err err; /* of the response message */
};
extern const struct soap_ops syncxml_ops;

#endif
